//! Whether transfer acceleration is on; nothing is said of it as long as nobody has set it.

use sekisho_engine::prelude::*;

use crate::bucket;
use crate::checks::OnBucket;

pub(crate) struct GetBucketAccelerateConfiguration;

impl Operation for GetBucketAccelerateConfiguration {
    const ID: OpId = OpId::new("s3", "GetBucketAccelerateConfiguration");
    const WRITES: bool = false;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:GetAccelerateConfiguration")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        Ok(
            match &bucket::find(cx, &input.bucket)?.settings.accelerate {
                Some(status) => json!({"Status": status}),
                None => json!({}),
            },
        )
    }
}
