//! Reads one of the configurations of metrics.

use sekisho_engine::prelude::*;

use crate::named_configurations::OnConfiguration;

pub(crate) struct GetBucketMetricsConfiguration;

impl Operation for GetBucketMetricsConfiguration {
    const ID: OpId = OpId::new("s3", "GetBucketMetricsConfiguration");
    const WRITES: bool = false;
    type Input = OnConfiguration;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnConfiguration) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:GetMetricsConfiguration")
    }

    fn run(cx: &mut Cx<'_>, input: OnConfiguration, _: &Permit<Self>) -> Result<Value, ApiError> {
        let kept = input.read(cx, |settings| &settings.metrics)?;
        Ok(json!({"MetricsConfiguration": kept}))
    }
}
