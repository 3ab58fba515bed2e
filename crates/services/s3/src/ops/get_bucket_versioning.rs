//! Says whether a bucket keeps versions.

use sekisho_engine::prelude::*;

use crate::bucket;
use crate::checks::OnBucket;

pub(crate) struct GetBucketVersioning;

impl Operation for GetBucketVersioning {
    const ID: OpId = OpId::new("s3", "GetBucketVersioning");
    const WRITES: bool = false;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:GetBucketVersioning")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        Ok(match &bucket.versioning {
            Some(status) => json!({"Status": status}),
            None => json!({}),
        })
    }
}
