//! Website: none can be set here yet.

use sekisho_engine::prelude::*;

use crate::checks;

pub(crate) struct GetBucketWebsite;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
}

impl Operation for GetBucketWebsite {
    const ID: OpId = OpId::new("s3", "GetBucketWebsite");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:GetBucketWebsite",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(_: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let message = "The specified bucket does not have a website configuration";
        Err(ApiError::new("NoSuchWebsiteConfiguration", message)
            .status(404)
            .field("BucketName", input.bucket))
    }
}
