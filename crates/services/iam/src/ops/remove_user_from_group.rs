//! Takes a user out of a group.

use sekisho_engine::prelude::*;
use sekisho_engine::{Group, User};

use crate::holder;

pub(crate) struct RemoveUserFromGroup;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    group_name: String,
    user_name: String,
}

impl Operation for RemoveUserFromGroup {
    const ID: OpId = OpId::new("iam", "RemoveUserFromGroup");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<Group>(lookup, "RemoveUserFromGroup", &input.group_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let group = holder::find::<Group>(cx, &input.group_name)?;
        holder::change::<User>(cx, &input.user_name, |user| {
            user.groups.retain(|name| *name != group.name);
            Ok(())
        })?;
        Ok(json!({}))
    }
}
