//! Begins an upload in parts; its encryption is decided here.

use sekisho_engine::prelude::*;
use std::collections::BTreeMap;

use crate::checks::Making;
use crate::object::Headers;
use crate::ops::put_object::without_aws_chunked;
use crate::sse::{self, Wanted};
use crate::upload::{UPLOADS, Upload};
use crate::{acl, bucket, checks};
use crate::{tags, write};

pub(crate) struct CreateMultipartUpload;

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
    checksum_algorithm: Option<String>,
}

impl Operation for CreateMultipartUpload {
    const ID: OpId = OpId::new("s3", "CreateMultipartUpload");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        // Whatever the bucket's policy says (aws/aws-sdk-cpp#1575).
        checks::signed(lookup, "initiate multipart uploads")?;
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
            tags: tags.as_ref(),
            ..Making::default()
        };
        checks::to_make(lookup, &input.bucket, &input.key, owner, &making)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        acl::take(cx, &bucket, &input.key, input.acl.as_deref())?;
        let wanted = Wanted {
            algorithm: input.server_side_encryption.clone(),
            key: input.sse_kms_key_id.clone(),
            bucket_key: input.bucket_key_enabled,
            context: input.sse_kms_encryption_context.clone(),
        };
        let (sse, _) = sse::begin(cx, &bucket, &input.key, wanted)?;
        let id = cx.ids().alnum(64);
        let upload = Upload {
            id: id.clone(),
            bucket: bucket.name.clone(),
            key: input.key.clone(),
            account: cx.account().to_owned(),
            initiator: cx.caller().arn(),
            started_ms: cx.now_ms(),
            sse: sse.clone(),
            metadata: write::lower(input.metadata),
            tags: tags::parse(input.tagging.as_deref())?,
            acl: input.acl,
            checksum: input.checksum_algorithm.clone(),
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
            parts: BTreeMap::new(),
        };
        cx.put(&UPLOADS, &id, upload)?;
        let mut map = serde_json::Map::new();
        sse.describe_written(&mut map);
        map.insert("Bucket".to_owned(), json!(bucket.name));
        map.insert("Key".to_owned(), json!(input.key));
        map.insert("UploadId".to_owned(), json!(id));
        if let Some(algorithm) = input.checksum_algorithm {
            map.insert("ChecksumAlgorithm".to_owned(), json!(algorithm));
        }
        Ok(Value::Object(map))
    }
}
