//! Whose policies are simulated.

use sekisho_engine::prelude::*;
use sekisho_engine::{GROUPS, ROLES, USERS, boundary_policy, managed_policy};
use sekisho_policy::Policy;

use super::invalid;
use crate::holder;

/// The policies of a user, with those of its groups, of a role or of a group, and its boundary.
#[derive(Default)]
pub(crate) struct Held {
    pub(crate) policies: Vec<Policy>,
    pub(crate) boundary: Option<Policy>,
    /// What the organization says, by level.
    pub(crate) scp: Vec<Vec<Policy>>,
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
        "group" => holder::arn::<sekisho_engine::Group>(lookup, name),
        _ => Err(wrong()),
    }
}

/// A policy, or a kind of policies, that is left out.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Excluded {
    policy_type: Option<String>,
    policy_arn: Option<String>,
    inline_policy_identifier: Option<Inline>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inline {
    policy_name: String,
    attachment_type: String,
    attachment_name: String,
}

impl Excluded {
    fn inline<H: holder::Holder>(&self, holder: &H, name: &str) -> bool {
        let named = |i: &Inline| {
            i.policy_name == name
                && i.attachment_type == H::NOUN
                && i.attachment_name == holder.name()
        };
        self.policy_type.as_deref() == Some("inline")
            || self.inline_policy_identifier.as_ref().is_some_and(named)
    }

    fn attached(&self, arn: &str) -> bool {
        let kind = match arn.starts_with("arn:aws:iam::aws:") {
            true => "aws-managed",
            false => "user-managed",
        };
        self.policy_type.as_deref() == Some(kind) || self.policy_arn.as_deref() == Some(arn)
    }

    /// Only the kind leaves the boundary out: its ARN does not (recorded).
    fn boundary(&self) -> bool {
        self.policy_type.as_deref() == Some("permission-boundary")
    }
}

/// What the user, role or group at `arn` holds, but for what is excluded.
pub(crate) fn held(cx: &Cx<'_>, arn: &str, excluded: &[Excluded]) -> Result<Held, ApiError> {
    let missing = || holder::no_such_entity("Unable to retrieve specified IAM entity.");
    let (_, resource) = arn.split_once(":iam::").ok_or_else(missing)?;
    let (account, path) = resource.split_once(':').ok_or_else(missing)?;
    let (kind, rest) = path.split_once('/').ok_or_else(missing)?;
    let key = format!("{account}/{}", rest.rsplit('/').next().unwrap_or_default());
    if account != cx.account() {
        return Err(missing());
    }
    let mut held = match kind {
        "user" => {
            let user = cx.get(&USERS, &key)?.ok_or_else(missing)?;
            let mut held = of(cx, user.as_ref(), excluded)?;
            for name in &user.groups {
                if let Some(group) = cx.get(&GROUPS, &format!("{account}/{name}"))? {
                    held.policies
                        .extend(of(cx, group.as_ref(), excluded)?.policies);
                }
            }
            Ok(held)
        }
        "group" => {
            let group = cx.get(&GROUPS, &key)?.ok_or_else(missing)?;
            of(cx, group.as_ref(), excluded)
        }
        "role" => {
            let role = cx.get(&ROLES, &key)?.ok_or_else(missing)?;
            of(cx, role.as_ref(), excluded)
        }
        _ => Err(missing()),
    }?;
    let spared = excluded
        .iter()
        .any(|e| e.policy_type.as_deref() == Some("scp"));
    let bound = cx.lookup().organization().and_then(|o| o.binds(account));
    held.scp = bound
        .filter(|_| !spared)
        .map(|m| m.scp.clone())
        .unwrap_or_default();
    Ok(held)
}

fn of<H: holder::Holder>(cx: &Cx<'_>, row: &H, excluded: &[Excluded]) -> Result<Held, ApiError> {
    let mut held = Held::default();
    let inline = row.inline().iter();
    let inline = inline.filter(|(name, _)| !excluded.iter().any(|e| e.inline(row, name)));
    for (name, policy) in inline {
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
    let attached = row.attached().iter();
    for arn in attached.filter(|arn| !excluded.iter().any(|e| e.attached(arn))) {
        let policy = managed_policy(&cx.lookup(), arn)?;
        held.policies.extend(policy.map(|p| named(arn, p)));
    }
    let boundary = row.boundary();
    if let Some(arn) = boundary.filter(|_| !excluded.iter().any(Excluded::boundary)) {
        held.boundary = Some(named(arn, boundary_policy(&cx.lookup(), arn)?));
    }
    Ok(held)
}
