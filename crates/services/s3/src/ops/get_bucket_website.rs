//! Website: none can be set here yet.

use sekisho_engine::prelude::*;

use crate::checks::OnBucket;

pub(crate) struct GetBucketWebsite;

impl Operation for GetBucketWebsite {
    const ID: OpId = OpId::new("s3", "GetBucketWebsite");
    const WRITES: bool = false;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:GetBucketWebsite")
    }

    fn run(_: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        let message = "The specified bucket does not have a website configuration";
        Err(ApiError::new("NoSuchWebsiteConfiguration", message)
            .status(404)
            .field("BucketName", input.bucket))
    }
}
