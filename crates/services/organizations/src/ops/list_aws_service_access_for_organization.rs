//! Lists the services that were let into an organization: none is known of.

use sekisho_engine::prelude::*;

use crate::{check, own};

pub(crate) struct ListAWSServiceAccessForOrganization;

#[derive(Deserialize)]
pub(crate) struct Input {}

impl Operation for ListAWSServiceAccessForOrganization {
    const ID: OpId = OpId::new("organizations", "ListAWSServiceAccessForOrganization");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(check(lookup, "ListAWSServiceAccessForOrganization"))
    }

    fn run(cx: &mut Cx<'_>, _: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        own(&cx.lookup())?;
        Ok(json!({"EnabledServicePrincipals": []}))
    }
}
