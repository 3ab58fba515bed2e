//! Reads the lifecycle rules.

use sekisho_engine::prelude::*;

use crate::{bucket, checks};

pub(crate) struct GetBucketLifecycleConfiguration;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
}

impl Operation for GetBucketLifecycleConfiguration {
    const ID: OpId = OpId::new("s3", "GetBucketLifecycleConfiguration");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:GetLifecycleConfiguration",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        if let Some(kept) = &bucket::find(cx, &input.bucket)?.settings.lifecycle {
            return Ok(kept.clone());
        }
        let message = "The lifecycle configuration does not exist";
        Err(ApiError::new("NoSuchLifecycleConfiguration", message)
            .status(404)
            .field("BucketName", input.bucket))
    }
}
