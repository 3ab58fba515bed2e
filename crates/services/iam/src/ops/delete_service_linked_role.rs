//! Removes the role that a service has in the account. No service uses one here: it is done at once.

use sekisho_engine::prelude::*;
use sekisho_engine::{ROLES, Role};

use crate::holder;
use crate::linked::{self, DELETIONS};

pub(crate) struct DeleteServiceLinkedRole;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    role_name: String,
}

impl Operation for DeleteServiceLinkedRole {
    const ID: OpId = OpId::new("iam", "DeleteServiceLinkedRole");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<Role>(lookup, "DeleteServiceLinkedRole", &input.role_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let role = holder::find::<Role>(cx, &input.role_name)?;
        if !linked::is(&role.arn) {
            let message = format!("{} exists but is not a service role.", role.name);
            return Err(holder::no_such_entity(message));
        }
        let account = cx.account().to_owned();
        let task = format!("task{}{}/{}", role.path, role.name, cx.ids().uuid());
        cx.delete(&ROLES, &format!("{account}/{}", role.name));
        cx.put(&DELETIONS, &format!("{account}/{task}"), role.arn.clone())?;
        Ok(json!({"DeletionTaskId": task}))
    }
}
