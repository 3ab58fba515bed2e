//! Sets the public access block of a bucket.

use sekisho_engine::prelude::*;
use serde_json::Map;

use crate::bucket::PublicAccess;
use crate::{bucket, checks};

pub(crate) struct PutPublicAccessBlock;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    public_access_block_configuration: Map<String, Value>,
}

impl Operation for PutPublicAccessBlock {
    const ID: OpId = OpId::new("s3", "PutPublicAccessBlock");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:PutBucketPublicAccessBlock",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let configuration = input.public_access_block_configuration;
        if configuration.is_empty() {
            let message = "Must specify at least one configuration.";
            return Err(ApiError::new("InvalidRequest", message).status(400));
        }
        let public_access: PublicAccess = serde_json::from_value(Value::Object(configuration))
            .map_err(|e| ApiError::new("MalformedXML", e.to_string()).status(400))?;
        bucket::change(cx, &input.bucket, |b| {
            b.public_access = Some(public_access);
            Ok(())
        })?;
        Ok(json!({}))
    }
}
