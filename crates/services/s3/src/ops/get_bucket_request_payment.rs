//! Who pays: the owner.

use sekisho_engine::prelude::*;

use crate::{bucket, checks};

pub(crate) struct GetBucketRequestPayment;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
}

impl Operation for GetBucketRequestPayment {
    const ID: OpId = OpId::new("s3", "GetBucketRequestPayment");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:GetBucketRequestPayment",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        bucket::find(cx, &input.bucket)?;
        Ok(json!({"Payer": "BucketOwner"}))
    }
}
