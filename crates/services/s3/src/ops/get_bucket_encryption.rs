//! Reads the default encryption of a bucket; there always is one.

use sekisho_engine::prelude::*;

use crate::{bucket, checks};

pub(crate) struct GetBucketEncryption;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
}

impl Operation for GetBucketEncryption {
    const ID: OpId = OpId::new("s3", "GetBucketEncryption");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:GetEncryptionConfiguration",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let mut default = json!({"SSEAlgorithm": bucket.encryption.algorithm});
        if let (Some(key), Some(map)) = (&bucket.encryption.key, default.as_object_mut()) {
            map.insert("KMSMasterKeyID".to_owned(), json!(key));
        }
        let rule = json!({"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": bucket.encryption.bucket_key});
        Ok(json!({"ServerSideEncryptionConfiguration": {"Rules": [rule]}}))
    }
}
