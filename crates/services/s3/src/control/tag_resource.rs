//! Adds tags to a bucket, and replaces those of the same keys.

use sekisho_engine::prelude::*;

use super::{on_tags, tagged};
use crate::bucket;
use crate::tags::{ON_BUCKET, Tag, Tagging, accept};

pub(crate) struct TagResource;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    account_id: String,
    resource_arn: String,
    tags: Vec<Tag>,
}

impl Operation for TagResource {
    const ID: OpId = OpId::new("s3control", "TagResource");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let action = "s3:TagResource";
        let checks = on_tags(lookup, action, &input.account_id, &input.resource_arn)?;
        let tags = || input.tags.iter().map(|t| (&*t.key, &*t.value));
        Ok(checks.into_iter().map(|c| c.with_tags(tags())).collect())
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let added = accept(
            Tagging {
                tag_set: input.tags,
            },
            ON_BUCKET,
        )?;
        bucket::change(cx, tagged(&input.resource_arn)?, |bucket| {
            bucket
                .tags
                .retain(|(key, _)| added.iter().all(|(new, _)| new != key));
            bucket.tags.extend(added);
            match bucket.tags.len() > ON_BUCKET {
                true => {
                    let message = format!("Tags cannot be greater than {ON_BUCKET}");
                    Err(ApiError::new("BadRequest", message).status(400))
                }
                false => Ok(()),
            }
        })?;
        Ok(json!({}))
    }
}
