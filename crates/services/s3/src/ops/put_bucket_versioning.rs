//! Turns versions on or off.

use sekisho_engine::prelude::*;

use crate::{bucket, checks};

pub(crate) struct PutBucketVersioning;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    versioning_configuration: Configuration,
}

impl Operation for PutBucketVersioning {
    const ID: OpId = OpId::new("s3", "PutBucketVersioning");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:PutBucketVersioning",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        if input.versioning_configuration.mfa_delete.as_deref() == Some("Enabled") {
            let message = "MFADelete of s3:PutBucketVersioning is not supported by sekisho yet";
            return Err(ApiError::new("NotImplemented", message).status(501));
        }
        let Some(status) = input.versioning_configuration.status else {
            // Recorded: radkawar/stackd s3/versioning.json.
            let code = "IllegalVersioningConfigurationException";
            let message = "The Versioning element must be specified";
            return Err(ApiError::new(code, message).status(400));
        };
        let replicates = bucket::find(cx, &input.bucket)?
            .settings
            .replication
            .is_some();
        if replicates && status != "Enabled" {
            // Recorded with its code: radkawar/stackd s3/replication_control_replay, sequence 27.
            let message = "A replication configuration is present on this bucket, so you cannot change the versioning state. To change the versioning state, first delete the replication configuration.";
            return Err(ApiError::new("InvalidBucketState", message).status(409));
        }
        bucket::change(cx, &input.bucket, |b| {
            b.versioning = Some(status);
            Ok(())
        })?;
        Ok(json!({}))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Configuration {
    status: Option<String>,
    #[serde(rename = "MFADelete")]
    mfa_delete: Option<String>,
}
