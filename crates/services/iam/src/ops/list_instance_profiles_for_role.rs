//! Lists the instance profiles that have a role.

use sekisho_engine::Role;
use sekisho_engine::prelude::*;

use crate::holder;
use crate::profiles;

pub(crate) struct ListInstanceProfilesForRole;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    role_name: String,
}

impl Operation for ListInstanceProfilesForRole {
    const ID: OpId = OpId::new("iam", "ListInstanceProfilesForRole");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<Role>(lookup, "ListInstanceProfilesForRole", &input.role_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let role = holder::find::<Role>(cx, &input.role_name)?;
        let all = profiles::all(cx, |p| p.role.as_deref() == Some(&*role.name))?;
        let list: Result<Vec<Value>, ApiError> =
            all.iter().map(|p| profiles::shown(cx, p, false)).collect();
        Ok(json!({"InstanceProfiles": list?, "IsTruncated": false}))
    }
}
