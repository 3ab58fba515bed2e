//! Lists the access keys of a user.

use sekisho_engine::prelude::*;
use sekisho_engine::{ACCESS_KEYS, User};

use crate::holder;
use crate::ops::create_access_key::user_or_self;
use crate::render;

pub(crate) struct ListAccessKeys;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    user_name: Option<String>,
}

impl Operation for ListAccessKeys {
    const ID: OpId = OpId::new("iam", "ListAccessKeys");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check_self(lookup, "ListAccessKeys", input.user_name.as_deref())
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let name = user_or_self(cx, input.user_name)?;
        let user = holder::find::<User>(cx, &name)?;
        let rows = cx.scan(&ACCESS_KEYS, "")?;
        let rows = rows
            .iter()
            .filter(|(_, k)| k.account == user.account && k.user == user.name);
        let list: Vec<Value> = rows
            .map(|(_, k)| json!({"UserName": k.user, "AccessKeyId": k.id, "Status": k.status, "CreateDate": render::date(k.created_ms)}))
            .collect();
        Ok(json!({"AccessKeyMetadata": list, "IsTruncated": false}))
    }
}
