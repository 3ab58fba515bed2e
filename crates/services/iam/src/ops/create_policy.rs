//! Makes a managed policy with its first version.

use sekisho_engine::prelude::*;
use sekisho_engine::{ManagedPolicy, POLICIES, PolicyText, PolicyVersion};
use sekisho_policy::{Kind, Version, validate};

use crate::render;
use crate::tags::{self, Tag};

pub(crate) struct CreatePolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    policy_name: String,
    path: Option<String>,
    policy_document: String,
    description: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

impl Operation for CreatePolicy {
    const ID: OpId = OpId::new("iam", "CreatePolicy");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let path = input.path.as_deref().unwrap_or("/");
        let arn = format!(
            "arn:aws:iam::{}:policy{path}{}",
            lookup.account(),
            input.policy_name
        );
        let mut checks = vec![
            Check::new("iam:CreatePolicy", arn.clone())
                .shown(format!("policy {}", input.policy_name))
                .with_tags(tags::pairs(&input.tags)),
        ];
        if !input.tags.is_empty() {
            checks.push(
                Check::new("iam:TagPolicy", arn)
                    .shown(format!("policy {}", input.policy_name))
                    .with_tags(tags::pairs(&input.tags)),
            );
        }
        Ok(checks)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        check_document(&input.policy_document)?;
        let path = input.path.unwrap_or_else(|| "/".to_owned());
        let arn = format!(
            "arn:aws:iam::{}:policy{path}{}",
            cx.account(),
            input.policy_name
        );
        let taken = cx.scan(&POLICIES, &format!("arn:aws:iam::{}:policy/", cx.account()))?;
        if taken
            .iter()
            .any(|(_, p)| p.name.eq_ignore_ascii_case(&input.policy_name))
        {
            let message = format!(
                "A policy called {} already exists. Duplicate names are not allowed.",
                input.policy_name
            );
            return Err(ApiError::new("EntityAlreadyExists", message).status(409));
        }
        let now = cx.now_ms();
        let version = PolicyVersion {
            number: 1,
            document: PolicyText::plain(input.policy_document),
            created_ms: now,
        };
        let mut policy = ManagedPolicy {
            arn: arn.clone(),
            name: input.policy_name,
            path,
            id: cx.ids().iam("ANPA"),
            description: input.description,
            created_ms: now,
            updated_ms: now,
            tags: Vec::new(),
            versions: vec![version],
            default_version: 1,
            next_version: 2,
        };
        tags::merge_exact(&mut policy.tags, &input.tags)?;
        let shown = render::policy(&policy, 0, 0, true);
        cx.put(&POLICIES, &arn, policy)?;
        Ok(json!({"Policy": shown}))
    }
}

/// A managed policy is written in the newer language, and has at most 6,144 characters; white space does not count.
pub(crate) fn check_document(document: &str) -> Result<(), ApiError> {
    let read = validate(document, Kind::Identity)
        .map_err(|e| ApiError::new(e.code, e.message).status(400))?;
    if read.version != Version::V2012 {
        let message = "Policy document must be version 2012-10-17 or greater.";
        return Err(ApiError::new("MalformedPolicyDocument", message).status(400));
    }
    if document.chars().filter(|c| !c.is_whitespace()).count() > 6_144 {
        return Err(
            ApiError::new("LimitExceeded", "Cannot exceed quota for PolicySize: 6144").status(409),
        );
    }
    Ok(())
}
