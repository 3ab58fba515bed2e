//! Adds tags to a pipeline.

use sekisho_engine::prelude::*;

use crate::ops::create_pipeline::Tag;
use crate::rows::{self, PIPELINES};

pub(crate) struct TagResource;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    resource_arn: String,
    tags: Vec<Tag>,
}

impl Operation for TagResource {
    const ID: OpId = OpId::new("codepipeline", "TagResource");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![
            Check::new("codepipeline:TagResource", input.resource_arn.clone()).with_tags(
                input
                    .tags
                    .iter()
                    .map(|t| (t.key.as_str(), t.value.as_str())),
            ),
        ])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let mut pipeline = rows::of_arn(cx, &input.resource_arn)?.as_ref().clone();
        for tag in input.tags {
            pipeline.tags.retain(|(k, _)| *k != tag.key);
            pipeline.tags.push((tag.key, tag.value));
        }
        if pipeline.tags.len() > 50 {
            return Err(ApiError::new(
                "TooManyTagsException",
                "A pipeline has at most 50 tags",
            ));
        }
        cx.put(&PIPELINES, &pipeline.row(), pipeline)?;
        Ok(json!({}))
    }
}
