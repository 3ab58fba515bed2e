//! Takes one of the configurations of metrics away.

use sekisho_engine::prelude::*;

use crate::named_configurations::OnConfiguration;

pub(crate) struct DeleteBucketMetricsConfiguration;

impl Operation for DeleteBucketMetricsConfiguration {
    const ID: OpId = OpId::new("s3", "DeleteBucketMetricsConfiguration");
    const WRITES: bool = true;
    type Input = OnConfiguration;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnConfiguration) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:PutMetricsConfiguration")
    }

    fn run(cx: &mut Cx<'_>, input: OnConfiguration, _: &Permit<Self>) -> Result<Value, ApiError> {
        input.delete(cx, |settings| &mut settings.metrics)
    }
}
