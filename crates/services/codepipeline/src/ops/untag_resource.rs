//! Removes tags from a pipeline.

use sekisho_engine::prelude::*;

use crate::rows::{self, PIPELINES};

pub(crate) struct UntagResource;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    resource_arn: String,
    tag_keys: Vec<String>,
}

impl Operation for UntagResource {
    const ID: OpId = OpId::new("codepipeline", "UntagResource");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![
            Check::new("codepipeline:UntagResource", input.resource_arn.clone())
                .with_list("aws:TagKeys", input.tag_keys.clone()),
        ])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let mut pipeline = rows::of_arn(cx, &input.resource_arn)?.as_ref().clone();
        pipeline.tags.retain(|(k, _)| !input.tag_keys.contains(k));
        cx.put(&PIPELINES, &pipeline.row(), pipeline)?;
        Ok(json!({}))
    }
}
