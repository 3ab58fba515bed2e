//! Reads an inline policy of a user.

use sekisho_engine::User;
use sekisho_engine::prelude::*;

use crate::holder;

pub(crate) struct GetUserPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    user_name: String,
    policy_name: String,
}

impl Operation for GetUserPolicy {
    const ID: OpId = OpId::new("iam", "GetUserPolicy");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<User>(lookup, "GetUserPolicy", &input.user_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let document = holder::get_inline::<User>(cx, &input.user_name, &input.policy_name)?;
        Ok(
            json!({"UserName": input.user_name, "PolicyName": input.policy_name, "PolicyDocument": document}),
        )
    }
}
