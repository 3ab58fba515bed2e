//! Says in which region a bucket is; us-east-1 has no name here.

use sekisho_engine::prelude::*;

use crate::bucket;
use crate::checks::OnBucket;

pub(crate) struct GetBucketLocation;

impl Operation for GetBucketLocation {
    const ID: OpId = OpId::new("s3", "GetBucketLocation");
    const WRITES: bool = false;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:GetBucketLocation")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        Ok(if bucket.region == "us-east-1" {
            json!({})
        } else {
            json!({"LocationConstraint": bucket.region})
        })
    }
}
