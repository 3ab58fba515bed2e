//! Object lock: it cannot be set here yet.

use sekisho_engine::prelude::*;

use crate::checks::OnBucket;

pub(crate) struct GetObjectLockConfiguration;

impl Operation for GetObjectLockConfiguration {
    const ID: OpId = OpId::new("s3", "GetObjectLockConfiguration");
    const WRITES: bool = false;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:GetBucketObjectLockConfiguration")
    }

    fn run(_: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        let message = "Object Lock configuration does not exist for this bucket";
        Err(
            ApiError::new("ObjectLockConfigurationNotFoundError", message)
                .status(404)
                .field("BucketName", input.bucket),
        )
    }
}
