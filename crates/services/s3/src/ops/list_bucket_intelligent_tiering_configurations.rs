//! Lists the configurations of intelligent tiering.

use sekisho_engine::prelude::*;

use crate::bucket;
use crate::checks::OnBucket;

pub(crate) struct ListBucketIntelligentTieringConfigurations;

impl Operation for ListBucketIntelligentTieringConfigurations {
    const ID: OpId = OpId::new("s3", "ListBucketIntelligentTieringConfigurations");
    const WRITES: bool = false;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:GetIntelligentTieringConfiguration")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let all: Vec<&Value> = bucket.settings.tiering.values().collect();
        Ok(json!({"IntelligentTieringConfigurationList": all, "IsTruncated": false}))
    }
}
