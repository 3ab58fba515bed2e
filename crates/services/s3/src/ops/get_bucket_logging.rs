//! Reads where accesses are logged.

use sekisho_engine::prelude::*;

use crate::bucket;
use crate::checks::OnBucket;

pub(crate) struct GetBucketLogging;

impl Operation for GetBucketLogging {
    const ID: OpId = OpId::new("s3", "GetBucketLogging");
    const WRITES: bool = false;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:GetBucketLogging")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        Ok(match &bucket.settings.logging {
            Some(enabled) => json!({"LoggingEnabled": enabled}),
            None => json!({}),
        })
    }
}
