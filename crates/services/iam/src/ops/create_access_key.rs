//! Makes an access key of a user. The secret is shown once.

use sekisho_engine::prelude::*;
use sekisho_engine::{ACCESS_KEYS, AccessKey, USERS, User};
use sekisho_policy::Principal;

use crate::holder;
use crate::render;

pub(crate) struct CreateAccessKey;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    user_name: Option<String>,
}

impl Operation for CreateAccessKey {
    const ID: OpId = OpId::new("iam", "CreateAccessKey");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check_self(lookup, "CreateAccessKey", input.user_name.as_deref())
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let name = user_or_self(cx, input.user_name)?;
        let user = holder::find::<User>(cx, &name)?;
        let keys = cx.scan(&ACCESS_KEYS, "")?;
        if keys
            .iter()
            .filter(|(_, k)| k.account == user.account && k.user == user.name)
            .count()
            >= 2
        {
            return Err(ApiError::new(
                "LimitExceeded",
                "Cannot exceed quota for AccessKeysPerUser: 2",
            )
            .status(409));
        }
        let key = AccessKey {
            id: cx.ids().access_key("AKIA"),
            secret: cx.ids().secret(),
            account: user.account.clone(),
            user: user.name.clone(),
            status: "Active".to_owned(),
            created_ms: cx.now_ms(),
        };
        let shown = json!({
            "UserName": key.user, "AccessKeyId": key.id, "Status": key.status, "SecretAccessKey": key.secret,
            "CreateDate": render::date(key.created_ms),
        });
        let id = key.id.clone();
        cx.put(&ACCESS_KEYS, &id, key)?;
        Ok(json!({"AccessKey": shown}))
    }
}

/// The named user, or the one who calls.
pub(crate) fn user_or_self(cx: &Cx<'_>, name: Option<String>) -> Result<String, ApiError> {
    match (name, &cx.caller().principal) {
        (Some(name), _) => {
            let row = holder::named(&cx.lookup(), &USERS, &name)?;
            Ok(row.map_or(name, |user| user.name.clone()))
        }
        (None, Principal::User { arn, .. }) => {
            Ok(arn.rsplit('/').next().unwrap_or_default().to_owned())
        }
        (None, _) => {
            let message = "Must specify userName when calling with non-User credentials";
            Err(ApiError::new("ValidationError", message).status(400))
        }
    }
}
