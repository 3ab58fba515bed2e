//! Gives a grant up: by its retiring principal, or by its grantee if it may.

use sekisho_engine::prelude::*;
use std::sync::Arc;

use crate::grants::{self, GRANTS, Grant};
use crate::{checks, keys};

pub(crate) struct RetireGrant;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    key_id: Option<String>,
    grant_id: Option<String>,
    grant_token: Option<String>,
    dry_run: Option<bool>,
}

impl Operation for RetireGrant {
    const ID: OpId = OpId::new("kms", "RetireGrant");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let grant = find(lookup, input)?;
        let check = checks::on_key(lookup, "RetireGrant", &grant.key_arn)?;
        let mut check = checks::with_constraints(check, &grant.constraints());
        check.requested_grant = Some(grant.compiled());
        Ok(vec![check])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let grant = find(&cx.lookup(), &input)?;
        cx.delete(&GRANTS, &grant.row());
        keys::answer(input.dry_run, json!({}))
    }
}

fn find(lookup: &Lookup<'_>, input: &Input) -> Result<Arc<Grant>, ApiError> {
    let missing = |message: String| ApiError::new("NotFoundException", message);
    match (&input.grant_token, &input.key_id, &input.grant_id) {
        (Some(token), ..) => {
            let rows = lookup.scan(&GRANTS, "")?;
            let row = rows.into_iter().map(|(_, g)| g).find(|g| g.token == *token);
            row.ok_or_else(grants::no_such_token)
        }
        (None, Some(key), Some(id)) => {
            if !key.starts_with("arn:") {
                return Err(missing(format!("Invalid arn {key}")));
            }
            lookup
                .get(&GRANTS, &format!("{key}/{id}"))?
                .ok_or_else(|| missing(format!("Grant ID {id} not found")))
        }
        _ => Err(ApiError::new(
            "ValidationException",
            "Name the grant by its token, or by key ARN and grant id.",
        )),
    }
}
