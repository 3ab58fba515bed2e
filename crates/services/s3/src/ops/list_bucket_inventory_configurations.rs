//! Lists the configurations of inventories.

use sekisho_engine::prelude::*;

use crate::bucket;
use crate::checks::OnBucket;

pub(crate) struct ListBucketInventoryConfigurations;

impl Operation for ListBucketInventoryConfigurations {
    const ID: OpId = OpId::new("s3", "ListBucketInventoryConfigurations");
    const WRITES: bool = false;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:GetInventoryConfiguration")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let all: Vec<&Value> = bucket.settings.inventory.values().collect();
        Ok(json!({"InventoryConfigurationList": all, "IsTruncated": false}))
    }
}
