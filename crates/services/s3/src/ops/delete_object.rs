//! Removes an object: for good, or by a delete marker where the bucket keeps versions.

use sekisho_engine::prelude::*;

use crate::bucket::Bucket;
use crate::object::{self, Version};
use crate::{bucket, checks, conditions};

pub(crate) struct DeleteObject;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    key: String,
    expected_bucket_owner: Option<String>,
    version_id: Option<String>,
    if_match: Option<String>,
}

impl Operation for DeleteObject {
    const ID: OpId = OpId::new("s3", "DeleteObject");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let owner = input.expected_bucket_owner.as_deref();
        let action = if input.version_id.is_some() {
            "s3:DeleteObjectVersion"
        } else {
            "s3:DeleteObject"
        };
        let check = checks::on_object(lookup, action, &input.bucket, &input.key, owner)?;
        Ok(vec![
            check
                .with_opt("s3:VersionId", input.version_id.clone())
                .with_opt("s3:if-match", input.if_match.clone()),
        ])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        conditions::of_write(cx, &bucket, &input.key, input.if_match.as_deref(), None)?;
        delete(cx, &bucket, &input.key, input.version_id.as_deref())
    }
}

/// Deletes a key or one version of it; what is not there is deleted already.
pub(crate) fn delete(
    cx: &mut Cx<'_>,
    bucket: &Bucket,
    key: &str,
    version_id: Option<&str>,
) -> Result<Value, ApiError> {
    if let Some(id) = version_id {
        let gone = object::remove(cx, bucket, key, id)?;
        let mut output = json!({"VersionId": id});
        if let (true, Some(map)) = (
            gone.is_some_and(|v| v.content.is_none()),
            output.as_object_mut(),
        ) {
            map.insert("DeleteMarker".to_owned(), json!(true));
        }
        return Ok(output);
    }
    if bucket.versioning.is_none() {
        object::remove(cx, bucket, key, "null")?;
        return Ok(json!({}));
    }
    let owner = bucket.account.clone();
    let marker = Version {
        id: String::new(),
        modified_ms: cx.now_ms(),
        owner,
        acl: None,
        content: None,
    };
    let id = object::add(cx, bucket, key, marker)?;
    Ok(json!({"DeleteMarker": true, "VersionId": id}))
}
