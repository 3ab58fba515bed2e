//! Sets the policy of the registry.

use sekisho_engine::prelude::*;

use crate::registry;

pub(crate) struct PutRegistryPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    policy_text: String,
}

impl Operation for PutRegistryPolicy {
    const ID: OpId = OpId::new("ecr", "PutRegistryPolicy");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new("ecr:PutRegistryPolicy", "*")])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        registry::put(cx, input.policy_text)
    }
}
