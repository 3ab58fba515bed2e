//! Lists repositories, or those that are named.

use sekisho_engine::prelude::*;

use crate::repos::{self, REPOS};

pub(crate) struct DescribeRepositories;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    registry_id: Option<String>,
    #[serde(default)]
    repository_names: Vec<String>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

impl Operation for DescribeRepositories {
    const ID: OpId = OpId::new("ecr", "DescribeRepositories");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let names: Vec<&str> = match input.repository_names.as_slice() {
            [] => vec!["*"],
            names => names.iter().map(String::as_str).collect(),
        };
        let mut checks = Vec::new();
        for name in names {
            checks.extend(repos::check(
                lookup,
                "DescribeRepositories",
                input.registry_id.as_deref(),
                name,
            )?);
        }
        Ok(checks)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let registry_id = input.registry_id.as_deref();
        if !input.repository_names.is_empty() {
            let found = input
                .repository_names
                .iter()
                .map(|n| repos::find(cx, registry_id, n).map(|r| r.shown(cx)));
            return Ok(json!({"repositories": found.collect::<Result<Vec<_>, _>>()?}));
        }
        let account = registry_id.unwrap_or_else(|| cx.account());
        let limit = input.max_results.unwrap_or(100);
        let prefix = format!("{account}/{}/", cx.region());
        let mut rows = cx.page(
            &REPOS,
            &prefix,
            input.next_token.as_deref().unwrap_or_default(),
            limit + 1,
        )?;
        let next = (rows.len() > limit)
            .then(|| rows.pop())
            .flatten()
            .map(|(_, r)| r.name.clone());
        let list: Vec<Value> = rows.iter().map(|(_, r)| r.shown(cx)).collect();
        let mut output = json!({"repositories": list});
        if let (Some(next), Some(map)) = (next, output.as_object_mut()) {
            map.insert("nextToken".to_owned(), json!(next));
        }
        Ok(output)
    }
}
