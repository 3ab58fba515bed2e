//! Reads the public access block of a bucket.

use sekisho_engine::prelude::*;

use crate::bucket;
use crate::checks::OnBucket;

pub(crate) struct GetPublicAccessBlock;

impl Operation for GetPublicAccessBlock {
    const ID: OpId = OpId::new("s3", "GetPublicAccessBlock");
    const WRITES: bool = false;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:GetBucketPublicAccessBlock")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let Some(block) = bucket.public_access else {
            let message = "The public access block configuration was not found";
            let error = ApiError::new("NoSuchPublicAccessBlockConfiguration", message).status(404);
            return Err(error.field("BucketName", input.bucket));
        };
        Ok(json!({"PublicAccessBlockConfiguration": block}))
    }
}
