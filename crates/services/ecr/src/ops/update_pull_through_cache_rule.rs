//! Changes by what credentials a pull through cache rule would pull.

use sekisho_engine::prelude::*;

use crate::registry_settings::{self, CACHES};

pub(crate) struct UpdatePullThroughCacheRule;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    registry_id: Option<String>,
    ecr_repository_prefix: String,
    credential_arn: Option<String>,
    custom_role_arn: Option<String>,
}

impl Operation for UpdatePullThroughCacheRule {
    const ID: OpId = OpId::new("ecr", "UpdatePullThroughCacheRule");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        registry_settings::own(lookup, input.registry_id.as_deref())?;
        let mut checks = vec![Check::new("ecr:UpdatePullThroughCacheRule", "*")];
        checks.extend(registry_settings::passed(input.custom_role_arn.as_deref()));
        Ok(checks)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let prefix = input.ecr_repository_prefix;
        let row = format!("{}/{prefix}", registry_settings::row(cx));
        let rule = cx.get(&CACHES, &row)?;
        let rule = rule.ok_or_else(|| registry_settings::no_rule(cx, &prefix))?;
        let mut rule = rule.as_ref().clone();
        rule.credential = input.credential_arn.or(rule.credential);
        rule.role = input.custom_role_arn.or(rule.role);
        let mut shown = rule.shown();
        if let Some(map) = shown.as_object_mut() {
            for left in ["createdAt", "upstreamRegistry", "upstreamRegistryUrl"] {
                map.remove(left);
            }
            let now = sekisho_engine::time::seconds(cx.now_ms());
            map.insert("updatedAt".to_owned(), json!(now));
        }
        cx.put(&CACHES, &row, rule)?;
        Ok(shown)
    }
}
