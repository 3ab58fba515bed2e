//! Removes tags from a bucket.

use sekisho_engine::prelude::*;

use super::{on_tags, tagged};
use crate::bucket;

pub(crate) struct UntagResource;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    account_id: String,
    resource_arn: String,
    tag_keys: Vec<String>,
}

impl Operation for UntagResource {
    const ID: OpId = OpId::new("s3control", "UntagResource");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let action = "s3:UntagResource";
        let checks = on_tags(lookup, action, &input.account_id, &input.resource_arn)?;
        let keys = |check: Check| check.with_list("aws:TagKeys", input.tag_keys.clone());
        Ok(checks.into_iter().map(keys).collect())
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        bucket::change(cx, tagged(&input.resource_arn)?, |bucket| {
            bucket.tags.retain(|(key, _)| !input.tag_keys.contains(key));
            Ok(())
        })?;
        Ok(json!({}))
    }
}
