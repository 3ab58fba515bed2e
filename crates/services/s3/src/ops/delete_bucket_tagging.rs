//! Removes the tags of a bucket.

use sekisho_engine::prelude::*;

use crate::bucket;
use crate::checks::OnBucket;

pub(crate) struct DeleteBucketTagging;

impl Operation for DeleteBucketTagging {
    const ID: OpId = OpId::new("s3", "DeleteBucketTagging");
    const WRITES: bool = true;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:PutBucketTagging")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        bucket::change(cx, &input.bucket, |b| {
            b.tags.clear();
            Ok(())
        })?;
        Ok(json!({}))
    }
}
