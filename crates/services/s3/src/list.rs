//! Listing: prefixes, delimiters and pages.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sekisho_engine::{ApiError, Cx, canonical_id, time};
use serde_json::{Map, Value, json};

use crate::bucket::Bucket;
use crate::object::{OBJECTS, Object, Version, row};

const SET: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'/');

/// Rows read from the store at a time.
const BATCH: usize = 1_000;

pub(crate) struct Query<'a> {
    pub(crate) prefix: &'a str,
    pub(crate) delimiter: &'a str,
    /// Keys and common prefixes up to and including this one are left out.
    pub(crate) after: &'a str,
    pub(crate) limit: usize,
}

pub(crate) enum Row {
    Object(String, std::sync::Arc<Object>),
    Prefix(String),
}

/// Keys and common prefixes in order, and the last one if there are more.
pub(crate) fn walk(
    cx: &Cx<'_>,
    bucket: &Bucket,
    query: &Query<'_>,
    keep: impl Fn(&Object) -> bool,
) -> Result<(Vec<Row>, Option<String>), ApiError> {
    let mut out: Vec<Row> = Vec::new();
    let mut last = String::new();
    let whole = row(&bucket.name, query.prefix);
    let head = row(&bucket.name, "").len();
    let mut from = query
        .after
        .strip_prefix(query.prefix)
        .unwrap_or_default()
        .to_owned();
    if query.limit == 0 {
        return Ok((out, None));
    }
    loop {
        let batch = cx.page(&OBJECTS, &whole, &from, BATCH)?;
        let full = batch.len() == BATCH;
        for (name, object) in batch {
            let key = name.get(head..).unwrap_or_default();
            from = format!("{}\0", key.strip_prefix(query.prefix).unwrap_or_default());
            if key <= query.after || !keep(&object) {
                continue;
            }
            let rest = key.strip_prefix(query.prefix).unwrap_or_default();
            let entry = match rest
                .split_once(query.delimiter)
                .filter(|_| !query.delimiter.is_empty())
            {
                Some((group, _)) => {
                    let prefix = format!("{}{group}{}", query.prefix, query.delimiter);
                    if prefix == last || query.after.starts_with(&prefix) {
                        continue;
                    }
                    Row::Prefix(prefix)
                }
                None => Row::Object(key.to_owned(), object),
            };
            if out.len() == query.limit {
                return Ok((out, Some(last)));
            }
            last = match &entry {
                Row::Object(key, _) => key.clone(),
                Row::Prefix(prefix) => prefix.clone(),
            };
            out.push(entry);
        }
        if !full {
            return Ok((out, None));
        }
    }
}

/// Whether the newest version can be read.
pub(crate) fn alive(object: &Object) -> bool {
    object.versions.first().is_some_and(|v| v.content.is_some())
}

pub(crate) fn encode(text: &str, encoding: Option<&str>) -> String {
    if encoding == Some("url") {
        utf8_percent_encode(text, SET).to_string()
    } else {
        text.to_owned()
    }
}

pub(crate) fn prefixes(rows: &[Row], encoding: Option<&str>) -> Vec<Value> {
    rows.iter()
        .filter_map(|r| match r {
            Row::Prefix(prefix) => Some(json!({"Prefix": encode(prefix, encoding)})),
            Row::Object(..) => None,
        })
        .collect()
}

pub(crate) fn owner(account: &str) -> Value {
    json!({"ID": canonical_id(account)})
}

pub(crate) fn entry(key: &str, version: &Version, encoding: Option<&str>) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("Key".into(), json!(encode(key, encoding)));
    map.insert(
        "LastModified".into(),
        json!(time::seconds(version.modified_ms / 1000 * 1000)),
    );
    if let Some(content) = &version.content {
        map.insert("ETag".into(), json!(format!("\"{}\"", content.etag)));
        map.insert("Size".into(), json!(content.size));
        map.insert("StorageClass".into(), json!(content.storage_class));
        if let Some((algorithm, _, kind)) = &content.checksum {
            map.insert("ChecksumAlgorithm".into(), json!([algorithm]));
            map.insert("ChecksumType".into(), json!(kind));
        }
    }
    map
}
