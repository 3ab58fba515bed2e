//! Rows as the API shows them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sekisho_engine::{
    ApiError, Group, Lookup, ManagedPolicy, PolicyVersion, Role, User, shown, time,
};
use serde_json::{Map, Value, json};

use crate::tags;

const SET: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Policy documents travel URL-encoded.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, SET).to_string()
}

/// IAM shows times to the second.
pub(crate) fn date(ms: i64) -> f64 {
    time::seconds(ms / 1000 * 1000)
}

fn boundary(map: &mut Map<String, Value>, boundary: Option<&String>) {
    if let Some(arn) = boundary {
        map.insert(
            "PermissionsBoundary".to_owned(),
            json!({"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}),
        );
    }
}

pub(crate) fn role(lookup: &Lookup<'_>, role: &Role, whole: bool) -> Result<Value, ApiError> {
    let mut map = Map::new();
    map.insert("Path".into(), json!(role.path));
    map.insert("RoleName".into(), json!(role.name));
    map.insert("RoleId".into(), json!(role.id));
    map.insert("Arn".into(), json!(role.arn));
    map.insert("CreateDate".into(), json!(date(role.created_ms)));
    map.insert(
        "AssumeRolePolicyDocument".into(),
        json!(encoded(&shown(lookup, &role.trust)?)),
    );
    map.insert("MaxSessionDuration".into(), json!(role.max_session_seconds));
    if let Some(description) = &role.description {
        map.insert("Description".into(), json!(description));
    }
    if whole {
        boundary(&mut map, role.boundary.as_ref());
        map.insert("RoleLastUsed".into(), json!({}));
        if !role.tags.is_empty() {
            map.insert("Tags".into(), tags::render(&role.tags));
        }
    }
    Ok(Value::Object(map))
}

pub(crate) fn user(user: &User, whole: bool) -> Value {
    let mut map = Map::new();
    map.insert("Path".into(), json!(user.path));
    map.insert("UserName".into(), json!(user.name));
    map.insert("UserId".into(), json!(user.id));
    map.insert("Arn".into(), json!(user.arn));
    map.insert("CreateDate".into(), json!(date(user.created_ms)));
    if whole {
        boundary(&mut map, user.boundary.as_ref());
        if !user.tags.is_empty() {
            map.insert("Tags".into(), tags::render(&user.tags));
        }
    }
    Value::Object(map)
}

pub(crate) fn group(group: &Group) -> Value {
    json!({
        "Path": group.path, "GroupName": group.name, "GroupId": group.id, "Arn": group.arn,
        "CreateDate": date(group.created_ms),
    })
}

pub(crate) fn policy(
    policy: &ManagedPolicy,
    attachments: usize,
    boundaries: usize,
    whole: bool,
) -> Value {
    let mut map = Map::new();
    map.insert("PolicyName".into(), json!(policy.name));
    map.insert("PolicyId".into(), json!(policy.id));
    map.insert("Arn".into(), json!(policy.arn));
    map.insert("Path".into(), json!(policy.path));
    map.insert(
        "DefaultVersionId".into(),
        json!(format!("v{}", policy.default_version)),
    );
    map.insert("AttachmentCount".into(), json!(attachments));
    map.insert("PermissionsBoundaryUsageCount".into(), json!(boundaries));
    map.insert("IsAttachable".into(), json!(true));
    map.insert("CreateDate".into(), json!(date(policy.created_ms)));
    map.insert("UpdateDate".into(), json!(date(policy.updated_ms)));
    if whole {
        if let Some(description) = &policy.description {
            map.insert("Description".into(), json!(description));
        }
        if !policy.tags.is_empty() {
            map.insert("Tags".into(), tags::render(&policy.tags));
        }
    }
    Value::Object(map)
}

pub(crate) fn version(policy: &ManagedPolicy, version: &PolicyVersion, whole: bool) -> Value {
    let mut map = Map::new();
    map.insert("VersionId".into(), json!(format!("v{}", version.number)));
    map.insert(
        "IsDefaultVersion".into(),
        json!(version.number == policy.default_version),
    );
    map.insert("CreateDate".into(), json!(date(version.created_ms)));
    if whole {
        map.insert("Document".into(), json!(encoded(&version.document.text)));
    }
    Value::Object(map)
}
