//! Writes an object. The body streams into its encrypted place; the reference is kept when it is whole.

use sekisho_engine::prelude::*;
use std::collections::BTreeMap;

use sekisho_engine::{Checksum, SinkSpec, StreamOperation};

use crate::checks::Making;
use crate::object::{self, Content, Headers};
use crate::sse::{self, Wanted};
use crate::{acl, bucket, checks, conditions};
use crate::{tags, write};

pub(crate) struct PutObject;

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
    #[serde(rename = "ContentMD5")]
    content_md5: Option<String>,
    if_none_match: Option<String>,
    if_match: Option<String>,
    checksum_algorithm: Option<String>,
    #[serde(rename = "ChecksumCRC32")]
    checksum_crc32: Option<String>,
    #[serde(rename = "ChecksumCRC32C")]
    checksum_crc32c: Option<String>,
    #[serde(rename = "ChecksumCRC64NVME")]
    checksum_crc64nvme: Option<String>,
    #[serde(rename = "ChecksumSHA1")]
    checksum_sha1: Option<String>,
    #[serde(rename = "ChecksumSHA256")]
    checksum_sha256: Option<String>,
}

impl Operation for PutObject {
    const ID: OpId = OpId::new("s3", "PutObject");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let owner = input.expected_bucket_owner.as_deref();
        let tags = match &input.tagging {
            Some(text) => Some(tags::parse(Some(text))?),
            None => None,
        };
        let making = Making {
            acl: input.acl.as_deref(),
            algorithm: input.server_side_encryption.as_deref(),
            kms_key: input.sse_kms_key_id.as_deref(),
            storage_class: input.storage_class.as_deref(),
            redirect: input.website_redirect_location.as_deref(),
            if_match: input.if_match.as_deref(),
            if_none_match: input.if_none_match.as_deref(),
            creates: true,
            tags: tags.as_ref(),
            ..Making::default()
        };
        checks::to_make(lookup, &input.bucket, &input.key, owner, &making)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let taken = acl::take(cx, &bucket, &input.key, input.acl.as_deref())?;
        let body = cx.take_body()?;
        write::verify(&body, input.content_md5.as_deref(), &input.claimed())?;
        conditions::of_write(
            cx,
            &bucket,
            &input.key,
            input.if_match.as_deref(),
            input.if_none_match.as_deref(),
        )?;
        let carry = write::carry(&body, &bucket)?;
        let etag = write::etag(cx, &body);
        let checksum = write::checksum_of(&body);
        let stored = write::keep(cx, body, carry.nonce)?;
        let content = Content {
            size: stored.size,
            etag: etag.clone(),
            parts: vec![stored],
            multipart: false,
            sse: carry.sse.clone(),
            metadata: write::lower(input.metadata),
            tags: tags::parse(input.tagging.as_deref())?,
            checksum: checksum.clone(),
            storage_class: input.storage_class.unwrap_or_else(|| "STANDARD".to_owned()),
            headers: Headers {
                content_type: input.content_type,
                cache_control: input.cache_control,
                content_disposition: input.content_disposition,
                content_encoding: input.content_encoding.and_then(|e| without_aws_chunked(&e)),
                content_language: input.content_language,
                expires: input.expires,
                website_redirect_location: input.website_redirect_location,
            },
        };
        let version = write::version(cx, &bucket, taken, content);
        let id = object::add(cx, &bucket, &input.key, version)?;
        let mut map = write::answer(&bucket, &id, &carry.sse);
        map.insert("ETag".to_owned(), json!(format!("\"{etag}\"")));
        write::insert_checksum(&mut map, checksum.as_ref());
        Ok(Value::Object(map))
    }
}

impl StreamOperation for PutObject {
    fn sink(cx: &mut Cx<'_>, input: &Input, _: &Permit<Self>) -> Result<SinkSpec, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        acl::take(cx, &bucket, &input.key, input.acl.as_deref())?;
        if input.key.contains(['\0', '\u{1f}']) || input.key.len() > 1_024 {
            return Err(ApiError::new(
                "KeyTooLongError",
                "Your key is too long, or holds control characters that sekisho does not take",
            )
            .status(400));
        }
        let wanted = Wanted {
            algorithm: input.server_side_encryption.clone(),
            key: input.sse_kms_key_id.clone(),
            bucket_key: input.bucket_key_enabled,
            context: input.sse_kms_encryption_context.clone(),
        };
        let (sse, key) = sse::begin(cx, &bucket, &input.key, wanted)?;
        let mut spec = write::sink(cx, &bucket, sse, &key, input.algorithm())?;
        spec.md5 |= input.content_md5.is_some();
        Ok(spec)
    }
}

impl Input {
    /// The checksums that the client gave, and the algorithm that is to be computed.
    fn claimed(&self) -> [(Checksum, Option<&String>); 5] {
        [
            (Checksum::Crc32, self.checksum_crc32.as_ref()),
            (Checksum::Crc32c, self.checksum_crc32c.as_ref()),
            (Checksum::Crc64Nvme, self.checksum_crc64nvme.as_ref()),
            (Checksum::Sha1, self.checksum_sha1.as_ref()),
            (Checksum::Sha256, self.checksum_sha256.as_ref()),
        ]
    }

    fn algorithm(&self) -> Option<Checksum> {
        let given = self
            .claimed()
            .into_iter()
            .find(|(_, v)| v.is_some())
            .map(|(c, _)| c);
        given.or_else(|| Checksum::parse(self.checksum_algorithm.as_deref()?))
    }
}

/// `aws-chunked` is how the body travelled, not what it is.
pub(crate) fn without_aws_chunked(encoding: &str) -> Option<String> {
    let kept: Vec<&str> = encoding
        .split(',')
        .map(str::trim)
        .filter(|e| *e != "aws-chunked" && !e.is_empty())
        .collect();
    (!kept.is_empty()).then(|| kept.join(","))
}
