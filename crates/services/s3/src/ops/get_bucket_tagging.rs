//! Reads the tags of a bucket.

use sekisho_engine::prelude::*;

use crate::bucket;
use crate::checks::OnBucket;

pub(crate) struct GetBucketTagging;

impl Operation for GetBucketTagging {
    const ID: OpId = OpId::new("s3", "GetBucketTagging");
    const WRITES: bool = false;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:GetBucketTagging")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
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
