//! Keeps a key that was to be deleted; it is disabled then.

use sekisho_engine::prelude::*;

use crate::keys::State;
use crate::{checks, keys};

pub(crate) struct CancelKeyDeletion;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    key_id: String,
}

impl Operation for CancelKeyDeletion {
    const ID: OpId = OpId::new("kms", "CancelKeyDeletion");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![checks::on_key(
            lookup,
            "CancelKeyDeletion",
            &input.key_id,
        )?])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let key = keys::change(cx, &input.key_id, |key| {
            if !matches!(
                key.state,
                State::PendingDeletion | State::PendingReplicaDeletion
            ) {
                let message = format!("{} is not pending deletion.", key.arn);
                return Err(ApiError::new("KMSInvalidStateException", message));
            }
            key.state = State::Disabled;
            key.deletion_ms = None;
            key.pending_days = None;
            Ok(())
        })?;
        Ok(json!({"KeyId": key.arn}))
    }
}
