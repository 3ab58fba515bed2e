//! Says where accesses are logged; that is kept, nothing is logged here.

use sekisho_engine::prelude::*;

use crate::bucket::{self, BUCKETS, Bucket};
use crate::checks;

pub(crate) struct PutBucketLogging;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    bucket_logging_status: Status,
}

impl Operation for PutBucketLogging {
    const ID: OpId = OpId::new("s3", "PutBucketLogging");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:PutBucketLogging",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        if let Some(enabled) = &input.bucket_logging_status.logging_enabled {
            let named = enabled.get("TargetBucket").and_then(Value::as_str);
            let target = cx.get(&BUCKETS, named.unwrap_or_default())?;
            let source = bucket::find(cx, &input.bucket)?;
            let fits = |t: &Bucket| t.account == source.account && t.region == source.region;
            if !target.is_some_and(|t| fits(&t)) {
                let message = "The target bucket for logging does not exist";
                return Err(ApiError::new("InvalidTargetBucketForLogging", message).status(400));
            }
        }
        bucket::change(cx, &input.bucket, |b| {
            b.settings.logging = input.bucket_logging_status.logging_enabled;
            Ok(())
        })?;
        Ok(json!({}))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Status {
    logging_enabled: Option<Value>,
}
