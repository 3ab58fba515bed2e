//! Sets the default encryption of a bucket.

use sekisho_engine::prelude::*;

use crate::bucket::Encryption;
use crate::{bucket, checks};

pub(crate) struct PutBucketEncryption;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    server_side_encryption_configuration: Configuration,
}

impl Operation for PutBucketEncryption {
    const ID: OpId = OpId::new("s3", "PutBucketEncryption");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:PutEncryptionConfiguration",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let [rule] = input.server_side_encryption_configuration.rules.as_slice() else {
            let message = "The XML you provided was not well-formed or did not validate against our published schema";
            return Err(ApiError::new("MalformedXML", message).status(400));
        };
        let default = rule.apply_server_side_encryption_by_default.as_ref();
        let encryption = Encryption {
            algorithm: default.map_or_else(|| "AES256".to_owned(), |d| d.sse_algorithm.clone()),
            key: default.and_then(|d| d.kms_master_key_id.clone()),
            bucket_key: rule.bucket_key_enabled,
        };
        if encryption.algorithm == "aws:kms:dsse" {
            return Err(ApiError::new(
                "NotImplemented",
                "sekisho does not support the encryption aws:kms:dsse yet",
            )
            .status(501));
        }
        bucket::change(cx, &input.bucket, |b| {
            b.encryption = encryption;
            Ok(())
        })?;
        Ok(json!({}))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Configuration {
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rule {
    apply_server_side_encryption_by_default: Option<Default>,
    #[serde(default)]
    bucket_key_enabled: bool,
}

#[derive(Deserialize)]
struct Default {
    #[serde(rename = "SSEAlgorithm")]
    sse_algorithm: String,
    #[serde(rename = "KMSMasterKeyID")]
    kms_master_key_id: Option<String>,
}
