//! Says whether the policy of a bucket is public.

use sekisho_engine::prelude::*;

use crate::{bucket, checks};

pub(crate) struct GetBucketPolicyStatus;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
}

impl Operation for GetBucketPolicyStatus {
    const ID: OpId = OpId::new("s3", "GetBucketPolicyStatus");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:GetBucketPolicyStatus",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
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
