//! Says who is told of what happens in a bucket; EventBridge may be, and is told nothing here.

use crate::{bucket, checks};
use sekisho_engine::prelude::*;
use serde_json::Map;

pub(crate) struct PutBucketNotificationConfiguration;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    notification_configuration: Map<String, Value>,
}

impl Operation for PutBucketNotificationConfiguration {
    const ID: OpId = OpId::new("s3", "PutBucketNotificationConfiguration");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:PutBucketNotification",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let configuration = input.notification_configuration;
        let others = configuration.iter().find(|(name, value)| {
            *name != "EventBridgeConfiguration" && value.as_array().is_some_and(|l| !l.is_empty())
        });
        if let Some((name, _)) = others {
            let message = format!("sekisho does not support {name} of buckets yet");
            return Err(ApiError::new("NotImplemented", message).status(501));
        }
        let event_bridge = configuration.get("EventBridgeConfiguration").cloned();
        bucket::change(cx, &input.bucket, |b| {
            b.settings.notification = event_bridge.map(|e| json!({"EventBridgeConfiguration": e}));
            Ok(())
        })?;
        Ok(json!({}))
    }
}
