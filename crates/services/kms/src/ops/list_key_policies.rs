//! Lists the names of the policies of a key: always `default`.

use sekisho_engine::prelude::*;

use crate::{checks, keys};

pub(crate) struct ListKeyPolicies;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    key_id: String,
}

impl Operation for ListKeyPolicies {
    const ID: OpId = OpId::new("kms", "ListKeyPolicies");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![checks::on_key(
            lookup,
            "ListKeyPolicies",
            &input.key_id,
        )?])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        keys::find(cx, &input.key_id)?;
        Ok(json!({"PolicyNames": ["default"], "Truncated": false}))
    }
}
