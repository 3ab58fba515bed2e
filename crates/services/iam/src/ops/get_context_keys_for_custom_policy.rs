//! Lists the condition keys that documents read.

use sekisho_engine::prelude::*;

use crate::simulate;

pub(crate) struct GetContextKeysForCustomPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    policy_input_list: Vec<String>,
}

impl Operation for GetContextKeysForCustomPolicy {
    const ID: OpId = OpId::new("iam", "GetContextKeysForCustomPolicy");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new("iam:GetContextKeysForCustomPolicy", "*")])
    }

    fn run(_: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        Ok(json!({"ContextKeyNames": simulate::keys_of(&input.policy_input_list)?}))
    }
}
