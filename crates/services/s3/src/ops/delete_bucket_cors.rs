//! Takes the CORS rules away.

use sekisho_engine::prelude::*;

use crate::bucket;
use crate::checks::OnBucket;

pub(crate) struct DeleteBucketCors;

impl Operation for DeleteBucketCors {
    const ID: OpId = OpId::new("s3", "DeleteBucketCors");
    const WRITES: bool = true;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:PutBucketCORS")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        bucket::change(cx, &input.bucket, |b| {
            b.settings.cors = None;
            Ok(())
        })?;
        Ok(json!({}))
    }
}
