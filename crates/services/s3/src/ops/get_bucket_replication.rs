//! Reads to which buckets objects are replicated.

use sekisho_engine::prelude::*;

use crate::bucket;
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

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        if let Some(kept) = &bucket::find(cx, &input.bucket)?.settings.replication {
            return Ok(json!({"ReplicationConfiguration": kept}));
        }
        let message = "The replication configuration was not found";
        Err(
            ApiError::new("ReplicationConfigurationNotFoundError", message)
                .status(404)
                .field("BucketName", input.bucket),
        )
    }
}
