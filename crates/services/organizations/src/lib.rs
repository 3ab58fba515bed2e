//! AWS Organizations, as far as it is read: of which organization an account is, and who else. The organization itself is
//! given (`sekisho.toml`), not made here.

mod account;
mod ops;

use sekisho_arn::Arn;
use sekisho_engine::{
    AccessDenied, ApiError, Check, Lookup, Organization, Resource, Service, invalid,
};
use serde_json::{Value, json};

/// The service.
#[must_use]
pub fn service() -> Service {
    let service = Service::new("organizations", AccessDenied::JSON, resolve, invalid::json);
    // Everything is in the first answer.
    ops::all(service.taking(&[
        "ListAccounts.MaxResults",
        "ListRoots.MaxResults",
        "ListAWSServiceAccessForOrganization.MaxResults",
        "ListDelegatedAdministrators.MaxResults",
    ]))
}

/// An organization is its management account's.
fn resolve(_: &Lookup<'_>, _: &Check, arn: &Arn) -> Result<Resource, ApiError> {
    Ok(Resource::owned_by(&arn.account))
}

/// The organization of the caller.
fn own<'a>(lookup: &Lookup<'a>) -> Result<&'a Organization, ApiError> {
    let organization = lookup.organization();
    let mine = organization.filter(|o| o.members.contains_key(lookup.account()));
    mine.ok_or_else(|| {
        let message = "Your account is not a member of an organization.";
        ApiError::new("AWSOrganizationsNotInUseException", message).status(400)
    })
}

/// The account that manages it. Where that is not said, every member is answered as if it did.
fn management<'a>(lookup: &Lookup<'a>, organization: &'a Organization) -> &'a str {
    let said = organization.management.as_deref();
    said.unwrap_or_else(|| lookup.account())
}

/// The check for `action`, which is about no resource but is answered by the management account.
fn check(lookup: &Lookup<'_>, action: &str) -> Vec<Check> {
    let check = Check::new(&format!("organizations:{action}"), "*");
    let organization = own(lookup).ok();
    vec![match organization.map(|o| management(lookup, o)) {
        Some(management) => check.owned_by(management),
        None => check,
    }]
}

/// The kinds of policies that bind members.
fn policy_types() -> Value {
    let enabled = |name: &str| json!({"Type": name, "Status": "ENABLED"});
    ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"]
        .map(enabled)
        .into_iter()
        .collect()
}
