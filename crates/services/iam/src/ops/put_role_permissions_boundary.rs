//! Sets the permissions boundary of a role.

use sekisho_engine::Role;
use sekisho_engine::prelude::*;

use crate::holder;

pub(crate) struct PutRolePermissionsBoundary;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    role_name: String,
    permissions_boundary: String,
}

impl Operation for PutRolePermissionsBoundary {
    const ID: OpId = OpId::new("iam", "PutRolePermissionsBoundary");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        // The boundary of the condition is the one that is asked for.
        let arn = holder::arn::<Role>(lookup, &input.role_name)?;
        Ok(vec![
            Check::new("iam:PutRolePermissionsBoundary", arn).with(
                "iam:PermissionsBoundary",
                input.permissions_boundary.clone(),
            ),
        ])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        holder::set_boundary::<Role>(cx, &input.role_name, Some(&input.permissions_boundary))
    }
}
