//! Writing a version: what PutObject, UploadPart, CopyObject and CompleteMultipartUpload have in common.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sekisho_engine::prelude::*;
use sekisho_engine::{Body, Checksum, DataKey, Sealed, SinkSpec};

use crate::bucket::Bucket;
use crate::object::{Stored, Version};
use crate::sse::Sse;

/// Largest body of one request: 5 GiB.
pub(crate) const MAX_PUT: u64 = 5 << 30;

/// What `sink` hands to `run`: how the body is encrypted, and for which bucket: while it comes, the bucket may go, and another
/// take its name.
#[derive(Serialize, Deserialize)]
pub(crate) struct Carry {
    pub(crate) sse: Sse,
    pub(crate) nonce: String,
    bucket: (String, i64),
}

fn identity(bucket: &Bucket) -> (String, i64) {
    (bucket.account.clone(), bucket.created_ms)
}

/// Opens the place for a body under `key`.
pub(crate) fn sink(
    cx: &Cx<'_>,
    bucket: &Bucket,
    sse: Sse,
    key: &DataKey,
    checksum: Option<Checksum>,
) -> Result<SinkSpec, ApiError> {
    let nonce = cx.ids().bytes::<8>();
    let kms = sse.algorithm != "AES256";
    let carry = serde_json::to_value(Carry {
        sse,
        nonce: hex::encode(nonce),
        bucket: identity(bucket),
    })
    .map_err(|e| ApiError::internal(e.to_string()))?;
    Ok(SinkSpec {
        sealed: Some(Sealed::new(key, nonce)),
        // The ETag of an object under KMS is not its MD5.
        md5: !kms,
        sha256: false,
        checksum: Some(checksum.unwrap_or(Checksum::Crc64Nvme)),
        carry,
    })
}

/// What `sink` handed over, for the bucket that is there now.
pub(crate) fn carry(body: &Body, bucket: &Bucket) -> Result<Carry, ApiError> {
    let carry: Carry = serde_json::from_value(body.carry.clone())
        .map_err(|e| ApiError::internal(e.to_string()))?;
    match carry.bucket == identity(bucket) {
        true => Ok(carry),
        false => Err(crate::bucket::missing(&bucket.name)),
    }
}

/// Keeps a body as a piece of an object.
pub(crate) fn keep(cx: &mut Cx<'_>, body: Body, nonce: String) -> Result<Stored, ApiError> {
    let size = body.staged.size;
    if size > MAX_PUT {
        let message = "Your proposed upload exceeds the maximum allowed size";
        return Err(ApiError::new("EntityTooLarge", message).status(400));
    }
    let blob = format!("object{}", cx.ids().hex(32));
    cx.keep_blob(body.staged, &blob)?;
    Ok(Stored { blob, size, nonce })
}

/// Compares the body with what the client said about it.
pub(crate) fn verify(
    body: &Body,
    md5: Option<&str>,
    claimed: &[(Checksum, Option<&String>)],
) -> Result<(), ApiError> {
    if let (Some(said), Some(is)) = (md5, body.digests.md5) {
        if STANDARD.decode(said).ok().is_none_or(|b| b.len() != 16) {
            return Err(ApiError::new(
                "InvalidDigest",
                "The Content-MD5 you specified was invalid.",
            )
            .status(400));
        }
        if said != STANDARD.encode(is) {
            return Err(ApiError::new(
                "BadDigest",
                "The Content-MD5 you specified did not match what we received.",
            )
            .status(400));
        }
    }
    let Some((algorithm, is)) = &body.digests.checksum else {
        return Ok(());
    };
    let is = STANDARD.encode(is);
    let header = claimed
        .iter()
        .find(|(c, _)| c == algorithm)
        .and_then(|(_, v)| v.map(String::as_str));
    let trailer = body
        .trailer
        .as_ref()
        .filter(|(c, _)| c == algorithm)
        .map(|(_, v)| v.as_str());
    for said in header.into_iter().chain(trailer) {
        if said != is {
            let message = format!(
                "The {} you specified did not match the calculated checksum.",
                algorithm.name()
            );
            return Err(ApiError::new("BadDigest", message).status(400));
        }
    }
    Ok(())
}

/// The checksum of a body: algorithm, base64, type.
pub(crate) fn checksum_of(body: &Body) -> Option<(String, String, String)> {
    let (algorithm, bytes) = body.digests.checksum.as_ref()?;
    Some((
        algorithm.name().to_owned(),
        STANDARD.encode(bytes),
        "FULL_OBJECT".to_owned(),
    ))
}

pub(crate) fn insert_checksum(
    map: &mut serde_json::Map<String, Value>,
    checksum: Option<&(String, String, String)>,
) {
    if let Some((algorithm, value, kind)) = checksum {
        map.insert(format!("Checksum{algorithm}"), json!(value));
        map.insert("ChecksumType".to_owned(), json!(kind));
    }
}

pub(crate) fn etag(cx: &Cx<'_>, body: &Body) -> String {
    body.digests
        .md5
        .map_or_else(|| cx.ids().hex(32), hex::encode)
}

/// The owner of what the caller writes: where ACLs are on the writer, unless the bucket's owner is preferred and given all (S3
/// user guide, "Controlling ownership of objects").
pub(crate) fn owner(cx: &Cx<'_>, bucket: &Bucket, acl: Option<&str>) -> String {
    let preferred = bucket.ownership.as_deref() == Some("BucketOwnerPreferred");
    if bucket.enforced() || (preferred && acl == Some("bucket-owner-full-control")) {
        bucket.account.clone()
    } else {
        cx.account().to_owned()
    }
}

pub(crate) fn lower(metadata: BTreeMap<String, String>) -> BTreeMap<String, String> {
    metadata
        .into_iter()
        .map(|(k, v)| (k.to_lowercase(), v))
        .collect()
}

/// Adds the version to an answer, where the bucket has versions.
pub(crate) fn answer(
    bucket: &Bucket,
    version_id: &str,
    sse: &Sse,
) -> serde_json::Map<String, Value> {
    let mut map = serde_json::Map::new();
    sse.describe_written(&mut map);
    // Where versions are suspended the one called `null` is not named (radkawar/stackd s3/lifecycle_header_authority_replay,
    // sequence 157).
    if bucket.versioned() {
        map.insert("VersionId".to_owned(), json!(version_id));
    }
    map
}

pub(crate) fn version(
    cx: &Cx<'_>,
    bucket: &Bucket,
    acl: Option<String>,
    content: crate::object::Content,
) -> Version {
    Version {
        id: String::new(),
        modified_ms: cx.now_ms(),
        owner: owner(cx, bucket, acl.as_deref()),
        acl,
        content: Some(content),
    }
}
