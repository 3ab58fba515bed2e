//! Copies an object: read as the caller there, written as the caller here.

use sekisho_engine::prelude::*;
use std::collections::BTreeMap;

use md5::{Digest as _, Md5};
use sekisho_engine::{BodyOut, Sealed, time};

use crate::bucket::Bucket;
use crate::checks::Making;
use crate::conditions::{self, Conditions};
use crate::object::{self, Content, Headers, Stored};
use crate::ops::get_object::readers;
use crate::ops::put_object::without_aws_chunked;
use crate::sse::{self, Sse, Wanted};
use crate::{acl, bucket, checks};
use crate::{tags, write};

pub(crate) struct CopyObject;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    key: String,
    expected_bucket_owner: Option<String>,
    #[serde(rename = "ACL")]
    acl: Option<String>,
    content_type: Option<String>,
    cache_control: Option<String>,
    content_disposition: Option<String>,
    content_encoding: Option<String>,
    content_language: Option<String>,
    expires: Option<String>,
    website_redirect_location: Option<String>,
    server_side_encryption: Option<String>,
    #[serde(rename = "SSEKMSKeyId")]
    sse_kms_key_id: Option<String>,
    bucket_key_enabled: Option<bool>,
    #[serde(rename = "SSEKMSEncryptionContext")]
    sse_kms_encryption_context: Option<String>,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
    tagging: Option<String>,
    storage_class: Option<String>,
    copy_source: String,
    expected_source_bucket_owner: Option<String>,
    metadata_directive: Option<String>,
    tagging_directive: Option<String>,
    if_match: Option<String>,
    if_none_match: Option<String>,
    copy_source_if_match: Option<String>,
    copy_source_if_none_match: Option<String>,
    copy_source_if_modified_since: Option<f64>,
    copy_source_if_unmodified_since: Option<f64>,
}

impl Operation for CopyObject {
    const ID: OpId = OpId::new("s3", "CopyObject");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        // Seagate/cortx-prvsnr#2908: also where a policy allows it.
        checks::signed(lookup, "copy objects")?;
        let (source, key, version) = source(&input.copy_source)?;
        let of_source = |newest: &str, named: &str| {
            let action = if version.is_some() { named } else { newest };
            let owner = input.expected_source_bucket_owner.as_deref();
            checks::on_version(lookup, action, &source, &key, version.as_deref(), owner)
        };
        let mut checks = vec![of_source("s3:GetObject", "s3:GetObjectVersion")?];
        // Tags come along unless they are replaced: they are read there and written here.
        let replaced = input.tagging_directive.as_deref() == Some("REPLACE");
        let tags = if replaced {
            tags::parse(input.tagging.as_deref())?
        } else {
            object::tags(lookup, &source, &key, version.as_deref())?
        };
        if !replaced && !tags.is_empty() {
            checks.push(of_source(
                "s3:GetObjectTagging",
                "s3:GetObjectVersionTagging",
            )?);
        }
        let from = format!("{source}/{key}");
        let making = Making {
            acl: input.acl.as_deref(),
            algorithm: input.server_side_encryption.as_deref(),
            kms_key: input.sse_kms_key_id.as_deref(),
            storage_class: input.storage_class.as_deref(),
            redirect: input.website_redirect_location.as_deref(),
            if_match: input.if_match.as_deref(),
            if_none_match: input.if_none_match.as_deref(),
            creates: true,
            copy_source: Some(&from),
            metadata_directive: input.metadata_directive.as_deref(),
            tags: (!tags.is_empty()).then_some(&tags),
        };
        let owner = input.expected_bucket_owner.as_deref();
        checks.extend(checks::to_make(
            lookup,
            &input.bucket,
            &input.key,
            owner,
            &making,
        )?);
        Ok(checks)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let (from, from_key, from_version) = source(&input.copy_source)?;
        let origin = bucket::find(cx, &from)?;
        let bucket = bucket::find(cx, &input.bucket)?;
        let taken = acl::take(cx, &bucket, &input.key, input.acl.as_deref())?;
        let (read, old) = object::find(cx, &origin, &from_key, from_version.as_deref())?;
        object::readable(&old)?;
        let of_source = Conditions {
            if_match: input.copy_source_if_match.as_deref(),
            if_none_match: input.copy_source_if_none_match.as_deref(),
            if_modified_since: input.copy_source_if_modified_since,
            if_unmodified_since: input.copy_source_if_unmodified_since,
        };
        of_source.check_copied(&read, &old)?;
        conditions::of_write(
            cx,
            &bucket,
            &input.key,
            input.if_match.as_deref(),
            input.if_none_match.as_deref(),
        )?;
        let replace = input.metadata_directive.as_deref() == Some("REPLACE");
        let same = origin.name == bucket.name && from_key == input.key && from_version.is_none();
        if same
            && !replace
            && input.server_side_encryption.is_none()
            && input.storage_class.is_none()
        {
            let message = "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.";
            return Err(ApiError::new("InvalidRequest", message).status(400));
        }
        let wanted = Wanted {
            algorithm: input.server_side_encryption.clone(),
            key: input.sse_kms_key_id.clone(),
            bucket_key: input.bucket_key_enabled,
            context: input.sse_kms_encryption_context.clone(),
        };
        let (size, checksum) = (old.size, old.checksum.clone());
        let (stored, sse, etag) = copy(cx, &origin, &old, &bucket, &input.key, wanted)?;
        let new_headers = Headers {
            content_type: input.content_type,
            cache_control: input.cache_control,
            content_disposition: input.content_disposition,
            content_encoding: input.content_encoding.and_then(|e| without_aws_chunked(&e)),
            content_language: input.content_language,
            expires: input.expires,
            website_redirect_location: input.website_redirect_location,
        };
        let content = Content {
            size,
            etag: etag.clone(),
            parts: vec![stored],
            multipart: false,
            sse: sse.clone(),
            headers: if replace { new_headers } else { old.headers },
            metadata: if replace {
                write::lower(input.metadata)
            } else {
                old.metadata
            },
            tags: if input.tagging_directive.as_deref() == Some("REPLACE") {
                tags::parse(input.tagging.as_deref())?
            } else {
                old.tags
            },
            checksum,
            storage_class: input.storage_class.unwrap_or_else(|| "STANDARD".to_owned()),
        };
        let version = write::version(cx, &bucket, taken, content);
        let modified = version.modified_ms;
        let id = object::add(cx, &bucket, &input.key, version)?;
        let mut map = write::answer(&bucket, &id, &sse);
        if let Some(version) = from_version {
            map.insert("CopySourceVersionId".to_owned(), json!(version));
        }
        map.insert(
            "CopyObjectResult".to_owned(),
            json!({"ETag": format!("\"{etag}\""), "LastModified": time::seconds(modified / 1000 * 1000)}),
        );
        Ok(Value::Object(map))
    }
}

