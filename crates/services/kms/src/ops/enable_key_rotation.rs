//! Turns rotation on.

use sekisho_engine::prelude::*;

use crate::{checks, family, keys};

pub(crate) struct EnableKeyRotation;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    key_id: String,
    rotation_period_in_days: Option<i64>,
}

impl Operation for EnableKeyRotation {
    const ID: OpId = OpId::new("kms", "EnableKeyRotation");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![
            checks::on_key(lookup, "EnableKeyRotation", &input.key_id)?.with(
                "kms:RotationPeriodInDays",
                input.rotation_period_in_days.unwrap_or(365).to_string(),
            ),
        ])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        family::no_alias(&input.key_id)?;
        keys::change(cx, &input.key_id, |key| {
            family::rotates_itself(key, "EnableKeyRotation")?;
            key.usable()?;
            key.rotation_days = Some(
                input
                    .rotation_period_in_days
                    .or(key.rotation_days)
                    .unwrap_or(365),
            );
            Ok(())
        })?;
        Ok(json!({}))
    }
}
