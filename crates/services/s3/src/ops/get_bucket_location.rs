//! Says in which region a bucket is; us-east-1 has no name here.

use sekisho_engine::prelude::*;

use crate::{bucket, checks};

pub(crate) struct GetBucketLocation;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
}

impl Operation for GetBucketLocation {
    const ID: OpId = OpId::new("s3", "GetBucketLocation");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:GetBucketLocation",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        Ok(if bucket.region == "us-east-1" {
            json!({})
        } else {
            json!({"LocationConstraint": bucket.region})
        })
    }
}
