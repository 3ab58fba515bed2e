//! Deletes a key after 7 to 30 days; until then it is unusable.

use sekisho_engine::prelude::*;
use sekisho_engine::time;

use crate::keys::State;
use crate::{checks, family, keys};

pub(crate) struct ScheduleKeyDeletion;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    key_id: String,
    pending_window_in_days: Option<i64>,
}

impl Operation for ScheduleKeyDeletion {
    const ID: OpId = OpId::new("kms", "ScheduleKeyDeletion");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![
            checks::on_key(lookup, "ScheduleKeyDeletion", &input.key_id)?.with(
                "kms:ScheduleKeyDeletionPendingWindowInDays",
                input.pending_window_in_days.unwrap_or(30).to_string(),
            ),
        ])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let days = input.pending_window_in_days.unwrap_or(30);
        if !(7..=30).contains(&days) {
            return Err(ApiError::new(
                "ValidationException",
                "PendingWindowInDays must be between 7 and 30 days",
            ));
        }
        let now = cx.now_ms();
        let key = keys::find(cx, &input.key_id)?;
        // A primary key waits for its replicas, those too that wait for their own deletion.
        let waits =
            key.primary_region.is_none() && !family::replicas(&cx.lookup(), &key)?.is_empty();
        let (state, at) = match waits {
            true => (State::PendingReplicaDeletion, None),
            false => (State::PendingDeletion, Some(now + days * 86_400_000)),
        };
        let key = keys::change(cx, &input.key_id, |key| {
            key.not_pending()?;
            key.state = state;
            key.deletion_ms = at;
            key.pending_days = Some(days);
            Ok(())
        })?;
        let mut output = json!({
            "KeyId": key.arn, "KeyState": format!("{state:?}"), "PendingWindowInDays": days,
        });
        if let (Some(at), Some(map)) = (at, output.as_object_mut()) {
            map.insert("DeletionDate".to_owned(), json!(time::seconds(at)));
        }
        Ok(output)
    }
}
