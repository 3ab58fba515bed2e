//! Puts the default encryption of a bucket back to AES256.

use sekisho_engine::prelude::*;

use crate::bucket;
use crate::bucket::Encryption;
use crate::checks::OnBucket;

pub(crate) struct DeleteBucketEncryption;

impl Operation for DeleteBucketEncryption {
    const ID: OpId = OpId::new("s3", "DeleteBucketEncryption");
    const WRITES: bool = true;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:PutEncryptionConfiguration")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        bucket::change(cx, &input.bucket, |b| {
            b.encryption = Encryption::default();
            Ok(())
        })?;
        Ok(json!({}))
    }
}
