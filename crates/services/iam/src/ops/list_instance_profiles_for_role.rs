//! Instance profiles of a role: there are none here, but the role must exist.

use sekisho_engine::Role;
use sekisho_engine::prelude::*;

use crate::holder;

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
        holder::find::<Role>(cx, &input.role_name)?;
        Ok(json!({"InstanceProfiles": [], "IsTruncated": false}))
    }
}
