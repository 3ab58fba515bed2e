//! Instance profiles: the role that a machine has.

use std::sync::Arc;

use sekisho_engine::prelude::*;
use sekisho_engine::{ROLES, Table, Tags};

use crate::holder::{named, no_such_entity};
use crate::render;
use crate::tags;

/// Instance profiles by `account/name`.
pub(crate) const PROFILES: Table<Profile> = Table::new("iam/instance-profile");

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Profile {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) arn: String,
    pub(crate) id: String,
    pub(crate) created_ms: i64,
    /// The name of the role; there is one at most.
    pub(crate) role: Option<String>,
    pub(crate) tags: Tags,
}

pub(crate) fn arn(account: &str, path: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:instance-profile{path}{name}")
}

/// The check for `action` on the profile called `name`.
pub(crate) fn check(lookup: &Lookup<'_>, action: &str, name: &str) -> Result<Check, ApiError> {
    let account = lookup.account();
    let arn = match named(lookup, &PROFILES, name)? {
        Some(row) => row.arn.clone(),
        None => arn(account, "/", name),
    };
    Ok(Check::new(&format!("iam:{action}"), arn))
}

pub(crate) fn find(cx: &Cx<'_>, name: &str) -> Result<Arc<Profile>, ApiError> {
    let row = named(&cx.lookup(), &PROFILES, name)?;
    row.ok_or_else(|| no_such_entity(format!("Instance Profile {name} cannot be found.")))
}

pub(crate) fn change(
    cx: &mut Cx<'_>,
    name: &str,
    edit: impl FnOnce(&mut Profile) -> Result<(), ApiError>,
) -> Result<Value, ApiError> {
    let mut row = find(cx, name)?.as_ref().clone();
    edit(&mut row)?;
    let key = format!("{}/{}", cx.account(), row.name);
    cx.put(&PROFILES, &key, row)?;
    Ok(json!({}))
}

/// The profiles of the account of which `wanted` is true.
pub(crate) fn all(
    cx: &Cx<'_>,
    wanted: impl Fn(&Profile) -> bool,
) -> Result<Vec<Arc<Profile>>, ApiError> {
    let rows = cx.scan(&PROFILES, &format!("{}/", cx.account()))?;
    let rows = rows.into_iter().map(|(_, row)| row);
    Ok(rows.filter(|row| wanted(row)).collect())
}

/// A role that a machine may have is kept, and so is a profile that has one.
pub(crate) fn has_role() -> ApiError {
    let message = "Cannot delete entity, must remove roles from instance profile first.";
    ApiError::new("DeleteConflict", message).status(409)
}

pub(crate) fn shown(cx: &Cx<'_>, profile: &Profile, whole: bool) -> Result<Value, ApiError> {
    let mut roles = Vec::new();
    if let Some(name) = &profile.role
        && let Some(role) = cx.get(&ROLES, &format!("{}/{name}", cx.account()))?
    {
        let mut role = render::role(&cx.lookup(), &role, false)?;
        if let Some(map) = role.as_object_mut() {
            // The shape is that of a role, the members those that say which one it is (IAM API reference, examples of
            // GetInstanceProfile).
            for left in ["Description", "MaxSessionDuration"] {
                map.remove(left);
            }
        }
        roles.push(role);
    }
    let mut shown = json!({
        "Path": profile.path, "InstanceProfileName": profile.name, "InstanceProfileId": profile.id, "Arn": profile.arn,
        "CreateDate": render::date(profile.created_ms), "Roles": roles,
    });
    if let (Some(map), true) = (shown.as_object_mut(), whole && !profile.tags.is_empty()) {
        map.insert("Tags".to_owned(), tags::render(&profile.tags));
    }
    Ok(shown)
}
