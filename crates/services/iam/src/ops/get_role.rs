//! Reads a role.

use sekisho_engine::Role;
use sekisho_engine::prelude::*;

use crate::holder;
use crate::render;

pub(crate) struct GetRole;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    role_name: String,
}

impl Operation for GetRole {
    const ID: OpId = OpId::new("iam", "GetRole");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<Role>(lookup, "GetRole", &input.role_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        match holder::find::<Role>(cx, &input.role_name) {
            Ok(role) => Ok(json!({"Role": render::role(&cx.lookup(), &role, true)?})),
            Err(error) => match own(cx, &input.role_name) {
                Some(role) => Ok(json!({"Role": role})),
                None => Err(error),
            },
        }
    }
}

/// The role of who applies in a rehearsal, as far as it is known: its name and its id, and nothing of what it says.
fn own(cx: &Cx<'_>, name: &str) -> Option<Value> {
    let session = cx.caller().session.as_deref()?;
    session.applier.as_ref()?;
    if session.role.as_deref() != Some(name) {
        return None;
    }
    let arn = session.role_arn.as_deref()?;
    let path = arn.split_once(":role")?.1.strip_suffix(name)?;
    Some(json!({
        "Path": path, "RoleName": name, "RoleId": session.role_id, "Arn": arn,
        "CreateDate": 0, "AssumeRolePolicyDocument": render::encoded(NOTHING),
    }))
}

/// A policy that says nothing.
const NOTHING: &str = "{\"Version\":\"2012-10-17\",\"Statement\":[]}";
