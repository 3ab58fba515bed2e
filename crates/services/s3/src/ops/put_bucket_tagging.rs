//! Replaces the tags of a bucket.

use sekisho_engine::Tags;
use sekisho_engine::prelude::*;

use crate::{bucket, checks};

pub(crate) struct PutBucketTagging;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    tagging: Tagging,
}

impl Operation for PutBucketTagging {
    const ID: OpId = OpId::new("s3", "PutBucketTagging");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:PutBucketTagging",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let tags = accept(input.tagging, 50)?;
        bucket::change(cx, &input.bucket, |b| {
            b.tags = tags;
            Ok(())
        })?;
        Ok(json!({}))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Tagging {
    pub(crate) tag_set: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Tag {
    pub(crate) key: String,
    pub(crate) value: String,
}

/// Keys must differ, and there is a limit.
pub(crate) fn accept(tagging: Tagging, limit: usize) -> Result<Tags, ApiError> {
    let tags: Tags = tagging
        .tag_set
        .into_iter()
        .map(|t| (t.key, t.value))
        .collect();
    let mut keys: Vec<&str> = tags.iter().map(|(k, _)| k.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    if keys.len() != tags.len() {
        return Err(ApiError::new(
            "InvalidTag",
            "Cannot provide multiple Tags with the same key",
        )
        .status(400));
    }
    if tags.len() > limit {
        return Err(
            ApiError::new("BadRequest", format!("Tags cannot be greater than {limit}")).status(400),
        );
    }
    Ok(tags)
}
