//! Takes the policy of the registry away.

use sekisho_engine::prelude::*;

use crate::registry;

pub(crate) struct DeleteRegistryPolicy;

#[derive(Deserialize)]
pub(crate) struct Input {}

impl Operation for DeleteRegistryPolicy {
    const ID: OpId = OpId::new("ecr", "DeleteRegistryPolicy");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new("ecr:DeleteRegistryPolicy", "*")])
    }

    fn run(cx: &mut Cx<'_>, _: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        registry::delete(cx)
    }
}
