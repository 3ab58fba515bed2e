//! Removes the permissions boundary of a role.

use sekisho_engine::Role;
use sekisho_engine::prelude::*;

use crate::holder;

pub(crate) struct DeleteRolePermissionsBoundary;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    role_name: String,
}

impl Operation for DeleteRolePermissionsBoundary {
    const ID: OpId = OpId::new("iam", "DeleteRolePermissionsBoundary");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<Role>(lookup, "DeleteRolePermissionsBoundary", &input.role_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        holder::set_boundary::<Role>(cx, &input.role_name, None)
    }
}
