//! Reads the policy of a key.

use sekisho_engine::prelude::*;
use sekisho_engine::shown;

use crate::{checks, keys};

pub(crate) struct GetKeyPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    key_id: String,
    policy_name: Option<String>,
}

impl Operation for GetKeyPolicy {
    const ID: OpId = OpId::new("kms", "GetKeyPolicy");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let check = checks::on_key(lookup, "GetKeyPolicy", &input.key_id)?;
        Ok(vec![checks::of_policy(check, input.policy_name.as_deref())])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        if input.policy_name.as_deref().is_some_and(|n| n != "default") {
            return Err(ApiError::new("NotFoundException", "No such policy exists"));
        }
        let key = keys::find(cx, &input.key_id)?;
        Ok(json!({"Policy": shown(&cx.lookup(), &key.policy)?, "PolicyName": "default"}))
    }
}
