//! Some facts about an object.

use sekisho_engine::prelude::*;
use sekisho_engine::time;

use crate::{bucket, checks, object, sse, write};

pub(crate) struct GetObjectAttributes;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    key: String,
    expected_bucket_owner: Option<String>,
    version_id: Option<String>,
    object_attributes: Vec<String>,
}

impl Operation for GetObjectAttributes {
    const ID: OpId = OpId::new("s3", "GetObjectAttributes");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let owner = input.expected_bucket_owner.as_deref();
        // Both are needed (S3 API reference, GetObjectAttributes).
        let actions = if input.version_id.is_some() {
            ["s3:GetObjectVersion", "s3:GetObjectVersionAttributes"]
        } else {
            ["s3:GetObject", "s3:GetObjectAttributes"]
        };
        let version = input.version_id.as_deref();
        let on =
            |action| checks::on_version(lookup, action, &input.bucket, &input.key, version, owner);
        actions.into_iter().map(on).collect()
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let (version, content) =
            object::find(cx, &bucket, &input.key, input.version_id.as_deref())?;
        sse::open(cx, &bucket, &content.sse)?;
        let mut map = serde_json::Map::new();
        map.insert(
            "LastModified".to_owned(),
            json!(time::seconds(version.modified_ms / 1000 * 1000)),
        );
        for name in input.object_attributes {
            match name.as_str() {
                "ETag" => map.insert(name, json!(content.etag)),
                "ObjectSize" => map.insert(name, json!(content.size)),
                "StorageClass" => map.insert(name, json!(content.storage_class)),
                "Checksum" => {
                    let mut checksum = serde_json::Map::new();
                    write::insert_checksum(&mut checksum, content.checksum.as_ref());
                    map.insert(name, Value::Object(checksum))
                }
                "ObjectParts" if content.multipart => {
                    map.insert(name, json!({"TotalPartsCount": content.parts.len()}))
                }
                _ => None,
            };
        }
        if bucket.versioning.is_some() {
            map.insert("VersionId".to_owned(), json!(version.id));
        }
        Ok(Value::Object(map))
    }
}
