//! Objects and their versions.

use std::collections::BTreeMap;
use std::sync::Arc;

use sekisho_engine::{ApiError, Cx, Lookup, Table, Tags, time};
use sekisho_policy::Policy;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::bucket::{BUCKETS, Bucket};
use crate::sse::Sse;
use crate::{acl, checks};

/// Objects by bucket and key, each row with all versions, newest first.
pub(crate) const OBJECTS: Table<Object> = Table::new("s3/object");

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Object {
    pub(crate) versions: Vec<Version>,
}

/// A version, or a delete marker. The id `null` belongs to what was written without versioning.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Version {
    pub(crate) id: String,
    pub(crate) modified_ms: i64,
    /// The account that owns it, where ACLs are on: another than the bucket's keeps it from the bucket's policy.
    pub(crate) owner: String,
    /// Its canned ACL, where ACLs counted when it was written.
    #[serde(default)]
    pub(crate) acl: Option<String>,
    /// `None`: a delete marker.
    pub(crate) content: Option<Content>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Content {
    pub(crate) size: u64,
    pub(crate) etag: String,
    pub(crate) parts: Vec<Stored>,
    /// Whether it came in parts.
    pub(crate) multipart: bool,
    pub(crate) sse: Sse,
    pub(crate) headers: Headers,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) tags: Tags,
    /// Algorithm, value in base64, and `FULL_OBJECT` or `COMPOSITE`.
    pub(crate) checksum: Option<(String, String, String)>,
    pub(crate) storage_class: String,
}

/// A piece of an object: a blob with a nonce prefix of its own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Stored {
    pub(crate) blob: String,
    pub(crate) size: u64,
    pub(crate) nonce: String,
}

/// What a client says about an object and gets back as it said it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Headers {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cache_control: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content_disposition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content_encoding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content_language: Option<String>,
    /// As it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expires: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) website_redirect_location: Option<String>,
}

impl Version {
    /// The account that owns it: where ACLs are off, the bucket's.
    pub(crate) fn owner<'a>(&'a self, bucket: &'a Bucket) -> &'a str {
        if bucket.enforced() {
            &bucket.account
        } else {
            &self.owner
        }
    }
}

/// The row of an object. A unit separator stands between bucket and key: it occurs in no bucket name.
pub(crate) fn row(bucket: &str, key: &str) -> String {
    format!("{bucket}\u{1f}{key}")
}

/// A version: the newest if none is named.
fn version_of<'o>(object: Option<&'o Object>, version: Option<&str>) -> Option<&'o Version> {
    let versions = &object?.versions;
    match version {
        None => versions.first(),
        Some(id) => versions.iter().find(|v| v.id == id),
    }
}

/// A version of an object of a bucket in which ACLs count: the account that owns it, if it is not the bucket's, and what its ACL
/// allows.
pub(crate) fn access(
    lookup: &Lookup<'_>,
    bucket: &Bucket,
    key: &str,
    version: Option<&str>,
) -> Result<(Option<String>, Option<Policy>), ApiError> {
    if bucket.enforced() {
        return Ok((None, None));
    }
    let object = lookup.get(&OBJECTS, &row(&bucket.name, key))?;
    let Some(version) = version_of(object.as_deref(), version) else {
        return Ok((None, None));
    };
    let foreign = version.owner != bucket.account;
    let owner = foreign.then(|| version.owner.clone());
    Ok((owner, acl::policy(lookup, bucket, version)?))
}

/// The tags of a version of an object; none if it is not there.
pub(crate) fn tags(
    lookup: &Lookup<'_>,
    bucket: &str,
    key: &str,
    version: Option<&str>,
) -> Result<Tags, ApiError> {
    let object = lookup.get(&OBJECTS, &row(bucket, key))?;
    let content = version_of(object.as_deref(), version).and_then(|v| v.content.as_ref());
    Ok(content.map(|c| c.tags.clone()).unwrap_or_default())
}

