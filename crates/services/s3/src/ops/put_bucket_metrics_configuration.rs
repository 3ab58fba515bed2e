//! Sets one of the configurations of metrics; it is kept, nothing is measured here.

use sekisho_engine::prelude::*;

use crate::{checks, named_configurations};

pub(crate) struct PutBucketMetricsConfiguration;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    id: String,
    metrics_configuration: Value,
}

impl Operation for PutBucketMetricsConfiguration {
    const ID: OpId = OpId::new("s3", "PutBucketMetricsConfiguration");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:PutMetricsConfiguration",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let configuration = input.metrics_configuration;
        named_configurations::put(cx, &input.bucket, input.id, configuration, |settings| {
            &mut settings.metrics
        })
    }
}
