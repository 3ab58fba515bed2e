//! Reads the tags of an object.

use sekisho_engine::prelude::*;

use crate::{bucket, checks, object};

pub(crate) struct GetObjectTagging;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    key: String,
    expected_bucket_owner: Option<String>,
    version_id: Option<String>,
}

impl Operation for GetObjectTagging {
    const ID: OpId = OpId::new("s3", "GetObjectTagging");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let owner = input.expected_bucket_owner.as_deref();
        let action = if input.version_id.is_some() {
            "s3:GetObjectVersionTagging"
        } else {
            "s3:GetObjectTagging"
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
        let (_, content) = object::find(cx, &bucket, &input.key, input.version_id.as_deref())?;
        let tags: Vec<Value> = content
            .tags
            .iter()
            .map(|(k, v)| json!({"Key": k, "Value": v}))
            .collect();
        Ok(json!({"TagSet": tags}))
    }
}
