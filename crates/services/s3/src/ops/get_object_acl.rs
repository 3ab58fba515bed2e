//! The ACL of an object: its owner has everything, and others what a canned ACL gives them.

use sekisho_engine::canonical_id;
use sekisho_engine::prelude::*;

use crate::{acl, bucket, checks, object};

pub(crate) struct GetObjectAcl;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    key: String,
    expected_bucket_owner: Option<String>,
    version_id: Option<String>,
}

impl Operation for GetObjectAcl {
    const ID: OpId = OpId::new("s3", "GetObjectAcl");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let owner = input.expected_bucket_owner.as_deref();
        let action = if input.version_id.is_some() {
            "s3:GetObjectVersionAcl"
        } else {
            "s3:GetObjectAcl"
        };
        Ok(vec![checks::on_version(
            lookup,
            action,
            &input.bucket,
            &input.key,
            input.version_id.as_deref(),
            owner,
        )?])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let (version, _) = object::find(cx, &bucket, &input.key, input.version_id.as_deref())?;
        let owner = canonical_id(version.owner(&bucket));
        Ok(json!({"Owner": {"ID": owner}, "Grants": acl::grants(&bucket, &version)}))
    }
}
