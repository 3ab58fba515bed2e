//! Replication: none can be set here yet.

use sekisho_engine::prelude::*;

use crate::checks::OnBucket;

pub(crate) struct GetBucketReplication;

impl Operation for GetBucketReplication {
    const ID: OpId = OpId::new("s3", "GetBucketReplication");
    const WRITES: bool = false;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:GetReplicationConfiguration")
    }

    fn run(_: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        let message = "The replication configuration was not found";
        Err(
            ApiError::new("ReplicationConfigurationNotFoundError", message)
                .status(404)
                .field("BucketName", input.bucket),
        )
    }
}