/// Refuses to read what is archived (as quoted in aws/aws-cli#4039; s3tools/s3cmd#193 of copies): nothing is restored here.
pub(crate) fn readable(content: &Content) -> Result<(), ApiError> {
    if !matches!(content.storage_class.as_str(), "GLACIER" | "DEEP_ARCHIVE") {
        return Ok(());
    }
    let message = "The operation is not valid for the object's storage class";
    let error = ApiError::new("InvalidObjectState", message).status(403);
    Err(error.field("StorageClass", content.storage_class.clone()))
}

pub(crate) fn no_such_key(key: &str) -> ApiError {
    ApiError::new("NoSuchKey", "The specified key does not exist.")
        .status(404)
        .field("Key", key)
}

/// A version that can be read: the newest, or the one that is named.
pub(crate) fn find(
    cx: &Cx<'_>,
    bucket: &Bucket,
    key: &str,
    version: Option<&str>,
) -> Result<(Version, Content), ApiError> {
    let object = cx.get(&OBJECTS, &row(&bucket.name, key))?;
    let versions = object
        .as_deref()
        .map(|o| o.versions.as_slice())
        .unwrap_or_default();
    let found = match version {
        None => versions.first().ok_or_else(|| hidden(cx, bucket, key))?,
        Some(id) => versions.iter().find(|v| v.id == id).ok_or_else(|| {
            let message = "The specified version does not exist.";
            ApiError::new("NoSuchVersion", message)
                .status(404)
                .field("Key", key)
                .field("VersionId", id)
        })?,
    };
    match (&found.content, version) {
        (Some(content), _) => Ok((found.clone(), content.clone())),
        (None, None) => Err(hidden(cx, bucket, key)),
        (None, Some(_)) => Err(no_reading_of_a_marker()),
    }
}

fn no_reading_of_a_marker() -> ApiError {
    let message = "The specified method is not allowed against this resource.";
    ApiError::new("MethodNotAllowed", message).status(405)
}

/// Answers a read of a delete marker, or of a key that is not there, as S3 does, which finds it before it asks a policy: recorded
/// of those who may list the bucket, under a policy that denies the read (radkawar/stackd, `testdata/aws/s3/marker_policy.json`
/// and `requester_data_replay.json`, sequences 850 to 853).
pub(crate) fn is_there(
    lookup: &Lookup<'_>,
    bucket: &str,
    key: &str,
    version: Option<&str>,
) -> Result<(), ApiError> {
    let object = lookup.get(&OBJECTS, &row(bucket, key))?;
    let there = match (version_of(object.as_deref(), version), version) {
        (Some(found), _) => found.content.is_some(),
        (None, version) => version.is_some(),
    };
    if there {
        return Ok(());
    }
    let Some(bucket) = lookup.get(&BUCKETS, bucket)? else {
        return Ok(());
    };
    match (may_list(lookup, &bucket, key)?, version) {
        (Some(_), _) => Ok(()),
        (None, None) => Err(no_such_key(key)),
        (None, Some(_)) => Err(no_reading_of_a_marker()),
    }
}

/// Whether a key exists is shown only to those who may list the bucket; the others are told why they may not.
fn hidden(cx: &Cx<'_>, bucket: &Bucket, key: &str) -> ApiError {
    match may_list(&cx.lookup(), bucket, key) {
        Ok(None) => no_such_key(key),
        Ok(Some(sentence)) => ApiError::new("AccessDenied", sentence).status(403),
        Err(error) => error,
    }
}

/// Why the caller may not list the key; nothing, where it may.
fn may_list(lookup: &Lookup<'_>, bucket: &Bucket, key: &str) -> Result<Option<String>, ApiError> {
    let checks = checks::on_bucket(lookup, "s3:ListBucket", &bucket.name, None)?;
    let Some(check) = checks.into_iter().next() else {
        return Ok(None);
    };
    let check = check.with("s3:prefix", key);
    let arn = bucket.arn().parse();
    let arn = arn.map_err(|_| ApiError::internal("bucket ARN"))?;
    let resource = crate::resolve(lookup, &check, &arn)?;
    lookup.denial(&check, &resource)
}

