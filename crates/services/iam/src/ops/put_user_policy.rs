//! Writes an inline policy of a user.

use sekisho_engine::User;
use sekisho_engine::prelude::*;

use crate::holder;

pub(crate) struct PutUserPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    user_name: String,
    policy_name: String,
    policy_document: String,
}

impl Operation for PutUserPolicy {
    const ID: OpId = OpId::new("iam", "PutUserPolicy");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<User>(lookup, "PutUserPolicy", &input.user_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        holder::put_inline::<User>(
            cx,
            &input.user_name,
            &input.policy_name,
            &input.policy_document,
        )
    }
}
