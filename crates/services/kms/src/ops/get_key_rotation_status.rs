//! Says whether rotation is on.

use sekisho_engine::prelude::*;
use sekisho_engine::time;

use crate::keys::State;
use crate::{checks, family, keys};

pub(crate) struct GetKeyRotationStatus;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    key_id: String,
}

impl Operation for GetKeyRotationStatus {
    const ID: OpId = OpId::new("kms", "GetKeyRotationStatus");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![checks::on_key(
            lookup,
            "GetKeyRotationStatus",
            &input.key_id,
        )?])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        family::no_alias(&input.key_id)?;
        let key = keys::find(cx, &input.key_id)?;
        let days = family::rotation_days(&cx.lookup(), &key)?
            .filter(|_| key.state != State::PendingDeletion);
        let mut output = json!({"KeyRotationEnabled": days.is_some(), "KeyId": key.arn});
        if let (Some(days), Some(map)) = (days, output.as_object_mut()) {
            map.insert("RotationPeriodInDays".to_owned(), json!(days));
            let next = key.created_ms + days * 86_400_000;
            map.insert("NextRotationDate".to_owned(), json!(time::seconds(next)));
        }
        Ok(output)
    }
}
