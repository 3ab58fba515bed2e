//! Changes the description of a key.

use sekisho_engine::prelude::*;

use crate::{checks, keys};

pub(crate) struct UpdateKeyDescription;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    key_id: String,
    description: String,
}

impl Operation for UpdateKeyDescription {
    const ID: OpId = OpId::new("kms", "UpdateKeyDescription");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![checks::on_key(
            lookup,
            "UpdateKeyDescription",
            &input.key_id,
        )?])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        keys::change(cx, &input.key_id, |key| {
            key.not_pending()?;
            key.description = input.description;
            Ok(())
        })?;
        Ok(json!({}))
    }
}
