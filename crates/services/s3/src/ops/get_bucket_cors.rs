//! Reads the CORS rules.

use sekisho_engine::prelude::*;

use crate::bucket;
use crate::checks::OnBucket;

pub(crate) struct GetBucketCors;

impl Operation for GetBucketCors {
    const ID: OpId = OpId::new("s3", "GetBucketCors");
    const WRITES: bool = false;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:GetBucketCORS")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        if let Some(kept) = &bucket::find(cx, &input.bucket)?.settings.cors {
            return Ok(kept.clone());
        }
        let message = "The CORS configuration does not exist";
        Err(ApiError::new("NoSuchCORSConfiguration", message)
            .status(404)
            .field("BucketName", input.bucket))
    }
}
