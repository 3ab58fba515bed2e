//! Lists the groups that a user is in.

use sekisho_engine::prelude::*;
use sekisho_engine::{Group, User};

use crate::{holder, render};

pub(crate) struct ListGroupsForUser;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    user_name: String,
}

impl Operation for ListGroupsForUser {
    const ID: OpId = OpId::new("iam", "ListGroupsForUser");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<User>(lookup, "ListGroupsForUser", &input.user_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let user = holder::find::<User>(cx, &input.user_name)?;
        let mut list = Vec::new();
        for name in &user.groups {
            list.push(render::group(holder::find::<Group>(cx, name)?.as_ref()));
        }
        Ok(json!({"Groups": list, "IsTruncated": false}))
    }
}
