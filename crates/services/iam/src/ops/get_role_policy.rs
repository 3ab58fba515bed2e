//! Reads an inline policy of a role.

use sekisho_engine::Role;
use sekisho_engine::prelude::*;

use crate::holder;

pub(crate) struct GetRolePolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    role_name: String,
    policy_name: String,
}

impl Operation for GetRolePolicy {
    const ID: OpId = OpId::new("iam", "GetRolePolicy");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<Role>(lookup, "GetRolePolicy", &input.role_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let document = holder::get_inline::<Role>(cx, &input.role_name, &input.policy_name)?;
        Ok(
            json!({"RoleName": input.role_name, "PolicyName": input.policy_name, "PolicyDocument": document}),
        )
    }
}
