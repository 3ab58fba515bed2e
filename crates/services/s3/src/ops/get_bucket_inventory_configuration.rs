//! Reads one of the configurations of inventories.

use sekisho_engine::prelude::*;

use crate::named_configurations::OnConfiguration;

pub(crate) struct GetBucketInventoryConfiguration;

impl Operation for GetBucketInventoryConfiguration {
    const ID: OpId = OpId::new("s3", "GetBucketInventoryConfiguration");
    const WRITES: bool = false;
    type Input = OnConfiguration;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnConfiguration) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:GetInventoryConfiguration")
    }

    fn run(cx: &mut Cx<'_>, input: OnConfiguration, _: &Permit<Self>) -> Result<Value, ApiError> {
        let kept = input.read(cx, |settings| &settings.inventory)?;
        Ok(json!({"InventoryConfiguration": kept}))
    }
}
