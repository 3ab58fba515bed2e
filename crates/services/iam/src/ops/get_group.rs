//! Reads a group, and who is in it.

use sekisho_engine::Group;
use sekisho_engine::prelude::*;

use crate::{groups, holder, render};

pub(crate) struct GetGroup;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    group_name: String,
}

impl Operation for GetGroup {
    const ID: OpId = OpId::new("iam", "GetGroup");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<Group>(lookup, "GetGroup", &input.group_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let group = holder::find::<Group>(cx, &input.group_name)?;
        let users = groups::users(cx, &group.name)?;
        let users: Vec<Value> = users.iter().map(|u| render::user(u, false)).collect();
        Ok(json!({"Group": render::group(&group), "Users": users, "IsTruncated": false}))
    }
}
