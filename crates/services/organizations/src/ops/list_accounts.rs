//! Lists the members of an organization.

use sekisho_engine::prelude::*;

use crate::{account, check, management, own};

pub(crate) struct ListAccounts;

#[derive(Deserialize)]
pub(crate) struct Input {}

impl Operation for ListAccounts {
    const ID: OpId = OpId::new("organizations", "ListAccounts");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(check(lookup, "ListAccounts"))
    }

    fn run(cx: &mut Cx<'_>, _: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let lookup = cx.lookup();
        let organization = own(&lookup)?;
        let management = management(&lookup, organization);
        let members = organization.members.keys();
        let accounts = members.map(|id| account::render(organization, management, id));
        Ok(json!({"Accounts": accounts.collect::<Vec<_>>()}))
    }
}
