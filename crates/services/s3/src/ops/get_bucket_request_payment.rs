//! Who pays: the owner.

use sekisho_engine::prelude::*;

use crate::bucket;
use crate::checks::OnBucket;

pub(crate) struct GetBucketRequestPayment;

impl Operation for GetBucketRequestPayment {
    const ID: OpId = OpId::new("s3", "GetBucketRequestPayment");
    const WRITES: bool = false;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:GetBucketRequestPayment")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        bucket::find(cx, &input.bucket)?;
        Ok(json!({"Payer": "BucketOwner"}))
    }
}
