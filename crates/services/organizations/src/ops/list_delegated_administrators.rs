//! Lists the members that administrate for the management account: none is known of.

use sekisho_engine::prelude::*;

use crate::{check, own};

pub(crate) struct ListDelegatedAdministrators;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    service_principal: Option<String>,
}

impl Operation for ListDelegatedAdministrators {
    const ID: OpId = OpId::new("organizations", "ListDelegatedAdministrators");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let asked = check(lookup, "ListDelegatedAdministrators").into_iter();
        let service = &input.service_principal;
        let asked = asked.map(|c| c.with_opt("organizations:ServicePrincipal", service.clone()));
        Ok(asked.collect())
    }

    fn run(cx: &mut Cx<'_>, _: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        own(&cx.lookup())?;
        Ok(json!({"DelegatedAdministrators": []}))
    }
}
