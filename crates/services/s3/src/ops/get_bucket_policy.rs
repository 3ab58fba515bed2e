//! Reads the policy of a bucket.

use sekisho_engine::prelude::*;
use sekisho_engine::shown;

use crate::bucket;
use crate::checks::OnBucket;

pub(crate) struct GetBucketPolicy;

impl Operation for GetBucketPolicy {
    const ID: OpId = OpId::new("s3", "GetBucketPolicy");
    const WRITES: bool = false;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:GetBucketPolicy")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        bucket::own(cx, &input.bucket)?;
        let bucket = bucket::find(cx, &input.bucket)?;
        let Some(policy) = &bucket.policy else {
            let error =
                ApiError::new("NoSuchBucketPolicy", "The bucket policy does not exist").status(404);
            return Err(error.field("BucketName", input.bucket));
        };
        Ok(json!({"Policy": shown(&cx.lookup(), policy)?}))
    }
}
