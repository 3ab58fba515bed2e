//! Takes the role from an instance profile.

use sekisho_engine::prelude::*;

use sekisho_engine::Role;

use crate::{holder, linked, profiles};

pub(crate) struct RemoveRoleFromInstanceProfile;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    instance_profile_name: String,
    role_name: String,
}

impl Operation for RemoveRoleFromInstanceProfile {
    const ID: OpId = OpId::new("iam", "RemoveRoleFromInstanceProfile");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![profiles::check(
            lookup,
            "RemoveRoleFromInstanceProfile",
            &input.instance_profile_name,
        )?])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let role = holder::find::<Role>(cx, &input.role_name)?;
        linked::is_not(&role.arn)?;
        profiles::change(cx, &input.instance_profile_name, |profile| {
            if profile.role.as_deref() != Some(&*role.name) {
                let message = format!("The role with name {} cannot be found.", role.name);
                return Err(holder::no_such_entity(message));
            }
            profile.role = None;
            Ok(())
        })
    }
}
