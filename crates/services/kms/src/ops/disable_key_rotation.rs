//! Turns rotation off.

use sekisho_engine::prelude::*;

use crate::{checks, family, keys};

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
        family::no_alias(&input.key_id)?;
        keys::change(cx, &input.key_id, |key| {
            family::rotates_itself(key, "DisableKeyRotation")?;
            key.usable()?;
            key.rotation_days = None;
            Ok(())
        })?;
        Ok(json!({}))
    }
}
