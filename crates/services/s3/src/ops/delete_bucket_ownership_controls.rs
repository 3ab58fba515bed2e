//! Removes the ownership controls of a bucket.

use sekisho_engine::prelude::*;

use crate::bucket;
use crate::checks::OnBucket;

pub(crate) struct DeleteBucketOwnershipControls;

impl Operation for DeleteBucketOwnershipControls {
    const ID: OpId = OpId::new("s3", "DeleteBucketOwnershipControls");
    const WRITES: bool = true;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:PutBucketOwnershipControls")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        bucket::change(cx, &input.bucket, |b| {
            b.ownership = None;
            Ok(())
        })?;
        Ok(json!({}))
    }
}
