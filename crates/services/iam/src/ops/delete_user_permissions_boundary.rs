//! Removes the permissions boundary of a user.

use sekisho_engine::User;
use sekisho_engine::prelude::*;

use crate::holder;

pub(crate) struct DeleteUserPermissionsBoundary;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    user_name: String,
}

impl Operation for DeleteUserPermissionsBoundary {
    const ID: OpId = OpId::new("iam", "DeleteUserPermissionsBoundary");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<User>(lookup, "DeleteUserPermissionsBoundary", &input.user_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        holder::set_boundary::<User>(cx, &input.user_name, None)
    }
}
