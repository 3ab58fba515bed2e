//! Removes the tags of an object.

use sekisho_engine::prelude::*;

use crate::{bucket, checks, object};

pub(crate) struct DeleteObjectTagging;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    key: String,
    expected_bucket_owner: Option<String>,
    version_id: Option<String>,
}

impl Operation for DeleteObjectTagging {
    const ID: OpId = OpId::new("s3", "DeleteObjectTagging");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let owner = input.expected_bucket_owner.as_deref();
        let action = if input.version_id.is_some() {
            "s3:DeleteObjectVersionTagging"
        } else {
            "s3:DeleteObjectTagging"
        };
        Ok(vec![checks::on_version(
            lookup,
            action,
            &input.bucket,
            &input.key,
            input.version_id.as_deref(),
            owner,
        )?])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let (version, _) = object::find(cx, &bucket, &input.key, input.version_id.as_deref())?;
        object::change(cx, &bucket, &input.key, &version.id, |c| c.tags.clear())?;
        Ok(json!({}))
    }
}
