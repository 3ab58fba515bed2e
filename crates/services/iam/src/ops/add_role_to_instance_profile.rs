//! Gives an instance profile its role: who does passes it to EC2.

use sekisho_engine::prelude::*;

use sekisho_engine::Role;

use crate::{holder, linked, profiles};

pub(crate) struct AddRoleToInstanceProfile;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    instance_profile_name: String,
    role_name: String,
}

impl Operation for AddRoleToInstanceProfile {
    const ID: OpId = OpId::new("iam", "AddRoleToInstanceProfile");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let role = holder::arn::<Role>(lookup, &input.role_name)?;
        let profile = &input.instance_profile_name;
        Ok(vec![
            profiles::check(lookup, "AddRoleToInstanceProfile", profile)?,
            Check::new("iam:PassRole", role).with("iam:PassedToService", "ec2.amazonaws.com"),
        ])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let role = holder::find::<Role>(cx, &input.role_name)?;
        linked::is_not(&role.arn)?;
        profiles::change(cx, &input.instance_profile_name, |profile| {
            if profile.role.is_some() {
                let message = "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1";
                return Err(ApiError::new("LimitExceeded", message).status(409));
            }
            profile.role = Some(role.name.clone());
            Ok(())
        })
    }
}
