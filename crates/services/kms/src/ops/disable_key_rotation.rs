//! Turns rotation off.

use sekisho_engine::prelude::*;

use crate::{checks, keys};

pub(crate) struct DisableKeyRotation;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    key_id: String,
}

impl Operation for DisableKeyRotation {
    const ID: OpId = OpId::new("kms", "DisableKeyRotation");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![checks::on_key(
            lookup,
            "DisableKeyRotation",
            &input.key_id,
        )?])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        if input.key_id.contains("alias/") {
            return Err(ApiError::new(
                "InvalidArnException",
                "Key Aliases are not supported for this operation.",
            ));
        }
        keys::change(cx, &input.key_id, |key| {
            key.usable()?;
            key.rotation_days = None;
            Ok(())
        })?;
        Ok(json!({}))
    }
}
