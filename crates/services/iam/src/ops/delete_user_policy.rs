//! Removes an inline policy of a user.

use sekisho_engine::User;
use sekisho_engine::prelude::*;

use crate::holder;

pub(crate) struct DeleteUserPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    user_name: String,
    policy_name: String,
}

impl Operation for DeleteUserPolicy {
    const ID: OpId = OpId::new("iam", "DeleteUserPolicy");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<User>(lookup, "DeleteUserPolicy", &input.user_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        holder::delete_inline::<User>(cx, &input.user_name, &input.policy_name)
    }
}
