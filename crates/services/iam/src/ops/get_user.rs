//! Reads a user; without a name, the caller.

use sekisho_engine::User;
use sekisho_engine::prelude::*;
use sekisho_policy::Principal;

use crate::holder;
use crate::render;

pub(crate) struct GetUser;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    user_name: Option<String>,
}

impl Operation for GetUser {
    const ID: OpId = OpId::new("iam", "GetUser");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check_self(lookup, "GetUser", input.user_name.as_deref())
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let name = match input.user_name {
            Some(name) => name,
            None => match &cx.caller().principal {
                Principal::User { arn, .. } => {
                    arn.rsplit('/').next().unwrap_or_default().to_owned()
                }
                Principal::Root { account } => {
                    let arn = cx.caller().arn();
                    return Ok(
                        json!({"User": {"Path": "/", "UserName": "root", "UserId": account, "Arn": arn, "CreateDate": 0.0}}),
                    );
                }
                _ => {
                    let message = "Must specify userName when calling with non-User credentials";
                    return Err(ApiError::new("ValidationError", message).status(400));
                }
            },
        };
        Ok(json!({"User": render::user(holder::find::<User>(cx, &name)?.as_ref(), true)}))
    }
}
