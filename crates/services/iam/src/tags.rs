//! Tags as IAM spells them.

use sekisho_engine::{ApiError, Tags, same_tag_key};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize, Clone)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Tag {
    pub(crate) key: String,
    pub(crate) value: String,
}

/// Tags per resource.
const MAX_TAGS: usize = 50;

pub(crate) fn pairs(tags: &[Tag]) -> impl Iterator<Item = (&str, &str)> {
    tags.iter().map(|t| (t.key.as_str(), t.value.as_str()))
}

/// Refuses a request to tag something that has no tag (`spec/conditions.md` fact 32).
pub(crate) fn some(tags: &[Tag]) -> Result<(), ApiError> {
    if tags.is_empty() {
        let message = "At least one tag must be given.";
        return Err(ApiError::new("InvalidInput", message).status(400));
    }
    Ok(())
}

/// Adds or replaces; a key is the same in any case. Recorded on AWS: keys of AWS's own are refused, and a request that
/// has a key twice.
pub(crate) fn merge(into: &mut Tags, tags: &[Tag]) -> Result<(), ApiError> {
    merge_by(into, tags, same_tag_key)
}

/// The same for all but users and roles, where keys in another case are other keys (recorded: radkawar/stackd tags_aws,
/// federation/oidc, instance_profiles_aws).
pub(crate) fn merge_exact(into: &mut Tags, tags: &[Tag]) -> Result<(), ApiError> {
    merge_by(into, tags, |a, b| a == b)
}

fn merge_by(into: &mut Tags, tags: &[Tag], same: fn(&str, &str) -> bool) -> Result<(), ApiError> {
    let invalid = |message: &str| Err(ApiError::new("InvalidInput", message).status(400));
    let reserved = |t: &Tag| {
        t.key
            .get(..4)
            .is_some_and(|k| k.eq_ignore_ascii_case("aws:"))
    };
    if tags.iter().any(|t| t.key.trim().is_empty()) {
        // Recorded with its code alone.
        let message = "A tag's key must have something else than spaces.";
        return Err(ApiError::new("ValidationError", message).status(400));
    }
    if tags.iter().any(reserved) {
        return invalid("Tag keys beginning with aws: are reserved for system use.");
    }
    let twice = |(at, tag): (usize, &Tag)| {
        let before = tags.iter().take(at);
        before.into_iter().any(|other| same(&other.key, &tag.key))
    };
    if tags.iter().enumerate().any(twice) {
        return invalid(
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        );
    }
    for tag in tags {
        into.retain(|(k, _)| !same(k, &tag.key));
        into.push((tag.key.clone(), tag.value.clone()));
    }
    if into.len() > MAX_TAGS {
        let message = "The number of tags has reached the maximum limit.";
        return Err(ApiError::new("LimitExceeded", message).status(409));
    }
    Ok(())
}

/// Takes the tags with these keys away, of what is no user and no role: keys in another case are other keys.
pub(crate) fn drop_exact(from: &mut Tags, keys: &[String]) {
    from.retain(|(k, _)| !keys.contains(k));
}

pub(crate) fn render(tags: &Tags) -> Value {
    tags.iter()
        .map(|(k, v)| json!({"Key": k, "Value": v}))
        .collect()
}
