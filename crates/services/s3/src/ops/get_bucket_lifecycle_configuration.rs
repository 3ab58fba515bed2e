//! Reads the lifecycle rules.

use sekisho_engine::prelude::*;

use crate::bucket;
use crate::checks::OnBucket;

pub(crate) struct GetBucketLifecycleConfiguration;

impl Operation for GetBucketLifecycleConfiguration {
    const ID: OpId = OpId::new("s3", "GetBucketLifecycleConfiguration");
    const WRITES: bool = false;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:GetLifecycleConfiguration")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        if let Some(kept) = &bucket::find(cx, &input.bucket)?.settings.lifecycle {
            return Ok(kept.clone());
        }
        let message = "The lifecycle configuration does not exist";
        Err(ApiError::new("NoSuchLifecycleConfiguration", message)
            .status(404)
            .field("BucketName", input.bucket))
    }
}
