//! Lists pipelines.

use sekisho_engine::prelude::*;
use sekisho_engine::time;

use crate::rows::PIPELINES;

pub(crate) struct ListPipelines;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    next_token: Option<String>,
    max_results: Option<usize>,
}

impl Operation for ListPipelines {
    const ID: OpId = OpId::new("codepipeline", "ListPipelines");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new(
            "codepipeline:ListPipelines",
            lookup.arn("codepipeline", "*"),
        )])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let limit = input.max_results.unwrap_or(1_000);
        let prefix = format!("{}/{}/", cx.account(), cx.region());
        let mut rows = cx.page(
            &PIPELINES,
            &prefix,
            input.next_token.as_deref().unwrap_or_default(),
            limit + 1,
        )?;
        let next = (rows.len() > limit)
            .then(|| rows.pop())
            .flatten()
            .map(|(_, p)| p.definition.name.clone());
        let list: Vec<Value> = rows
            .iter()
            .map(|(_, p)| {
                json!({
                    "name": p.definition.name, "version": p.definition.version, "pipelineType": p.definition.pipeline_type,
                    "executionMode": p.definition.execution_mode, "created": time::seconds(p.created_ms),
                    "updated": time::seconds(p.updated_ms),
                })
            })
            .collect();
        let mut output = json!({"pipelines": list});
        if let (Some(next), Some(map)) = (next, output.as_object_mut()) {
            map.insert("nextToken".to_owned(), json!(next));
        }
        Ok(output)
    }
}
