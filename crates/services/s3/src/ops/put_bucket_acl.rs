//! Sets the ACL of a bucket: only that its owner has everything, as it is anyway.

use sekisho_engine::prelude::*;

use crate::{bucket, checks};

pub(crate) struct PutBucketAcl;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    #[serde(rename = "ACL")]
    acl: Option<String>,
    access_control_policy: Option<Value>,
}

impl Operation for PutBucketAcl {
    const ID: OpId = OpId::new("s3", "PutBucketAcl");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:PutBucketAcl",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        if bucket.enforced() {
            let message = "The bucket does not allow ACLs";
            return Err(ApiError::new("AccessControlListNotSupported", message).status(400));
        }
        let owner = bucket.owner_id();
        let own = |grant: &Value| {
            grant.pointer("/Grantee/ID") == Some(&json!(owner))
                && grant.get("Permission") == Some(&json!("FULL_CONTROL"))
        };
        let grants = input.access_control_policy.as_ref();
        let grants = grants.and_then(|p| p.get("Grants")?.as_array());
        let private = match (input.acl.as_deref(), grants) {
            (Some(acl), _) => acl == "private",
            (None, Some(grants)) => !grants.is_empty() && grants.iter().all(own),
            (None, None) => false,
        };
        if private {
            return Ok(json!({}));
        }
        let message = "sekisho does not support bucket ACLs that give somebody else something yet";
        Err(ApiError::new("NotImplemented", message).status(501))
    }
}
