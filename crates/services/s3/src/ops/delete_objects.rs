//! Removes up to 1,000 objects; each is decided by itself.

use sekisho_engine::prelude::*;
use serde_json::Map;

use crate::bucket;

pub(crate) struct DeleteObjects;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    delete: Delete,
}

impl Operation for DeleteObjects {
    const ID: OpId = OpId::new("s3", "DeleteObjects");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        bucket::look(
            lookup,
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )?;
        // Every key is authorized as a call of its own, so that one denial does not keep the others.
        Ok(Vec::new())
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        // S3 API reference, DeleteObjects: up to 1,000 keys.
        if input.delete.objects.len() > 1_000 {
            let message = "The XML you provided was not well-formed or did not validate against our published schema";
            return Err(ApiError::new("MalformedXML", message).status(400));
        }
        let mut deleted = Vec::new();
        let mut errors = Vec::new();
        for object in input.delete.objects {
            let mut call = json!({"Bucket": input.bucket, "Key": object.key});
            let conditions = [
                ("VersionId", object.version_id.as_ref().map(|id| json!(id))),
                ("IfMatch", object.etag.as_ref().map(|etag| json!(etag))),
                ("IfMatchLastModifiedTime", object.last_modified_time.clone()),
                ("IfMatchSize", object.size.clone()),
            ];
            if let Some(map) = call.as_object_mut() {
                for (name, value) in conditions {
                    map.extend(value.map(|value| (name.to_owned(), value)));
                }
            }
            match cx.again("DeleteObject", call) {
                Err(error) => {
                    let mut row = object.row();
                    row.insert("Code".to_owned(), json!(error.code));
                    row.insert("Message".to_owned(), json!(error.message));
                    errors.push(row);
                }
                Ok(answer) if !input.delete.quiet => {
                    let mut row = object.row();
                    if answer.get("DeleteMarker").is_some() {
                        // One that was made, or one that was removed.
                        let id = answer.get("VersionId").cloned().unwrap_or_default();
                        row.insert("DeleteMarker".to_owned(), json!(true));
                        row.insert("DeleteMarkerVersionId".to_owned(), id);
                    }
                    deleted.push(row);
                }
                Ok(_) => {}
            }
        }
        Ok(json!({"Deleted": deleted, "Errors": errors}))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Delete {
    objects: Vec<Object>,
    #[serde(default)]
    quiet: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Object {
    key: String,
    version_id: Option<String>,
    /// Conditions: what does not hold of the object keeps it.
    #[serde(rename = "ETag")]
    etag: Option<String>,
    last_modified_time: Option<Value>,
    size: Option<Value>,
}

impl Object {
    /// What every line of the answer says of it.
    fn row(&self) -> Map<String, Value> {
        let mut row = Map::new();
        row.insert("Key".to_owned(), json!(self.key));
        if let Some(id) = &self.version_id {
            row.insert("VersionId".to_owned(), json!(id));
        }
        row
    }
}
