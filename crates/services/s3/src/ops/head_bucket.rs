//! Says where a bucket is, if the caller may list it.

use sekisho_engine::prelude::*;

use crate::bucket;
use crate::checks::OnBucket;

pub(crate) struct HeadBucket;

impl Operation for HeadBucket {
    const ID: OpId = OpId::new("s3", "HeadBucket");
    const WRITES: bool = false;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:ListBucket")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        Ok(json!({"BucketRegion": bucket.region, "AccessPointAlias": false}))
    }
}
