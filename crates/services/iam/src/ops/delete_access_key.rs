//! Removes an access key.

use sekisho_engine::ACCESS_KEYS;
use sekisho_engine::prelude::*;

use crate::holder;
use crate::ops::create_access_key::user_or_self;

pub(crate) struct DeleteAccessKey;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    user_name: Option<String>,
    access_key_id: String,
}

impl Operation for DeleteAccessKey {
    const ID: OpId = OpId::new("iam", "DeleteAccessKey");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check_self(lookup, "DeleteAccessKey", input.user_name.as_deref())
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let name = user_or_self(cx, input.user_name)?;
        let key = cx
            .get(&ACCESS_KEYS, &input.access_key_id)?
            .filter(|k| k.account == cx.account() && k.user == name);
        let Some(key) = key else {
            let message = format!(
                "The Access Key with id {} cannot be found.",
                input.access_key_id
            );
            return Err(holder::no_such_entity(message));
        };
        cx.delete(&ACCESS_KEYS, &key.id);
        Ok(json!({}))
    }
}
