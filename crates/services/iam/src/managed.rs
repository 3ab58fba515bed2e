//! Managed policies.

use std::sync::Arc;

use sekisho_engine::prelude::*;
use sekisho_engine::{ManagedPolicy, POLICIES};

use crate::holder::{Holder, no_such_entity};

/// The check for `action` on the policy `arn`.
pub(crate) fn check(action: &str, arn: &str) -> Vec<Check> {
    vec![Check::new(&format!("iam:{action}"), arn)]
}

pub(crate) fn find(cx: &Cx<'_>, arn: &str) -> Result<Arc<ManagedPolicy>, ApiError> {
    let own = cx
        .get(&POLICIES, arn)?
        .filter(|p| p.arn.split(':').nth(4) == Some(cx.account()));
    own.or_else(|| cx.lookup().aws_policy(arn))
        .ok_or_else(|| no_such_entity(format!("Policy {arn} was not found.")))
}

/// What of a managed policy is changed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Change {
    /// It is deleted.
    Deletion,
    /// It gets a version.
    Version,
    /// A version of it is deleted.
    VersionDeletion,
    /// Another version is the default.
    Default,
    Tags,
}

impl Change {
    /// What IAM says where the policy is AWS's own. Recorded: `spec/authorization.md` section 7.1.
    fn refusal(self) -> ApiError {
        let own = |what: &str| {
            let message = format!("Cannot {what} policies outside your own account.");
            ApiError::new("AccessDenied", message).status(403)
        };
        match self {
            Self::Deletion => own("delete"),
            Self::Version => own("create versions for"),
            Self::VersionDeletion => own("delete policy versions for"),
            Self::Default => own("update"),
            Self::Tags => {
                let message = "Tags not supported for policies in this domain";
                ApiError::new("InvalidInput", message).status(400)
            }
        }
    }
}

/// Changes a policy. AWS managed policies cannot be changed.
pub(crate) fn change(
    cx: &mut Cx<'_>,
    arn: &str,
    change: Change,
    edit: impl FnOnce(&mut ManagedPolicy) -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    if arn.starts_with("arn:aws:iam::aws:") {
        return Err(change.refusal());
    }
    let mut policy = find(cx, arn)?.as_ref().clone();
    edit(&mut policy)?;
    cx.put(&POLICIES, arn, policy)
}

/// How many users, groups and roles have the policy attached, and how many have it as their boundary.
pub(crate) fn usage(cx: &Cx<'_>, arn: &str) -> Result<(usize, usize), ApiError> {
    fn count<H: Holder>(cx: &Cx<'_>, arn: &str) -> Result<(usize, usize), ApiError> {
        let rows = cx.scan(&H::TABLE, &format!("{}/", cx.account()))?;
        let attached = rows
            .iter()
            .filter(|(_, r)| r.attached().iter().any(|a| a == arn))
            .count();
        let boundary = rows
            .iter()
            .filter(|(_, r)| r.boundary() == Some(arn))
            .count();
        Ok((attached, boundary))
    }
    let (a, b) = count::<sekisho_engine::Role>(cx, arn)?;
    let (c, d) = count::<sekisho_engine::User>(cx, arn)?;
    let (e, _) = count::<sekisho_engine::Group>(cx, arn)?;
    Ok((a + c + e, b + d))
}

/// Reads `v3`.
pub(crate) fn number(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.parse().ok()
}

pub(crate) fn no_version(arn: &str, version: &str) -> ApiError {
    no_such_entity(format!(
        "Policy {arn} version {version} does not exist or is not attachable."
    ))
}
