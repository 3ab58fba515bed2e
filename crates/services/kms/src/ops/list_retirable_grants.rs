//! Lists the grants that a principal may retire.

use sekisho_arn::Arn;
use sekisho_engine::prelude::*;

use crate::grants::{self, GRANTS};

pub(crate) struct ListRetirableGrants;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    #[serde(default)]
    retiring_principal: String,
}

impl Operation for ListRetirableGrants {
    const ID: OpId = OpId::new("kms", "ListRetirableGrants");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        // "The authorized resource in ListRetirableGrants calls is the retiring principal" (KMS API reference).
        let named = input.retiring_principal.parse::<Arn>().is_ok();
        let resource = if named {
            &input.retiring_principal
        } else {
            "*"
        };
        Ok(vec![Check::new("kms:ListRetirableGrants", resource)])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let lookup = cx.lookup();
        let named = grants::bind(&lookup, &input.retiring_principal)?;
        let account = input.retiring_principal.split(':').nth(4);
        if account.is_some_and(|a| a != cx.account()) {
            return Err(ApiError::new(
                "AccessDeniedException",
                "The retiring principal must be in the caller's account",
            ));
        }
        let rows = lookup.scan(&GRANTS, &format!("arn:aws:kms:{}:", cx.region()))?;
        let list: Vec<Value> = rows
            .iter()
            .filter(|(_, g)| g.retiring.as_ref().is_some_and(|r| r.bound == named.bound))
            .map(|(_, g)| g.shown(&lookup))
            .collect();
        Ok(json!({"Grants": list, "Truncated": false}))
    }
}
