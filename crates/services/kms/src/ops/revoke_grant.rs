//! Takes a grant away.

use sekisho_engine::prelude::*;

use crate::grants::GRANTS;
use crate::{checks, keys};

pub(crate) struct RevokeGrant;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    key_id: String,
    grant_id: String,
    dry_run: Option<bool>,
}

impl Operation for RevokeGrant {
    const ID: OpId = OpId::new("kms", "RevokeGrant");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let check = checks::on_key(lookup, "RevokeGrant", &input.key_id)?;
        Ok(vec![checks::for_aws(lookup, check)])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let key = keys::find(cx, &input.key_id)?;
        let row = format!("{}/{}", key.arn, input.grant_id);
        if cx.get(&GRANTS, &row)?.is_none() {
            return Err(ApiError::new(
                "NotFoundException",
                format!("Grant ID {} not found", input.grant_id),
            ));
        }
        cx.delete(&GRANTS, &row);
        keys::answer(input.dry_run, json!({}))
    }
}
