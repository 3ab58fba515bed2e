//! Groups: what they are called, and who is in them. A user says of which groups it is.

use std::sync::Arc;

use sekisho_engine::prelude::*;
use sekisho_engine::{GROUPS, USERS, User};

/// How many groups a user is in at most (IAM user guide, "IAM and AWS STS quotas").
pub(crate) const MAX_GROUPS: usize = 10;

pub(crate) fn arn(account: &str, path: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:group{path}{name}")
}

/// Whether no other group than `but` has the name, in any case.
pub(crate) fn is_free(cx: &Cx<'_>, name: &str, but: Option<&str>) -> Result<(), ApiError> {
    let rows = cx.scan(&GROUPS, &format!("{}/", cx.account()))?;
    let others = rows.iter().filter(|(_, g)| Some(g.name.as_str()) != but);
    let taken = others
        .into_iter()
        .any(|(_, g)| g.name.eq_ignore_ascii_case(name));
    if taken {
        let message = format!("Group with name {name} already exists.");
        return Err(ApiError::new("EntityAlreadyExists", message).status(409));
    }
    Ok(())
}

/// The users of the account that are in the group.
pub(crate) fn users(cx: &Cx<'_>, group: &str) -> Result<Vec<Arc<User>>, ApiError> {
    let rows = cx.scan(&USERS, &format!("{}/", cx.account()))?;
    let users = rows.into_iter().map(|(_, user)| user);
    Ok(users
        .filter(|user| user.groups.iter().any(|name| name == group))
        .collect())
}

/// Users that are in a group keep it, and groups keep them.
pub(crate) fn has_users() -> ApiError {
    let message = "Cannot delete entity, must remove users from group first.";
    ApiError::new("DeleteConflict", message).status(409)
}