/// Puts a new version in front of those that are not newer. Without versioning it takes the place of the one called `null`.
pub(crate) fn add(
    cx: &mut Cx<'_>,
    bucket: &Bucket,
    key: &str,
    mut version: Version,
) -> Result<String, ApiError> {
    let name = row(&bucket.name, key);
    let mut object: Object = cx
        .get(&OBJECTS, &name)?
        .map(|o| o.as_ref().clone())
        .unwrap_or_default();
    if bucket.versioned() {
        version.id = cx.ids().alnum(32);
    } else {
        version.id = "null".to_owned();
        // An upload is as old as its beginning: what was written since stays, and the upload is gone.
        let mut versions = object.versions.iter();
        if versions.any(|v| v.id == "null" && v.modified_ms > version.modified_ms) {
            drop_blobs(cx, std::slice::from_ref(&version));
            return Ok(version.id);
        }
        let (old, kept): (Vec<_>, Vec<_>) =
            object.versions.into_iter().partition(|v| v.id == "null");
        object.versions = kept;
        drop_blobs(cx, &old);
    }
    let id = version.id.clone();
    let newer = |v: &Version| v.modified_ms > version.modified_ms;
    let at = object.versions.iter().take_while(|v| newer(v)).count();
    object.versions.insert(at, version);
    cx.put(&OBJECTS, &name, object)?;
    Ok(id)
}

/// Removes a version for good.
pub(crate) fn remove(
    cx: &mut Cx<'_>,
    bucket: &Bucket,
    key: &str,
    id: &str,
) -> Result<Option<Version>, ApiError> {
    let name = row(&bucket.name, key);
    let Some(object) = cx.get(&OBJECTS, &name)? else {
        return Ok(None);
    };
    let (gone, kept): (Vec<_>, Vec<_>) = object.versions.iter().cloned().partition(|v| v.id == id);
    drop_blobs(cx, &gone);
    if kept.is_empty() {
        cx.delete(&OBJECTS, &name);
    } else {
        cx.put(&OBJECTS, &name, Object { versions: kept })?;
    }
    Ok(gone.into_iter().next())
}

fn drop_blobs(cx: &mut Cx<'_>, versions: &[Version]) {
    for part in versions
        .iter()
        .filter_map(|v| v.content.as_ref())
        .flat_map(|c| &c.parts)
    {
        cx.remove_blob(&part.blob);
    }
}

pub(crate) fn change(
    cx: &mut Cx<'_>,
    bucket: &Bucket,
    key: &str,
    id: &str,
    edit: impl FnOnce(&mut Content),
) -> Result<(), ApiError> {
    let name = row(&bucket.name, key);
    let object: Option<Arc<Object>> = cx.get(&OBJECTS, &name)?;
    let mut object = object.ok_or_else(|| no_such_key(key))?.as_ref().clone();
    if let Some(content) = object
        .versions
        .iter_mut()
        .find(|v| v.id == id)
        .and_then(|v| v.content.as_mut())
    {
        edit(content);
    }
    cx.put(&OBJECTS, &name, object)
}

/// The members that GetObject, HeadObject and the like have in common.
pub(crate) fn describe(
    bucket: &Bucket,
    version: &Version,
    content: &Content,
) -> Map<String, Value> {
    let mut map = match serde_json::to_value(&content.headers) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    };
    map.entry("ContentType")
        .or_insert_with(|| json!("binary/octet-stream"));
    map.insert("AcceptRanges".into(), json!("bytes"));
    map.insert(
        "LastModified".into(),
        json!(time::seconds(version.modified_ms / 1000 * 1000)),
    );
    map.insert("ContentLength".into(), json!(content.size));
    map.insert("ETag".into(), json!(format!("\"{}\"", content.etag)));
    map.insert("Metadata".into(), json!(content.metadata));
    content.sse.describe(&mut map);
    if bucket.versioning.is_some() {
        map.insert("VersionId".into(), json!(version.id));
    }
    if content.storage_class != "STANDARD" {
        map.insert("StorageClass".into(), json!(content.storage_class));
    }
    map
}
