//! Removes the policy of a bucket.

use sekisho_engine::prelude::*;

use crate::bucket;
use crate::checks::OnBucket;

pub(crate) struct DeleteBucketPolicy;

impl Operation for DeleteBucketPolicy {
    const ID: OpId = OpId::new("s3", "DeleteBucketPolicy");
    const WRITES: bool = true;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:DeleteBucketPolicy")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        bucket::own(cx, &input.bucket)?;
        bucket::change(cx, &input.bucket, |b| {
            b.policy = None;
            Ok(())
        })?;
        Ok(json!({}))
    }
}
