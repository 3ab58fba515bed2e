//! Reads which passwords users may have.

use sekisho_engine::prelude::*;

use crate::account;

pub(crate) struct GetAccountPasswordPolicy;

#[derive(Deserialize)]
pub(crate) struct Input {}

impl Operation for GetAccountPasswordPolicy {
    const ID: OpId = OpId::new("iam", "GetAccountPasswordPolicy");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new("iam:GetAccountPasswordPolicy", "*")])
    }

    fn run(cx: &mut Cx<'_>, _: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let policy = account::passwords(cx)?;
        Ok(json!({"PasswordPolicy": *policy}))
    }
}
