//! Replaces the tags of an object.

use sekisho_engine::prelude::*;

use crate::tags::{Tagging, accept};
use crate::{bucket, checks, object};

pub(crate) struct PutObjectTagging;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    key: String,
    expected_bucket_owner: Option<String>,
    version_id: Option<String>,
    tagging: Tagging,
}

impl Operation for PutObjectTagging {
    const ID: OpId = OpId::new("s3", "PutObjectTagging");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let owner = input.expected_bucket_owner.as_deref();
        let action = if input.version_id.is_some() {
            "s3:PutObjectVersionTagging"
        } else {
            "s3:PutObjectTagging"
        };
        let check = checks::on_version(
            lookup,
            action,
            &input.bucket,
            &input.key,
            input.version_id.as_deref(),
            owner,
        )?;
        let tags = input.tagging.tag_set.iter();
        let tags = tags.map(|t| (t.key.clone(), t.value.clone())).collect();
        Ok(vec![checks::tagged(check, &tags)])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let tags = accept(input.tagging, 10)?;
        let (version, _) = object::find(cx, &bucket, &input.key, input.version_id.as_deref())?;
        object::change(cx, &bucket, &input.key, &version.id, |c| c.tags = tags)?;
        Ok(json!({}))
    }
}
