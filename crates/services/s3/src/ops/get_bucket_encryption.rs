//! Reads the default encryption of a bucket; there always is one.

use sekisho_engine::prelude::*;

use crate::bucket::{self, Encryption};
use crate::checks::OnBucket;

pub(crate) struct GetBucketEncryption;

impl Operation for GetBucketEncryption {
    const ID: OpId = OpId::new("s3", "GetBucketEncryption");
    const WRITES: bool = false;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:GetEncryptionConfiguration")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let mut default = json!({"SSEAlgorithm": bucket.encryption.algorithm});
        if let (Some(key), Some(map)) = (&bucket.encryption.key, default.as_object_mut()) {
            map.insert("KMSMasterKeyID".to_owned(), json!(key));
        }
        let mut rule = json!({"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": bucket.encryption.bucket_key});
        // Recorded for buckets that are new (radkawar/stackd s3/recreation_authority_replay 13).
        if bucket.encryption == Encryption::default()
            && let Some(map) = rule.as_object_mut()
        {
            let blocked = json!({"EncryptionType": ["SSE-C"]});
            map.insert("BlockedEncryptionTypes".to_owned(), blocked);
        }
        Ok(json!({"ServerSideEncryptionConfiguration": {"Rules": [rule]}}))
    }
}
