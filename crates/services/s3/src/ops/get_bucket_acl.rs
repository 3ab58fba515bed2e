//! The ACL of a bucket: its owner has everything.

use sekisho_engine::prelude::*;

use crate::{bucket, checks};

pub(crate) struct GetBucketAcl;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
}

impl Operation for GetBucketAcl {
    const ID: OpId = OpId::new("s3", "GetBucketAcl");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:GetBucketAcl",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let grantee = json!({"ID": bucket.owner_id(), "Type": "CanonicalUser"});
        Ok(
            json!({"Owner": {"ID": bucket.owner_id()}, "Grants": [{"Grantee": grantee, "Permission": "FULL_CONTROL"}]}),
        )
    }
}
