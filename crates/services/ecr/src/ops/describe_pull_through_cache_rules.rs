//! Lists pull through cache rules, or those that are named.

use sekisho_engine::prelude::*;

use crate::registry_settings::{self, CACHES};

pub(crate) struct DescribePullThroughCacheRules;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    registry_id: Option<String>,
    #[serde(default)]
    ecr_repository_prefixes: Vec<String>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

impl Operation for DescribePullThroughCacheRules {
    const ID: OpId = OpId::new("ecr", "DescribePullThroughCacheRules");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        registry_settings::own(lookup, input.registry_id.as_deref())?;
        Ok(vec![Check::new("ecr:DescribePullThroughCacheRules", "*")])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let front = format!("{}/", registry_settings::row(cx));
        if !input.ecr_repository_prefixes.is_empty() {
            let find = |prefix: &String| {
                let rule = cx.get(&CACHES, &format!("{front}{prefix}"))?;
                let rule = rule.ok_or_else(|| registry_settings::no_rule(cx, prefix))?;
                Ok(rule.shown())
            };
            let found = input.ecr_repository_prefixes.iter().map(find);
            let found: Result<Vec<Value>, ApiError> = found.collect();
            return Ok(json!({"pullThroughCacheRules": found?}));
        }
        let limit = input.max_results.unwrap_or(100);
        let after = input.next_token.as_deref().unwrap_or_default();
        let mut rows = cx.page(&CACHES, &front, after, limit + 1)?;
        let next = (rows.len() > limit).then(|| rows.pop()).flatten();
        let list: Vec<Value> = rows.iter().map(|(_, rule)| rule.shown()).collect();
        let mut output = json!({"pullThroughCacheRules": list});
        if let (Some((_, next)), Some(map)) = (next, output.as_object_mut()) {
            map.insert("nextToken".to_owned(), json!(next.prefix));
        }
        Ok(output)
    }
}
