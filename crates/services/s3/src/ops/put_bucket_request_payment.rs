//! Says who pays: the owner. That the requester does is not here, for it decides who may read.

use sekisho_engine::prelude::*;

use crate::{bucket, checks};

pub(crate) struct PutBucketRequestPayment;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    request_payment_configuration: Configuration,
}

impl Operation for PutBucketRequestPayment {
    const ID: OpId = OpId::new("s3", "PutBucketRequestPayment");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:PutBucketRequestPayment",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        bucket::find(cx, &input.bucket)?;
        match &*input.request_payment_configuration.payer {
            "BucketOwner" => Ok(json!({})),
            payer => {
                let message = format!(
                    "Payer={payer} of s3:PutBucketRequestPayment is not supported by sekisho yet"
                );
                Err(ApiError::new("NotImplemented", message).status(501))
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Configuration {
    payer: String,
}
