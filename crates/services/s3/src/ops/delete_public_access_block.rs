//! Removes the public access block of a bucket.

use sekisho_engine::prelude::*;

use crate::bucket;
use crate::checks::OnBucket;

pub(crate) struct DeletePublicAccessBlock;

impl Operation for DeletePublicAccessBlock {
    const ID: OpId = OpId::new("s3", "DeletePublicAccessBlock");
    const WRITES: bool = true;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:PutBucketPublicAccessBlock")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        bucket::change(cx, &input.bucket, |b| {
            b.public_access = None;
            Ok(())
        })?;
        Ok(json!({}))
    }
}
