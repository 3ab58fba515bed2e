//! Makes a key unusable until it is enabled again.

use sekisho_engine::prelude::*;

use crate::keys::State;
use crate::{checks, keys};

pub(crate) struct DisableKey;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    key_id: String,
}

impl Operation for DisableKey {
    const ID: OpId = OpId::new("kms", "DisableKey");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![checks::on_key(lookup, "DisableKey", &input.key_id)?])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        keys::change(cx, &input.key_id, |key| {
            key.not_pending()?;
            key.state = State::Disabled;
            Ok(())
        })?;
        Ok(json!({}))
    }
}
