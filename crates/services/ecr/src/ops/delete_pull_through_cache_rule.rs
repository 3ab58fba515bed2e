//! Takes a pull through cache rule away.

use sekisho_engine::prelude::*;

use crate::registry_settings::{self, CACHES};

pub(crate) struct DeletePullThroughCacheRule;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    registry_id: Option<String>,
    ecr_repository_prefix: String,
}

impl Operation for DeletePullThroughCacheRule {
    const ID: OpId = OpId::new("ecr", "DeletePullThroughCacheRule");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        registry_settings::own(lookup, input.registry_id.as_deref())?;
        Ok(vec![Check::new("ecr:DeletePullThroughCacheRule", "*")])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let prefix = input.ecr_repository_prefix;
        let row = format!("{}/{prefix}", registry_settings::row(cx));
        let rule = cx.get(&CACHES, &row)?;
        let rule = rule.ok_or_else(|| registry_settings::no_rule(cx, &prefix))?;
        cx.delete(&CACHES, &row);
        let mut shown = rule.shown();
        if let Some(map) = shown.as_object_mut() {
            map.remove("upstreamRegistry");
        }
        Ok(shown)
    }
}
