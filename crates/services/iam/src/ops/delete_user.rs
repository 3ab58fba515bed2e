//! Removes a user that holds no policies and no keys.

use sekisho_engine::prelude::*;
use sekisho_engine::{ACCESS_KEYS, USERS, User};

use crate::{groups, holder, mfa};

pub(crate) struct DeleteUser;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    user_name: String,
}

impl Operation for DeleteUser {
    const ID: OpId = OpId::new("iam", "DeleteUser");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<User>(lookup, "DeleteUser", &input.user_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let user = holder::find::<User>(cx, &input.user_name)?;
        if !mfa::devices(cx, &user)?.is_empty() {
            let message = "Cannot delete entity, must remove tokens from principal first.";
            return Err(ApiError::new("DeleteConflict", message).status(409));
        }
        if !user.groups.is_empty() {
            return Err(groups::has_users());
        }
        holder::must_be_bare(user.as_ref())?;
        let keys = cx.scan(&ACCESS_KEYS, "")?;
        if keys
            .iter()
            .any(|(_, k)| k.account == user.account && k.user == user.name)
        {
            let message = "Cannot delete entity, must delete access keys first.";
            return Err(ApiError::new("DeleteConflict", message).status(409));
        }
        let key = format!("{}/{}", cx.account(), user.name);
        cx.delete(&USERS, &key);
        Ok(json!({}))
    }
}
