//! Says whether the policy of a bucket is public.

use sekisho_engine::prelude::*;

use crate::bucket;
use crate::checks::OnBucket;

pub(crate) struct GetBucketPolicyStatus;

impl Operation for GetBucketPolicyStatus {
    const ID: OpId = OpId::new("s3", "GetBucketPolicyStatus");
    const WRITES: bool = false;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:GetBucketPolicyStatus")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let Some(compiled) = bucket
            .policy
            .as_ref()
            .and_then(|p| p.compiled(|| format!("bucket policy of {}", bucket.name)))
        else {
            let error =
                ApiError::new("NoSuchBucketPolicy", "The bucket policy does not exist").status(404);
            return Err(error.field("BucketName", input.bucket));
        };
        Ok(json!({"PolicyStatus": {"IsPublic": sekisho_policy::is_public(&compiled.document)}}))
    }
}
