//! Takes the CORS rules away.

use sekisho_engine::prelude::*;

use crate::{bucket, checks};

pub(crate) struct DeleteBucketCors;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
}

impl Operation for DeleteBucketCors {
    const ID: OpId = OpId::new("s3", "DeleteBucketCors");
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
            b.settings.cors = None;
            Ok(())
        })?;
        Ok(json!({}))
    }
}
