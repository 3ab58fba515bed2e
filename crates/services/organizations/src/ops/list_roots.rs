//! Lists the root of an organization.

use sekisho_engine::prelude::*;

use crate::{check, management, own, policy_types};

pub(crate) struct ListRoots;

#[derive(Deserialize)]
pub(crate) struct Input {}

impl Operation for ListRoots {
    const ID: OpId = OpId::new("organizations", "ListRoots");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(check(lookup, "ListRoots"))
    }

    fn run(cx: &mut Cx<'_>, _: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let lookup = cx.lookup();
        let organization = own(&lookup)?;
        let management = management(&lookup, organization);
        let id = &organization.id;
        // `o-.../r-.../`: what no path says is called after the organization.
        let paths = organization
            .members
            .values()
            .filter_map(|m| m.path.as_deref());
        let said = paths.filter_map(|path| path.split('/').nth(1)).next();
        let short = id.trim_start_matches("o-").get(..4).unwrap_or_default();
        let root = said.map_or_else(|| format!("r-{short}"), str::to_owned);
        Ok(json!({"Roots": [{
            "Id": root,
            "Arn": format!("arn:aws:organizations::{management}:root/{id}/{root}"),
            "Name": "Root",
            "PolicyTypes": policy_types(),
        }]}))
    }
}
