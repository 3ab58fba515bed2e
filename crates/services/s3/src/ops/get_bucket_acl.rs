//! The ACL of a bucket: its owner has everything, and others what a canned ACL gives them.

use sekisho_engine::prelude::*;

use crate::checks::OnBucket;
use crate::{acl, bucket};

pub(crate) struct GetBucketAcl;

impl Operation for GetBucketAcl {
    const ID: OpId = OpId::new("s3", "GetBucketAcl");
    const WRITES: bool = false;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:GetBucketAcl")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        Ok(json!({"Owner": {"ID": bucket.owner_id()}, "Grants": acl::bucket_grants(&bucket)}))
    }
}
