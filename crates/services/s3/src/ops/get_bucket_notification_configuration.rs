//! Reads who is told of what happens in a bucket.

use sekisho_engine::prelude::*;

use crate::{bucket, checks};

pub(crate) struct GetBucketNotificationConfiguration;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
}

impl Operation for GetBucketNotificationConfiguration {
    const ID: OpId = OpId::new("s3", "GetBucketNotificationConfiguration");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:GetBucketNotification",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let kept = bucket.settings.notification.clone();
        Ok(kept.unwrap_or_else(|| json!({})))
    }
}
