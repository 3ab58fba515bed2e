//! Repositories.

use std::sync::Arc;

use sekisho_engine::{ApiError, Check, Cx, Lookup, PolicyText, Table, Tags, time};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::mutability::Mutability;

/// Repositories by `account/region/name`.
pub(crate) const REPOS: Table<Repo> = Table::new("ecr/repository");

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Repo {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) created_ms: i64,
    pub(crate) mutability: Mutability,
    pub(crate) scan_on_push: bool,
    /// The ARN of the key, where the repository is said to be encrypted under one.
    #[serde(default)]
    pub(crate) kms_key: Option<String>,
    pub(crate) policy: Option<PolicyText>,
    pub(crate) lifecycle: Option<String>,
    pub(crate) tags: Tags,
}

pub(crate) fn row(account: &str, region: &str, name: &str) -> String {
    format!("{account}/{region}/{name}")
}

/// What stands for one thing inside a repository; a line feed occurs in no name.
pub(crate) fn inside(repo: &str, name: &str) -> String {
    format!("{repo}\n{name}")
}

impl Repo {
    pub(crate) fn row(&self) -> String {
        row(&self.account, &self.region, &self.name)
    }

    pub(crate) fn arn(&self) -> String {
        format!(
            "arn:aws:ecr:{}:{}:repository/{}",
            self.region, self.account, self.name
        )
    }

    /// The address for docker: AWS's own form, or one that needs no name service.
    pub(crate) fn uri(&self, cx: &Cx<'_>) -> String {
        match &cx.origin().info().endpoint {
            Some(endpoint) if !cx.config().aws_registry_host => {
                format!("{endpoint}/{}/{}", self.account, self.name)
            }
            _ => format!(
                "{}.dkr.ecr.{}.amazonaws.com/{}",
                self.account, self.region, self.name
            ),
        }
    }

    pub(crate) fn shown(&self, cx: &Cx<'_>) -> Value {
        let mut shown = json!({
            "repositoryArn": self.arn(),
            "registryId": self.account,
            "repositoryName": self.name,
            "repositoryUri": self.uri(cx),
            "createdAt": time::seconds(self.created_ms),
            "imageScanningConfiguration": {"scanOnPush": self.scan_on_push},
            "encryptionConfiguration": match &self.kms_key {
                Some(key) => json!({"encryptionType": "KMS", "kmsKey": key}),
                None => json!({"encryptionType": "AES256"}),
            },
        });
        if let Some(map) = shown.as_object_mut() {
            self.mutability.describe(map);
        }
        shown
    }
}

pub(crate) fn arn(lookup: &Lookup<'_>, registry_id: Option<&str>, name: &str) -> String {
    let account = registry_id.unwrap_or_else(|| lookup.account());
    format!(
        "arn:aws:ecr:{}:{account}:repository/{name}",
        lookup.region()
    )
}

/// The check for `operation` on a repository.
pub(crate) fn check(
    lookup: &Lookup<'_>,
    operation: &str,
    registry_id: Option<&str>,
    name: &str,
) -> Result<Vec<Check>, ApiError> {
    let check = Check::new(&format!("ecr:{operation}"), arn(lookup, registry_id, name));
    Ok(vec![check])
}

pub(crate) fn find(
    cx: &Cx<'_>,
    registry_id: Option<&str>,
    name: &str,
) -> Result<Arc<Repo>, ApiError> {
    let account = registry_id.unwrap_or_else(|| cx.account());
    cx.get(&REPOS, &row(account, cx.region(), name))?.ok_or_else(|| {
        let message = format!("The repository with name '{name}' does not exist in the registry with id '{account}'");
        ApiError::new("RepositoryNotFoundException", message)
    })
}

pub(crate) fn change(
    cx: &mut Cx<'_>,
    registry_id: Option<&str>,
    name: &str,
    edit: impl FnOnce(&mut Repo) -> Result<(), ApiError>,
) -> Result<Repo, ApiError> {
    let mut repo = find(cx, registry_id, name)?.as_ref().clone();
    edit(&mut repo)?;
    cx.put(&REPOS, &repo.row(), repo.clone())?;
    Ok(repo)
}

/// Refuses a tag that no image can have (the sentence is in alexjurkiewicz/ecr-scan-image#40; DescribeImages says it, too:
/// datawire/forge#99).
pub(crate) fn check_tag(tag: &str) -> Result<(), ApiError> {
    let good = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    match !tag.is_empty() && tag.bytes().all(good) {
        true => Ok(()),
        false => Err(invalid(
            "imageTag",
            "must satisfy regular expression '[a-zA-Z0-9-_.]+'",
        )),
    }
}

pub(crate) fn invalid(parameter: &str, constraint: &str) -> ApiError {
    let message =
        format!("Invalid parameter at '{parameter}' failed to satisfy constraint: '{constraint}'");
    ApiError::new("InvalidParameterException", message)
}

/// The account and repository that an ARN of this region names.
pub(crate) fn of_arn(lookup: &Lookup<'_>, arn: &str) -> Result<(String, String), ApiError> {
    let parts = arn.parse::<sekisho_arn::Arn>().ok();
    let parts = parts.filter(|a| a.service == "ecr" && a.region == lookup.region());
    parts
        .and_then(|a| {
            Some((
                a.account.clone(),
                a.resource.strip_prefix("repository/")?.to_owned(),
            ))
        })
        .ok_or_else(|| invalid("resourceArn", "Invalid ARN"))
}
