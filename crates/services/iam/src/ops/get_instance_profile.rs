//! Reads an instance profile.

use sekisho_engine::prelude::*;

use crate::profiles;

pub(crate) struct GetInstanceProfile;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    instance_profile_name: String,
}

impl Operation for GetInstanceProfile {
    const ID: OpId = OpId::new("iam", "GetInstanceProfile");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![profiles::check(
            lookup,
            "GetInstanceProfile",
            &input.instance_profile_name,
        )?])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let profile = profiles::find(cx, &input.instance_profile_name)?;
        Ok(json!({"InstanceProfile": profiles::shown(cx, &profile, true)?}))
    }
}
