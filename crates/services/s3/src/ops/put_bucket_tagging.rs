//! Replaces the tags of a bucket.

use sekisho_engine::prelude::*;

use crate::tags::{ON_BUCKET, Tagging, accept};
use crate::{bucket, checks};

pub(crate) struct PutBucketTagging;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    tagging: Tagging,
}

impl Operation for PutBucketTagging {
    const ID: OpId = OpId::new("s3", "PutBucketTagging");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:PutBucketTagging",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let tags = accept(input.tagging, ON_BUCKET)?;
        bucket::change(cx, &input.bucket, |b| {
            b.tags = tags;
            Ok(())
        })?;
        Ok(json!({}))
    }
}
