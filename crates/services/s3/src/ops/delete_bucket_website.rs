//! The bucket is a website no longer.

use sekisho_engine::prelude::*;

use crate::bucket;
use crate::checks::OnBucket;

pub(crate) struct DeleteBucketWebsite;

impl Operation for DeleteBucketWebsite {
    const ID: OpId = OpId::new("s3", "DeleteBucketWebsite");
    const WRITES: bool = true;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:DeleteBucketWebsite")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        bucket::change(cx, &input.bucket, |b| {
            b.settings.website = None;
            Ok(())
        })?;
        Ok(json!({}))
    }
}
