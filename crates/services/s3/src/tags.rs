//! Tags of buckets and objects: what they may be, and how requests write them.

use sekisho_engine::Tags;
use sekisho_engine::prelude::*;

/// How many tags a bucket has at most.
pub(crate) const ON_BUCKET: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Tagging {
    pub(crate) tag_set: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Tag {
    pub(crate) key: String,
    pub(crate) value: String,
}

fn invalid(message: &str) -> ApiError {
    ApiError::new("InvalidTag", message).status(400)
}

/// What a tag may be, in units of UTF-16 (recorded for buckets: radkawar/stackd s3/bucket_tags).
fn check_one(key: &str, value: &str) -> Result<(), ApiError> {
    if key.is_empty() || key.encode_utf16().count() > 128 {
        let message = "The TagKey you have provided is invalid";
        return Err(invalid(message).field("TagKey", key));
    }
    if value.encode_utf16().count() > 256 {
        let message = "The TagValue you have provided is invalid";
        let error = invalid(message).field("TagKey", key);
        return Err(error.field("TagValue", value));
    }
    if key.starts_with("aws:") {
        let message = "System tags cannot be added/updated by requester";
        return Err(invalid(message).field("TagKey", key));
    }
    if key.get(..4).is_some_and(|p| p.eq_ignore_ascii_case("aws:")) {
        let message = "Invalid Tag. Tags cannot start with \"aws:\"(case insensitive) unless they are System Tags that start with \"aws:\"(case sensitive)";
        return Err(invalid(message).field("TagKey", key));
    }
    Ok(())
}

/// Keys must differ, and there is a limit.
pub(crate) fn accept(tagging: Tagging, limit: usize) -> Result<Tags, ApiError> {
    let tags: Tags = tagging
        .tag_set
        .into_iter()
        .map(|t| (t.key, t.value))
        .collect();
    tags.iter().try_for_each(|(k, v)| check_one(k, v))?;
    let mut keys = std::collections::BTreeSet::new();
    if let Some((twice, _)) = tags.iter().find(|(k, _)| !keys.insert(k)) {
        let message = "Cannot provide multiple Tags with the same key";
        return Err(invalid(message).field("TagKey", twice.as_str()));
    }
    if tags.len() > limit {
        return Err(
            ApiError::new("BadRequest", format!("Tags cannot be greater than {limit}")).status(400),
        );
    }
    Ok(tags)
}

/// Reads `k=v&k2=v2`.
pub(crate) fn parse(text: Option<&str>) -> Result<Tags, ApiError> {
    let decode = |t: &str| {
        percent_encoding::percent_decode_str(&t.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned()
    };
    let mut tags = Tags::new();
    for pair in text
        .unwrap_or_default()
        .split('&')
        .filter(|p| !p.is_empty())
    {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (key, value) = (decode(key), decode(value));
        check_one(&key, &value)?;
        if tags.iter().any(|(k, _)| *k == key) {
            let message = "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.";
            return Err(ApiError::new("InvalidArgument", message)
                .status(400)
                .field("ArgumentName", "x-amz-tagging")
                .field("ArgumentValue", text.unwrap_or_default()));
        }
        tags.push((key, value));
    }
    if tags.len() > 10 {
        return Err(
            ApiError::new("BadRequest", "Object tags cannot be greater than 10").status(400),
        );
    }
    Ok(tags)
}
