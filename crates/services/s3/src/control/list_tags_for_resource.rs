//! Reads the tags of a bucket; it is no error that there are none.

use sekisho_engine::prelude::*;

use super::{on_tags, tagged};
use crate::bucket;

pub(crate) struct ListTagsForResource;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    account_id: String,
    resource_arn: String,
}

impl Operation for ListTagsForResource {
    const ID: OpId = OpId::new("s3control", "ListTagsForResource");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let action = "s3:ListTagsForResource";
        on_tags(lookup, action, &input.account_id, &input.resource_arn)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, tagged(&input.resource_arn)?)?;
        let tags = bucket.tags.iter();
        let tags: Vec<Value> = tags.map(|(k, v)| json!({"Key": k, "Value": v})).collect();
        Ok(json!({"Tags": tags}))
    }
}
