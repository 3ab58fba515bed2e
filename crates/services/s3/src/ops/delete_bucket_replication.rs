//! Replicates the objects of the bucket no longer.

use sekisho_engine::prelude::*;

use crate::bucket;
use crate::checks::OnBucket;

pub(crate) struct DeleteBucketReplication;

impl Operation for DeleteBucketReplication {
    const ID: OpId = OpId::new("s3", "DeleteBucketReplication");
    const WRITES: bool = true;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:PutReplicationConfiguration")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        bucket::change(cx, &input.bucket, |b| {
            b.settings.replication = None;
            Ok(())
        })?;
        Ok(json!({}))
    }
}
