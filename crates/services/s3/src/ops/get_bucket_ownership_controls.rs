//! Says who owns what is written into a bucket.

use sekisho_engine::prelude::*;

use crate::bucket;
use crate::checks::OnBucket;

pub(crate) struct GetBucketOwnershipControls;

impl Operation for GetBucketOwnershipControls {
    const ID: OpId = OpId::new("s3", "GetBucketOwnershipControls");
    const WRITES: bool = false;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:GetBucketOwnershipControls")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let Some(ownership) = &bucket.ownership else {
            let message = "The bucket ownership controls were not found";
            let error = ApiError::new("OwnershipControlsNotFoundError", message).status(404);
            return Err(error.field("BucketName", input.bucket));
        };
        Ok(json!({"OwnershipControls": {"Rules": [{"ObjectOwnership": ownership}]}}))
    }
}
