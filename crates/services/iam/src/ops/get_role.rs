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
        let role = holder::find::<Role>(cx, &input.role_name)?;
        Ok(json!({"Role": render::role(&cx.lookup(), &role, true)?}))
    }
}
