//! Reads the policy of the registry.

use sekisho_engine::prelude::*;

use crate::registry;

pub(crate) struct GetRegistryPolicy;

#[derive(Deserialize)]
pub(crate) struct Input {}

impl Operation for GetRegistryPolicy {
    const ID: OpId = OpId::new("ecr", "GetRegistryPolicy");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new("ecr:GetRegistryPolicy", "*")])
    }

    fn run(cx: &mut Cx<'_>, _: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        registry::get(cx)
    }
}
