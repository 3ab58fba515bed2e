//! Sets CORS rules; they are kept, no answer has headers by them here.

use sekisho_engine::prelude::*;

use crate::{bucket, checks};

pub(crate) struct PutBucketCors;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    #[serde(rename = "CORSConfiguration")]
    cors_configuration: Configuration,
}

impl Operation for PutBucketCors {
    const ID: OpId = OpId::new("s3", "PutBucketCors");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:PutBucketCORS",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        bucket::change(cx, &input.bucket, |b| {
            b.settings.cors = Some(json!({"CORSRules": input.cors_configuration.cors_rules}));
            Ok(())
        })?;
        Ok(json!({}))
    }
}

#[derive(Deserialize)]
struct Configuration {
    #[serde(rename = "CORSRules", default)]
    cors_rules: Vec<Value>,
}
