//! Takes the lifecycle rules away.

use sekisho_engine::prelude::*;

use crate::bucket;
use crate::checks::OnBucket;

pub(crate) struct DeleteBucketLifecycle;

impl Operation for DeleteBucketLifecycle {
    const ID: OpId = OpId::new("s3", "DeleteBucketLifecycle");
    const WRITES: bool = true;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:PutLifecycleConfiguration")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        bucket::change(cx, &input.bucket, |b| {
            b.settings.lifecycle = None;
            Ok(())
        })?;
        Ok(json!({}))
    }
}
