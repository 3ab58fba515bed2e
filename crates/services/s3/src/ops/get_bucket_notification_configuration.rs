//! Reads who is told of what happens in a bucket.

use sekisho_engine::prelude::*;

use crate::bucket;
use crate::checks::OnBucket;

pub(crate) struct GetBucketNotificationConfiguration;

impl Operation for GetBucketNotificationConfiguration {
    const ID: OpId = OpId::new("s3", "GetBucketNotificationConfiguration");
    const WRITES: bool = false;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:GetBucketNotification")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let kept = bucket.settings.notification.clone();
        Ok(kept.unwrap_or_else(|| json!({})))
    }
}
