//! Lists the grants of a key.

use sekisho_engine::prelude::*;

use crate::grants::{self, GRANTS};
use crate::{checks, keys};

pub(crate) struct ListGrants;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    key_id: String,
    grant_id: Option<String>,
    grantee_principal: Option<String>,
}

impl Operation for ListGrants {
    const ID: OpId = OpId::new("kms", "ListGrants");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let check = checks::on_key(lookup, "ListGrants", &input.key_id)?;
        Ok(vec![checks::for_aws(lookup, check)])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let key = keys::find(cx, &input.key_id)?;
        let lookup = cx.lookup();
        let grantee = input
            .grantee_principal
            .as_deref()
            .map(|g| grants::bind(&lookup, g))
            .transpose()?;
        let rows = lookup.scan(&GRANTS, &format!("{}/", key.arn))?;
        let list: Vec<Value> = rows
            .iter()
            .map(|(_, g)| g)
            .filter(|g| input.grant_id.as_ref().is_none_or(|id| *id == g.id))
            .filter(|g| grantee.as_ref().is_none_or(|n| n.bound == g.grantee.bound))
            .map(|g| g.shown(&lookup))
            .collect();
        Ok(json!({"Grants": list, "Truncated": false}))
    }
}
