//! Reads the CORS rules.

use sekisho_engine::prelude::*;

use crate::{bucket, checks};

pub(crate) struct GetBucketCors;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
}

impl Operation for GetBucketCors {
    const ID: OpId = OpId::new("s3", "GetBucketCors");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:GetBucketCORS",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        if let Some(kept) = &bucket::find(cx, &input.bucket)?.settings.cors {
            return Ok(kept.clone());
        }
        let message = "The CORS configuration does not exist";
        Err(ApiError::new("NoSuchCORSConfiguration", message)
            .status(404)
            .field("BucketName", input.bucket))
    }
}
