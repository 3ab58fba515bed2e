//! Reads one of the configurations of metrics.

use sekisho_engine::prelude::*;

use crate::{bucket, checks};

pub(crate) struct GetBucketMetricsConfiguration;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    id: String,
}

impl Operation for GetBucketMetricsConfiguration {
    const ID: OpId = OpId::new("s3", "GetBucketMetricsConfiguration");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:GetMetricsConfiguration",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let kept = bucket.settings.metrics.get(&input.id);
        let kept = kept.ok_or_else(bucket::no_configuration)?;
        Ok(json!({"MetricsConfiguration": kept}))
    }
}
