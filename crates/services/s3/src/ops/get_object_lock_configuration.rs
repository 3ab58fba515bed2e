//! Object lock: it cannot be set here yet.

use sekisho_engine::prelude::*;

use crate::checks;

pub(crate) struct GetObjectLockConfiguration;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
}

impl Operation for GetObjectLockConfiguration {
    const ID: OpId = OpId::new("s3", "GetObjectLockConfiguration");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:GetBucketObjectLockConfiguration",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(_: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let message = "Object Lock configuration does not exist for this bucket";
        Err(
            ApiError::new("ObjectLockConfigurationNotFoundError", message)
                .status(404)
                .field("BucketName", input.bucket),
        )
    }
}
