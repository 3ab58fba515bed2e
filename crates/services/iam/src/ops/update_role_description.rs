//! Changes the description of a role, and shows it: the older way of UpdateRole.

use sekisho_engine::Role;
use sekisho_engine::prelude::*;

use crate::{holder, render};

pub(crate) struct UpdateRoleDescription;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    role_name: String,
    description: String,
}

impl Operation for UpdateRoleDescription {
    const ID: OpId = OpId::new("iam", "UpdateRoleDescription");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<Role>(lookup, "UpdateRoleDescription", &input.role_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        holder::change::<Role>(cx, &input.role_name, |role| {
            role.description = Some(input.description);
            Ok(())
        })?;
        let role = holder::find::<Role>(cx, &input.role_name)?;
        let mut shown = render::role(&cx.lookup(), &role, false)?;
        // Recorded: radkawar/stackd role_wire_aws.
        if let Some(map) = shown.as_object_mut() {
            map.remove("MaxSessionDuration");
        }
        Ok(json!({"Role": shown}))
    }
}
