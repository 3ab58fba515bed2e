//! Reads the public access block of a bucket.

use sekisho_engine::prelude::*;

use crate::{bucket, checks};

pub(crate) struct GetPublicAccessBlock;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
}

impl Operation for GetPublicAccessBlock {
    const ID: OpId = OpId::new("s3", "GetPublicAccessBlock");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:GetBucketPublicAccessBlock",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let Some(block) = bucket.public_access else {
            let message = "The public access block configuration was not found";
            let error = ApiError::new("NoSuchPublicAccessBlockConfiguration", message).status(404);
            return Err(error.field("BucketName", input.bucket));
        };
        Ok(json!({"PublicAccessBlockConfiguration": block}))
    }
}
