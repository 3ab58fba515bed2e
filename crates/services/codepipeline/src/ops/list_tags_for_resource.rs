//! Lists the tags of a pipeline.

use sekisho_engine::prelude::*;

use crate::rows;

pub(crate) struct ListTagsForResource;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    resource_arn: String,
}

impl Operation for ListTagsForResource {
    const ID: OpId = OpId::new("codepipeline", "ListTagsForResource");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new(
            "codepipeline:ListTagsForResource",
            input.resource_arn.clone(),
        )])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let pipeline = rows::of_arn(cx, &input.resource_arn)?;
        let tags: Vec<Value> = pipeline
            .tags
            .iter()
            .map(|(k, v)| json!({"key": k, "value": v}))
            .collect();
        Ok(json!({"tags": tags}))
    }
}
