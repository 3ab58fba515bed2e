//! Makes a rule by which a registry caches another one; it is kept, nothing is pulled here.

use sekisho_engine::prelude::*;

use crate::registry_settings::{self, CACHES, CacheRule};

pub(crate) struct CreatePullThroughCacheRule;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    registry_id: Option<String>,
    ecr_repository_prefix: String,
    upstream_registry_url: String,
    upstream_registry: Option<String>,
    upstream_repository_prefix: Option<String>,
    credential_arn: Option<String>,
    custom_role_arn: Option<String>,
}

impl Operation for CreatePullThroughCacheRule {
    const ID: OpId = OpId::new("ecr", "CreatePullThroughCacheRule");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        registry_settings::own(lookup, input.registry_id.as_deref())?;
        let mut checks = vec![Check::new("ecr:CreatePullThroughCacheRule", "*")];
        checks.extend(registry_settings::passed(input.custom_role_arn.as_deref()));
        Ok(checks)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let prefix = input.ecr_repository_prefix;
        let row = format!("{}/{prefix}", registry_settings::row(cx));
        let known = registry_settings::upstream(&input.upstream_registry_url)?;
        if cx.get(&CACHES, &row)?.is_some() {
            let message = format!(
                "The pull through cache rule with the prefix '{prefix}' already exists in the registry with id '{}'",
                cx.account()
            );
            return Err(ApiError::new(
                "PullThroughCacheRuleAlreadyExistsException",
                message,
            ));
        }
        let rule = CacheRule {
            account: cx.account().to_owned(),
            prefix,
            url: input.upstream_registry_url,
            upstream: input.upstream_registry.unwrap_or_else(|| known.to_owned()),
            upstream_prefix: input.upstream_repository_prefix,
            credential: input.credential_arn,
            role: input.custom_role_arn,
            created_ms: cx.now_ms(),
        };
        let shown = rule.shown();
        cx.put(&CACHES, &row, rule)?;
        Ok(shown)
    }
}