/// Reads `bucket/key?versionId=id`, with or without a leading slash, percent-encoded.
pub(crate) fn source(text: &str) -> Result<(String, String, Option<String>), ApiError> {
    let (path, version) = match text.split_once("?versionId=") {
        Some((path, version)) => (path, Some(version.to_owned())),
        None => (text, None),
    };
    // As in a form, a plus sign that is not escaped is a blank (aws/aws-sdk-php#236).
    let path = path.replace('+', " ");
    let path = percent_encoding::percent_decode_str(&path)
        .decode_utf8_lossy()
        .into_owned();
    let path = path.strip_prefix('/').unwrap_or(&path);
    match path.split_once('/') {
        Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => {
            Ok((bucket.to_owned(), key.to_owned(), version))
        }
        _ => Err(ApiError::new("InvalidArgument", "Invalid copy source object key").status(400)),
    }
}

/// Decrypts and encrypts again, piece by piece.
fn copy(
    cx: &mut Cx<'_>,
    origin: &Bucket,
    old: &Content,
    bucket: &Bucket,
    key: &str,
    wanted: Wanted,
) -> Result<(Stored, Sse, String), ApiError> {
    let old_key = sse::open(cx, origin, &old.sse)?;
    let (sse, new_key) = sse::begin(cx, bucket, key, wanted)?;
    let nonce = cx.ids().bytes::<8>();
    let mut from = BodyOut::new(readers(cx, old, &old_key)?);
    let mut to = cx.blobs().stage(Some(Sealed::new(&new_key, nonce)))?;
    let mut md5 = Md5::new();
    while let Some(chunk) = from.next_chunk()? {
        md5.update(&chunk);
        to.write(&chunk)?;
    }
    let etag = if sse.algorithm == "AES256" {
        hex::encode(md5.finalize())
    } else {
        cx.ids().hex(32)
    };
    let staged = to.finish()?;
    let stored = Stored {
        blob: format!("object{}", cx.ids().hex(32)),
        size: staged.size,
        nonce: hex::encode(nonce),
    };
    cx.keep_blob(staged, &stored.blob)?;
    Ok((stored, sse, etag))
}
