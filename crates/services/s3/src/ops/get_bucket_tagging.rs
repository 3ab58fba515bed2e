//! Reads the tags of a bucket.

use sekisho_engine::prelude::*;

use crate::{bucket, checks};

pub(crate) struct GetBucketTagging;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
}

impl Operation for GetBucketTagging {
    const ID: OpId = OpId::new("s3", "GetBucketTagging");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:GetBucketTagging",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        if bucket.tags.is_empty() {
            let error = ApiError::new("NoSuchTagSet", "The TagSet does not exist").status(404);
            return Err(error.field("BucketName", input.bucket));
        }
        let tags: Vec<Value> = bucket
            .tags
            .iter()
            .map(|(k, v)| json!({"Key": k, "Value": v}))
            .collect();
        Ok(json!({"TagSet": tags}))
    }
}
