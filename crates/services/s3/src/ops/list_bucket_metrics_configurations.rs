//! Lists the configurations of metrics.

use sekisho_engine::prelude::*;

use crate::bucket;
use crate::checks::OnBucket;

pub(crate) struct ListBucketMetricsConfigurations;

impl Operation for ListBucketMetricsConfigurations {
    const ID: OpId = OpId::new("s3", "ListBucketMetricsConfigurations");
    const WRITES: bool = false;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:GetMetricsConfiguration")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let all: Vec<&Value> = bucket.settings.metrics.values().collect();
        Ok(json!({"MetricsConfigurationList": all, "IsTruncated": false}))
    }
}
