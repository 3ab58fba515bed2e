//! Reads the properties of the account: whether it has Role Manager.

use sekisho_engine::prelude::*;

use crate::account;

pub(crate) struct GetAccountProperties;

#[derive(Deserialize)]
pub(crate) struct Input {}

impl Operation for GetAccountProperties {
    const ID: OpId = OpId::new("iam", "GetAccountProperties");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new("iam:GetAccountProperties", "*")])
    }

    fn run(cx: &mut Cx<'_>, _: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let enabled = cx.get(&account::ROLE_MANAGER, cx.account())?;
        let enabled = enabled.is_some_and(|on| *on).to_string();
        Ok(json!({"Properties": {account::ENABLED: enabled}}))
    }
}
