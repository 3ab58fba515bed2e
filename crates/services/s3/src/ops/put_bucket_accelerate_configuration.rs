//! Turns transfer acceleration on or off; that is kept, nothing is faster here.

use sekisho_engine::prelude::*;

use crate::{bucket, checks};

pub(crate) struct PutBucketAccelerateConfiguration;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    accelerate_configuration: Configuration,
}

impl Operation for PutBucketAccelerateConfiguration {
    const ID: OpId = OpId::new("s3", "PutBucketAccelerateConfiguration");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:PutAccelerateConfiguration",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        if input.bucket.contains('.') {
            let message = "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names";
            return Err(ApiError::new("InvalidRequest", message).status(400));
        }
        bucket::change(cx, &input.bucket, |b| {
            b.settings.accelerate = input.accelerate_configuration.status;
            Ok(())
        })?;
        Ok(json!({}))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Configuration {
    status: Option<String>,
}
