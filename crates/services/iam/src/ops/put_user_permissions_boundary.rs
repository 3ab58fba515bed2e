//! Sets the permissions boundary of a user.

use sekisho_engine::User;
use sekisho_engine::prelude::*;

use crate::holder;

pub(crate) struct PutUserPermissionsBoundary;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    user_name: String,
    permissions_boundary: String,
}

impl Operation for PutUserPermissionsBoundary {
    const ID: OpId = OpId::new("iam", "PutUserPermissionsBoundary");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        // The boundary of the condition is the one that is asked for.
        let arn = holder::arn::<User>(lookup, &input.user_name)?;
        Ok(vec![
            Check::new("iam:PutUserPermissionsBoundary", arn).with(
                "iam:PermissionsBoundary",
                input.permissions_boundary.clone(),
            ),
        ])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        holder::set_boundary::<User>(cx, &input.user_name, Some(&input.permissions_boundary))
    }
}
