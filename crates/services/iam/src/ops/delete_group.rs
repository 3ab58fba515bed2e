//! Removes a group that holds no policies and has no users.

use sekisho_engine::prelude::*;
use sekisho_engine::{GROUPS, Group};

use crate::{groups, holder};

pub(crate) struct DeleteGroup;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    group_name: String,
}

impl Operation for DeleteGroup {
    const ID: OpId = OpId::new("iam", "DeleteGroup");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<Group>(lookup, "DeleteGroup", &input.group_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let group = holder::find::<Group>(cx, &input.group_name)?;
        if !groups::users(cx, &group.name)?.is_empty() {
            return Err(groups::has_users());
        }
        holder::must_be_bare(group.as_ref())?;
        let key = format!("{}/{}", cx.account(), group.name);
        cx.delete(&GROUPS, &key);
        Ok(json!({}))
    }
}
