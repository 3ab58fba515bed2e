//! Reads how the bucket is a website.

use sekisho_engine::prelude::*;

use crate::bucket;
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

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        if let Some(kept) = &bucket::find(cx, &input.bucket)?.settings.website {
            return Ok(kept.clone());
        }
        let message = "The specified bucket does not have a website configuration";
        Err(ApiError::new("NoSuchWebsiteConfiguration", message)
            .status(404)
            .field("BucketName", input.bucket))
    }
}
