//! Whose policies are simulated.

use sekisho_engine::prelude::*;
use sekisho_engine::{ROLES, USERS, boundary_policy, managed_policy};
use sekisho_policy::Policy;

use super::invalid;
use crate::holder;

/// The policies of a user or role, and its boundary.
#[derive(Default)]
pub(crate) struct Held {
    pub(crate) policies: Vec<Policy>,
    pub(crate) boundary: Option<Policy>,
}

/// The stored ARN that `source` means: it is found by its name, whatever path is written (recorded on AWS).
pub(crate) fn source(lookup: &Lookup<'_>, source: &str) -> Result<String, ApiError> {
    let wrong = || invalid(format!("Invalid ARN provided in the request: {source}"));
    let arn: sekisho_arn::Arn = source.parse().map_err(|_| wrong())?;
    let (kind, rest) = arn.resource.split_once('/').ok_or_else(wrong)?;
    if arn.service != "iam" {
        return Err(wrong());
    }
    // Another account's user is not the one here that has the same name.
    if arn.account != lookup.account() {
        return Err(invalid(format!(
            "Invalid Policy Source Arn: caller's account {} does not have access to policies in account {}.",
            lookup.account(),
            arn.account
        )));
    }
    let name = rest.rsplit('/').next().unwrap_or_default();
    match kind {
        "user" => holder::arn::<sekisho_engine::User>(lookup, name),
        "role" => holder::arn::<sekisho_engine::Role>(lookup, name),
        "group" => Ok(source.to_owned()),
        _ => Err(wrong()),
    }
}

/// What the user or role at `arn` holds.
pub(crate) fn held(cx: &Cx<'_>, arn: &str) -> Result<Held, ApiError> {
    let missing = || holder::no_such_entity("Unable to retrieve specified IAM entity.");
    let (_, resource) = arn.split_once(":iam::").ok_or_else(missing)?;
    let (account, path) = resource.split_once(':').ok_or_else(missing)?;
    let (kind, rest) = path.split_once('/').ok_or_else(missing)?;
    let key = format!("{account}/{}", rest.rsplit('/').next().unwrap_or_default());
    if account != cx.account() {
        return Err(missing());
    }
    match kind {
        "user" => {
            let user = cx.get(&USERS, &key)?.ok_or_else(missing)?;
            of(cx, user.as_ref())
        }
        "role" => {
            let role = cx.get(&ROLES, &key)?.ok_or_else(missing)?;
            of(cx, role.as_ref())
        }
        _ => Err(missing()),
    }
}

fn of<H: holder::Holder>(cx: &Cx<'_>, row: &H) -> Result<Held, ApiError> {
    let mut held = Held::default();
    for (name, policy) in row.inline() {
        let id = format!("{}_{}_{name}", H::NOUN, row.name());
        held.policies
            .extend(policy.compiled(|| id.clone()).map(|p| Policy {
                name: id.as_str().into(),
                ..p
            }));
    }
    let named = |arn: &str, policy: Policy| Policy {
        name: arn.rsplit('/').next().unwrap_or_default().into(),
        ..policy
    };
    for arn in row.attached() {
        let policy = managed_policy(&cx.lookup(), arn)?;
        held.policies.extend(policy.map(|p| named(arn, p)));
    }
    if let Some(arn) = row.boundary() {
        held.boundary = Some(named(arn, boundary_policy(&cx.lookup(), arn)?));
    }
    Ok(held)
}
