//! Removes a role that holds no policies. Made again, it is another role.

use sekisho_engine::prelude::*;
use sekisho_engine::{ROLES, Role};

use crate::holder;
use crate::linked;
use crate::profiles::{self, Profile};

pub(crate) struct DeleteRole;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    role_name: String,
}

impl Operation for DeleteRole {
    const ID: OpId = OpId::new("iam", "DeleteRole");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<Role>(lookup, "DeleteRole", &input.role_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let role = holder::find::<Role>(cx, &input.role_name)?;
        linked::is_not(&role.arn)?;
        holder::must_be_bare(role.as_ref())?;
        let has = |p: &Profile| p.role.as_deref() == Some(&*role.name);
        if !profiles::all(cx, has)?.is_empty() {
            return Err(profiles::has_role());
        }
        let key = format!("{}/{}", cx.account(), role.name);
        cx.delete(&ROLES, &key);
        Ok(json!({}))
    }
}
