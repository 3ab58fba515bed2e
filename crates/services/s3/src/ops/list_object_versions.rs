//! Lists versions and delete markers, key by key.

use std::sync::Arc;

use sekisho_engine::prelude::*;

use crate::list::{self, Query, Row, encode, walk};
use crate::object::{OBJECTS, Object, Version, row};
use crate::{bucket, checks};

pub(crate) struct ListObjectVersions;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    prefix: Option<String>,
    delimiter: Option<String>,
    max_keys: Option<usize>,
    encoding_type: Option<String>,
    key_marker: Option<String>,
    version_id_marker: Option<String>,
}

impl Operation for ListObjectVersions {
    const ID: OpId = OpId::new("s3", "ListObjectVersions");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let asked = checks::Listing {
            prefix: input.prefix.as_deref(),
            delimiter: input.delimiter.as_deref(),
            max_keys: input.max_keys,
        };
        let owner = input.expected_bucket_owner.as_deref();
        checks::to_list(
            lookup,
            "s3:ListBucketVersions",
            &input.bucket,
            owner,
            &asked,
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let prefix = input.prefix.as_deref().unwrap_or_default();
        let delimiter = input.delimiter.as_deref().unwrap_or_default();
        let limit = input.max_keys.unwrap_or(1_000).min(1_000);
        let encoding = input.encoding_type.as_deref();
        let after = input.key_marker.clone().unwrap_or_default();
        let query = Query {
            prefix,
            delimiter,
            after: &after,
            limit,
        };
        let seen = input.version_id_marker.unwrap_or_default();
        let begun = rest_of(cx, &bucket, &query, &seen)?;
        let (rows, more) = walk(cx, &bucket, &query, |_| true)?;
        // A page has so many versions, markers and common prefixes together.
        let left = begun
            .iter()
            .flat_map(|(object, first)| listed(&after, object, *first));
        let mut entries = left.chain(rows.iter().flat_map(|row| match row {
            Row::Object(key, object) => listed(key, object, 0).collect(),
            Row::Prefix(prefix) => vec![Entry::Prefix(prefix)],
        }));
        let page: Vec<Entry<'_>> = entries.by_ref().take(limit).collect();
        let truncated = limit > 0 && (more.is_some() || entries.next().is_some());
        let next = page.last().filter(|_| truncated);
        let (mut versions, mut markers, mut prefixes) = (Vec::new(), Vec::new(), Vec::new());
        for entry in &page {
            let (key, version, latest) = match entry {
                Entry::Version(key, version, latest) => (key, version, latest),
                Entry::Prefix(prefix) => {
                    prefixes.push(json!({"Prefix": encode(prefix, encoding)}));
                    continue;
                }
            };
            let mut map = list::entry(key, version, encoding);
            map.insert("VersionId".to_owned(), json!(version.id));
            map.insert("IsLatest".to_owned(), json!(latest));
            map.insert("Owner".to_owned(), list::owner(&version.owner));
            let list = match version.content {
                Some(_) => &mut versions,
                None => &mut markers,
            };
            list.push(Value::Object(map));
        }
        let mut output = json!({
            "Name": bucket.name, "Prefix": encode(prefix, encoding), "MaxKeys": limit,
            "KeyMarker": encode(&after, encoding), "VersionIdMarker": seen, "IsTruncated": truncated,
            "Versions": versions, "DeleteMarkers": markers, "CommonPrefixes": prefixes,
        });
        if let Some(map) = output.as_object_mut() {
            if !delimiter.is_empty() {
                map.insert("Delimiter".to_owned(), json!(encode(delimiter, encoding)));
            }
            if let Some(encoding) = encoding {
                map.insert("EncodingType".to_owned(), json!(encoding));
            }
            let (key, id) = match next {
                Some(Entry::Version(key, version, _)) => (Some(*key), Some(&version.id)),
                Some(Entry::Prefix(prefix)) => (Some(*prefix), None),
                None => (None, None),
            };
            if let Some(key) = key {
                map.insert("NextKeyMarker".to_owned(), json!(encode(key, encoding)));
            }
            if let Some(id) = id {
                map.insert("NextVersionIdMarker".to_owned(), json!(id));
            }
        }
        Ok(output)
    }
}

/// A line of the list.
enum Entry<'a> {
    /// Key, version, and whether it is the newest.
    Version(&'a str, &'a Version, bool),
    Prefix(&'a str),
}

/// The versions of an object from the one at `first`.
fn listed<'a>(key: &'a str, object: &'a Object, first: usize) -> impl Iterator<Item = Entry<'a>> {
    let versions = object.versions.iter().enumerate().skip(first);
    versions.map(move |(index, version)| Entry::Version(key, version, index == 0))
}

/// The object in the middle of which the page before ended, and the first of its versions that was not listed.
///
/// A version that was removed since is in no order any more: then the key begins anew, for what is listed twice is found
/// gone, and what is not listed stays for ever.
fn rest_of(
    cx: &Cx<'_>,
    bucket: &bucket::Bucket,
    query: &Query<'_>,
    seen: &str,
) -> Result<Option<(Arc<Object>, usize)>, ApiError> {
    let key = query.after;
    if seen.is_empty() {
        return Ok(None);
    }
    if key.is_empty() {
        let message = "A version-id marker cannot be specified without a key marker.";
        return Err(ApiError::new("InvalidArgument", message)
            .status(400)
            .field("ArgumentName", "version-id-marker")
            .field("ArgumentValue", seen));
    }
    let below = key.strip_prefix(query.prefix);
    let grouped = |rest: &str| !query.delimiter.is_empty() && rest.contains(query.delimiter);
    if below.is_none_or(grouped) {
        return Ok(None);
    }
    let Some(object) = cx.get(&OBJECTS, &row(&bucket.name, key))? else {
        return Ok(None);
    };
    let last = object.versions.iter().position(|v| v.id == seen);
    let next = last.map_or(0, |last| last + 1);
    Ok(Some((object, next)))
}
