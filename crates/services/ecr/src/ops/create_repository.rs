//! Makes a repository.

use sekisho_engine::prelude::*;

use crate::encryption;
use crate::mutability::{Filter, Mutability};
use crate::repos::{self, REPOS, Repo};

pub(crate) struct CreateRepository;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    registry_id: Option<String>,
    repository_name: String,
    image_tag_mutability: Option<String>,
    #[serde(default)]
    image_tag_mutability_exclusion_filters: Vec<Filter>,
    image_scanning_configuration: Option<Scanning>,
    encryption_configuration: Option<Encryption>,
    #[serde(default)]
    tags: Vec<Tag>,
}

impl Operation for CreateRepository {
    const ID: OpId = OpId::new("ecr", "CreateRepository");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        if input
            .registry_id
            .as_deref()
            .is_some_and(|r| r != lookup.account())
        {
            return Err(repos::invalid(
                "registryId",
                "A repository can be created in the caller's own registry only",
            ));
        }
        let arn = repos::arn(lookup, None, &input.repository_name);
        let tags = || {
            input
                .tags
                .iter()
                .map(|t| (t.key.as_str(), t.value.as_str()))
        };
        let mut checks = vec![Check::new("ecr:CreateRepository", arn.clone()).with_tags(tags())];
        if !input.tags.is_empty() {
            checks.push(Check::new("ecr:TagResource", arn).with_tags(tags()));
        }
        Ok(checks)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let account = cx.account().to_owned();
        let row = repos::row(&account, cx.region(), &input.repository_name);
        if cx.get(&REPOS, &row)?.is_some() {
            let name = &input.repository_name;
            let message = format!(
                "The repository with name '{name}' already exists in the registry with id '{account}'"
            );
            return Err(ApiError::new("RepositoryAlreadyExistsException", message));
        }
        let kms_key = match input.encryption_configuration {
            Some(e) if e.encryption_type == "KMS" => {
                let arn = repos::arn(&cx.lookup(), None, &input.repository_name);
                Some(encryption::grant(cx, e.kms_key.as_deref(), &arn)?)
            }
            Some(e) if e.encryption_type != "AES256" => {
                let message = format!("sekisho does not support {} yet", e.encryption_type);
                return Err(repos::invalid("encryptionConfiguration", &message));
            }
            _ => None,
        };
        let but = input.image_tag_mutability_exclusion_filters;
        let mutability = Mutability::accept(input.image_tag_mutability, but)?;
        let repo = Repo {
            account,
            region: cx.region().to_owned(),
            name: input.repository_name,
            created_ms: cx.now_ms(),
            mutability,
            scan_on_push: input
                .image_scanning_configuration
                .is_some_and(|s| s.scan_on_push),
            kms_key,
            policy: None,
            lifecycle: None,
            tags: input.tags.into_iter().map(|t| (t.key, t.value)).collect(),
        };
        let shown = repo.shown(cx);
        cx.put(&REPOS, &row, repo)?;
        Ok(json!({"repository": shown}))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Scanning {
    #[serde(default)]
    pub(crate) scan_on_push: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Encryption {
    encryption_type: String,
    kms_key: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Tag {
    pub(crate) key: String,
    #[serde(default)]
    pub(crate) value: String,
}
