//! Takes one of the configurations of inventories away.

use sekisho_engine::prelude::*;

use crate::named_configurations::OnConfiguration;

pub(crate) struct DeleteBucketInventoryConfiguration;

impl Operation for DeleteBucketInventoryConfiguration {
    const ID: OpId = OpId::new("s3", "DeleteBucketInventoryConfiguration");
    const WRITES: bool = true;
    type Input = OnConfiguration;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnConfiguration) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:PutInventoryConfiguration")
    }

    fn run(cx: &mut Cx<'_>, input: OnConfiguration, _: &Permit<Self>) -> Result<Value, ApiError> {
        input.delete(cx, |settings| &mut settings.inventory)
    }
}
