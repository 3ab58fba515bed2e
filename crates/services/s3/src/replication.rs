//! What a replication configuration has to be. Recorded with its codes (radkawar/stackd s3/replication_control_replay, sequences 27
//! to 94); the sentences are sekisho's own.

use std::collections::BTreeSet;

use sekisho_arn::{Arn, is_account_id};
use sekisho_engine::{ApiError, Ids};
use serde_json::{Map, Value, json};

/// The longest id of a rule.
const MAX_ID: usize = 255;

fn refused(code: &'static str, message: &str) -> ApiError {
    ApiError::new(code, message).status(400)
}

fn malformed() -> ApiError {
    refused(
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
    )
}

/// The role has to be one, whoever's.
pub(crate) fn check_role(role: &str) -> Result<(), ApiError> {
    let is_role = |arn: &Arn| {
        let iam = arn.service == "iam" && is_account_id(&arn.account);
        iam && arn.resource.starts_with("role/")
    };
    match role.parse::<Arn>() {
        Ok(arn) if is_role(&arn) => Ok(()),
        _ => Err(refused("InvalidArgument", "Invalid role")),
    }
}

/// The rules, each with an id.
pub(crate) fn accept(ids: &Ids, rules: Vec<Value>) -> Result<Vec<Value>, ApiError> {
    let each = rules.into_iter().map(|rule| {
        let Value::Object(mut rule) = rule else {
            return Err(malformed());
        };
        check(&rule)?;
        let id = rule.get("ID").and_then(Value::as_str).unwrap_or_default();
        if id.chars().count() > MAX_ID {
            return Err(refused(
                "InvalidArgument",
                "The id of a rule has at most 255 characters",
            ));
        }
        if id.is_empty() {
            rule.insert("ID".to_owned(), json!(ids.alnum(48)));
        }
        Ok(Value::Object(rule))
    });
    each.collect()
}

fn check(rule: &Map<String, Value>) -> Result<(), ApiError> {
    let set = |name: &str| rule.get(name).is_some_and(|value| !value.is_null());
    let invalid = |message: &str| Err(refused("InvalidRequest", message));
    if set("Prefix") == set("Filter") {
        return Err(malformed());
    }
    let priority = rule.get("Priority").and_then(Value::as_i64);
    if priority.is_some_and(|priority| priority < 0) {
        return invalid("Priority cannot be negative");
    }
    if set("Prefix") && (set("Priority") || set("DeleteMarkerReplication")) {
        return invalid("Priority and DeleteMarkerReplication go with Filter, and not with Prefix");
    }
    let Some(filter) = rule.get("Filter").and_then(Value::as_object) else {
        return Ok(());
    };
    let tags = tags(filter)?;
    let unique: BTreeSet<&str> = tags.iter().copied().collect();
    if unique.len() != tags.len() {
        return invalid("Duplicate tag keys in a filter");
    }
    let markers = rule.get("DeleteMarkerReplication");
    let markers = markers.and_then(|d| d.get("Status")?.as_str());
    if !tags.is_empty() && markers == Some("Enabled") {
        return invalid(
            "Delete markers have no tags: DeleteMarkerReplication does not go with a filter of tags",
        );
    }
    Ok(())
}

/// The keys of a filter's tags. It asks for one thing, or for all of several.
fn tags(filter: &Map<String, Value>) -> Result<Vec<&str>, ApiError> {
    fn key(tag: &Value) -> Option<&str> {
        tag.get("Key").and_then(Value::as_str)
    }
    if filter.len() > 1 {
        return Err(malformed());
    }
    let Some(all) = filter.get("And") else {
        return Ok(filter.get("Tag").and_then(key).into_iter().collect());
    };
    let tags = all.get("Tags").and_then(Value::as_array);
    let tags: Vec<&str> = tags.into_iter().flatten().filter_map(key).collect();
    let parts = tags.len() + usize::from(all.get("Prefix").is_some());
    if parts < 2 {
        return Err(malformed());
    }
    Ok(tags)
}
