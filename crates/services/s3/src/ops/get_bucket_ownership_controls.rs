//! Says who owns what is written into a bucket.

use sekisho_engine::prelude::*;

use crate::{bucket, checks};

pub(crate) struct GetBucketOwnershipControls;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
}

impl Operation for GetBucketOwnershipControls {
    const ID: OpId = OpId::new("s3", "GetBucketOwnershipControls");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:GetBucketOwnershipControls",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let Some(ownership) = &bucket.ownership else {
            let message = "The bucket ownership controls were not found";
            let error = ApiError::new("OwnershipControlsNotFoundError", message).status(404);
            return Err(error.field("BucketName", input.bucket));
        };
        Ok(json!({"OwnershipControls": {"Rules": [{"ObjectOwnership": ownership}]}}))
    }
}
