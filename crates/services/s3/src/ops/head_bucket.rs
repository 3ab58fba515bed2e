//! Says where a bucket is, if the caller may list it.

use sekisho_engine::prelude::*;

use crate::{bucket, checks};

pub(crate) struct HeadBucket;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
}

impl Operation for HeadBucket {
    const ID: OpId = OpId::new("s3", "HeadBucket");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:ListBucket",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        Ok(json!({"BucketRegion": bucket.region, "AccessPointAlias": false}))
    }
}
