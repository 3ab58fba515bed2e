//! Changes description and longest session of a role.

use sekisho_engine::Role;
use sekisho_engine::prelude::*;

use crate::{holder, linked};

pub(crate) struct UpdateRole;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    role_name: String,
    description: Option<String>,
    max_session_duration: Option<i64>,
}

impl Operation for UpdateRole {
    const ID: OpId = OpId::new("iam", "UpdateRole");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<Role>(lookup, "UpdateRole", &input.role_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        // What a service's role is called may be said anew, how long its sessions are not.
        if input.max_session_duration.is_some() {
            let role = holder::find::<Role>(cx, &input.role_name)?;
            linked::is_not(&role.arn)?;
        }
        holder::change::<Role>(cx, &input.role_name, |role| {
            if let Some(description) = input.description {
                role.description = Some(description);
            }
            if let Some(seconds) = input.max_session_duration {
                role.max_session_seconds = seconds;
            }
            Ok(())
        })?;
        Ok(json!({}))
    }
}
