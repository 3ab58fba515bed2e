//! The ACL of a bucket: its owner has everything.

use sekisho_engine::prelude::*;

use crate::bucket;
use crate::checks::OnBucket;

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
        let grantee = json!({"ID": bucket.owner_id(), "Type": "CanonicalUser"});
        Ok(
            json!({"Owner": {"ID": bucket.owner_id()}, "Grants": [{"Grantee": grantee, "Permission": "FULL_CONTROL"}]}),
        )
    }
}
