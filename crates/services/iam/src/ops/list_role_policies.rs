//! Lists the inline policies of a role.

use sekisho_engine::Role;
use sekisho_engine::prelude::*;

use crate::holder;

pub(crate) struct ListRolePolicies;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    role_name: String,
}

impl Operation for ListRolePolicies {
    const ID: OpId = OpId::new("iam", "ListRolePolicies");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<Role>(lookup, "ListRolePolicies", &input.role_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        holder::list_inline::<Role>(cx, &input.role_name)
    }
}
