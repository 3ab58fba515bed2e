//! Reads an object, or a range of it. Under KMS the data key is asked for as the caller.

use sekisho_engine::prelude::*;
use sekisho_engine::{BlobReader, BodyOut, DataKey, Sealed};
use sekisho_policy::Principal;

use crate::conditions::{Conditions, range};
use crate::object::{self, Content};
use crate::{bucket, checks, sse, write};

pub(crate) struct GetObject;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    key: String,
    expected_bucket_owner: Option<String>,
    version_id: Option<String>,
    range: Option<String>,
    part_number: Option<usize>,
    checksum_mode: Option<String>,
    if_match: Option<String>,
    if_none_match: Option<String>,
    if_modified_since: Option<f64>,
    if_unmodified_since: Option<f64>,
    response_content_type: Option<String>,
    response_cache_control: Option<String>,
    response_content_disposition: Option<String>,
    response_content_encoding: Option<String>,
    response_content_language: Option<String>,
}

impl Input {
    /// Whether it says what headers of the answer are to be (S3 API reference: such a request must be signed).
    fn overrides(&self) -> bool {
        let all = [
            &self.response_content_type,
            &self.response_cache_control,
            &self.response_content_disposition,
            &self.response_content_encoding,
            &self.response_content_language,
        ];
        all.into_iter().any(Option::is_some)
    }
}

impl Operation for GetObject {
    const ID: OpId = OpId::new("s3", "GetObject");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let owner = input.expected_bucket_owner.as_deref();
        let action = if input.version_id.is_some() {
            "s3:GetObjectVersion"
        } else {
            "s3:GetObject"
        };
        if input.overrides() && matches!(lookup.caller().principal, Principal::Anonymous) {
            let message =
                "Request specific response headers cannot be used for anonymous GET requests.";
            return Err(ApiError::new("InvalidRequest", message).status(400));
        }
        let version = input.version_id.as_deref();
        let check = checks::on_version(lookup, action, &input.bucket, &input.key, version, owner)?;
        object::is_there(lookup, &input.bucket, &input.key, version)?;
        Ok(vec![check])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let (version, content) =
            object::find(cx, &bucket, &input.key, input.version_id.as_deref())?;
        Conditions {
            if_match: input.if_match.as_deref(),
            if_none_match: input.if_none_match.as_deref(),
            if_modified_since: input.if_modified_since,
            if_unmodified_since: input.if_unmodified_since,
        }
        .check(&version, &content)?;
        object::readable(&content)?;
        let mut map = object::describe(&bucket, &version, &content);
        // A range that says nothing sensible is none.
        let asked = match (&input.range, input.part_number) {
            (Some(_), Some(_)) => return Err(both()),
            (Some(text), None) => {
                let range = range(text, content.size)?;
                range.map(|(first, last)| (first, last - first + 1))
            }
            (None, Some(number)) => Some(part(&content, number)?),
            (None, None) => None,
        };
        let (start, length) = asked.unwrap_or((0, content.size));
        if asked.is_some() && content.size > 0 {
            let text = format!(
                "bytes {start}-{}/{}",
                (start + length).saturating_sub(1),
                content.size
            );
            map.insert("ContentRange".to_owned(), json!(text));
            map.insert("ContentLength".to_owned(), json!(length));
        } else if input.checksum_mode.is_some() {
            write::insert_checksum(&mut map, content.checksum.as_ref());
        }
        if content.multipart && input.part_number.is_some() {
            map.insert("PartsCount".to_owned(), json!(content.parts.len()));
        }
        if !content.tags.is_empty() {
            map.insert("TagCount".to_owned(), json!(content.tags.len()));
        }
        let asked = [
            ("ContentType", input.response_content_type),
            ("CacheControl", input.response_cache_control),
            ("ContentDisposition", input.response_content_disposition),
            ("ContentEncoding", input.response_content_encoding),
            ("ContentLanguage", input.response_content_language),
        ];
        for (name, value) in asked {
            if let Some(value) = value {
                map.insert(name.to_owned(), json!(value));
            }
        }
        let key = sse::open(cx, &bucket, &content.sse)?;
        let mut body = BodyOut::new(readers(cx, &content, &key)?);
        body.narrow(start, length);
        cx.answer_with(body);
        Ok(Value::Object(map))
    }
}

/// The readers of all pieces of an object, decrypting.
pub(crate) fn readers(
    cx: &Cx<'_>,
    content: &Content,
    key: &DataKey,
) -> Result<Vec<BlobReader>, ApiError> {
    content
        .parts
        .iter()
        .map(|part| {
            let nonce: [u8; 8] = hex_nonce(&part.nonce)?;
            Ok(cx.blobs().read(
                &part.blob,
                part.size,
                0,
                part.size,
                Some(Sealed::new(key, nonce)),
            )?)
        })
        .collect()
}

pub(crate) fn hex_nonce(text: &str) -> Result<[u8; 8], ApiError> {
    let bytes = hex::decode(text).ok();
    bytes
        .and_then(|b| b.try_into().ok())
        .ok_or_else(|| ApiError::internal("a nonce does not read"))
}

/// A request for a range and a part (radkawar/stackd s3/multipart_read_bounds_replay, sequences 55 to 76, as are the codes of
/// [`part`]; the sentences are not recorded).
pub(crate) fn both() -> ApiError {
    let message = "Cannot specify both Range header and partNumber query parameter";
    ApiError::new("InvalidRequest", message).status(400)
}

/// First byte and length of part `number`.
pub(crate) fn part(content: &Content, number: usize) -> Result<(u64, u64), ApiError> {
    if !(1..=10_000).contains(&number) {
        let message = "Part number must be an integer between 1 and 10000, inclusive";
        return Err(ApiError::new("InvalidArgument", message).status(400));
    }
    let sizes: Vec<u64> = content.parts.iter().map(|p| p.size).collect();
    match number
        .checked_sub(1)
        .and_then(|at| Some((at, *sizes.get(at)?)))
    {
        Some((at, size)) => Ok((sizes.iter().take(at).sum(), size)),
        None => Err(ApiError::new(
            "InvalidPartNumber",
            "The requested partnumber is not satisfiable",
        )
        .status(416)),
    }
}
