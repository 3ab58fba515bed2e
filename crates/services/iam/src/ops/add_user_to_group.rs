//! Puts a user into a group.

use sekisho_engine::prelude::*;
use sekisho_engine::{Group, User};

use crate::groups::MAX_GROUPS;
use crate::holder;

pub(crate) struct AddUserToGroup;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    group_name: String,
    user_name: String,
}

impl Operation for AddUserToGroup {
    const ID: OpId = OpId::new("iam", "AddUserToGroup");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<Group>(lookup, "AddUserToGroup", &input.group_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let group = holder::find::<Group>(cx, &input.group_name)?;
        holder::change::<User>(cx, &input.user_name, |user| {
            if user.groups.contains(&group.name) {
                return Ok(());
            }
            if user.groups.len() >= MAX_GROUPS {
                let message = format!("Cannot exceed quota for GroupsPerUser: {MAX_GROUPS}");
                return Err(ApiError::new("LimitExceeded", message).status(409));
            }
            user.groups.push(group.name.clone());
            Ok(())
        })?;
        Ok(json!({}))
    }
}
