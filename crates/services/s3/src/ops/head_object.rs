//! What GetObject would answer, without the body.

use sekisho_engine::prelude::*;

use crate::conditions::{Conditions, range};
use crate::ops::get_object::{both, part};
use crate::{bucket, checks, object, sse, write};

pub(crate) struct HeadObject;

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
}

impl Operation for HeadObject {
    const ID: OpId = OpId::new("s3", "HeadObject");
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
        let mut map = object::describe(&bucket, &version, &content);
        if input.range.is_some() && input.part_number.is_some() {
            return Err(both());
        }
        if let Some((first, last)) = input
            .range
            .as_deref()
            .map(|r| range(r, content.size))
            .transpose()?
            .flatten()
        {
            map.insert(
                "ContentRange".to_owned(),
                json!(format!("bytes {first}-{last}/{}", content.size)),
            );
            map.insert("ContentLength".to_owned(), json!(last - first + 1));
        } else if let Some(number) = input.part_number {
            let (start, length) = part(&content, number)?;
            map.insert("ContentLength".to_owned(), json!(length));
            if length > 0 {
                let last = start + length - 1;
                let text = format!("bytes {start}-{last}/{}", content.size);
                map.insert("ContentRange".to_owned(), json!(text));
            }
            if content.multipart {
                map.insert("PartsCount".to_owned(), json!(content.parts.len()));
            }
        }
        if input.checksum_mode.is_some() {
            write::insert_checksum(&mut map, content.checksum.as_ref());
        }
        // Under KMS the metadata, too, is only for those who may decrypt.
        sse::open(cx, &bucket, &content.sse)?;
        Ok(Value::Object(map))
    }
}
