//! Removes an instance profile that has no role.

use sekisho_engine::prelude::*;

use crate::profiles::{self, PROFILES};

pub(crate) struct DeleteInstanceProfile;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    instance_profile_name: String,
}

impl Operation for DeleteInstanceProfile {
    const ID: OpId = OpId::new("iam", "DeleteInstanceProfile");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![profiles::check(
            lookup,
            "DeleteInstanceProfile",
            &input.instance_profile_name,
        )?])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let profile = profiles::find(cx, &input.instance_profile_name)?;
        if profile.role.is_some() {
            return Err(profiles::has_role());
        }
        let key = format!("{}/{}", cx.account(), profile.name);
        cx.delete(&PROFILES, &key);
        Ok(json!({}))
    }
}
