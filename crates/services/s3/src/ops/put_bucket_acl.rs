//! Sets the ACL of a bucket: a canned one, or that its owner has everything.

use sekisho_engine::prelude::*;

use crate::{acl, bucket, checks};

pub(crate) struct PutBucketAcl;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    #[serde(rename = "ACL")]
    acl: Option<String>,
    access_control_policy: Option<Value>,
    grant_full_control: Option<String>,
    grant_read: Option<String>,
    #[serde(rename = "GrantReadACP")]
    grant_read_acp: Option<String>,
    grant_write: Option<String>,
    #[serde(rename = "GrantWriteACP")]
    grant_write_acp: Option<String>,
}

impl Input {
    /// What is given to whom by headers: the condition key of each.
    fn grants(&self) -> [(&'static str, &Option<String>); 5] {
        [
            ("s3:x-amz-grant-full-control", &self.grant_full_control),
            ("s3:x-amz-grant-read", &self.grant_read),
            ("s3:x-amz-grant-read-acp", &self.grant_read_acp),
            ("s3:x-amz-grant-write", &self.grant_write),
            ("s3:x-amz-grant-write-acp", &self.grant_write_acp),
        ]
    }
}

impl Operation for PutBucketAcl {
    const ID: OpId = OpId::new("s3", "PutBucketAcl");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let checks = checks::on_bucket(
            lookup,
            "s3:PutBucketAcl",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )?;
        let said = |check: Check| {
            let check = check.with_opt("s3:x-amz-acl", input.acl.clone());
            let grants = input.grants().into_iter();
            grants.fold(check, |check, (key, value)| {
                check.with_opt(key, value.clone())
            })
        };
        Ok(checks.into_iter().map(said).collect())
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
        let headers = input.grants().iter().any(|(_, value)| value.is_some());
        let acl = match (input.acl.as_deref(), grants) {
            _ if headers => None,
            (Some(acl), _) => Some(acl::of_bucket(cx, &bucket, acl)?),
            (None, Some(grants)) => (!grants.is_empty() && grants.iter().all(own)).then_some(None),
            (None, None) => None,
        };
        if let Some(acl) = acl {
            bucket::change(cx, &input.bucket, |b| {
                b.acl = acl;
                Ok(())
            })?;
            return Ok(json!({}));
        }
        let message = "sekisho does not support bucket ACLs that name who gets something yet, other than canned ones";
        Err(ApiError::new("NotImplemented", message).status(501))
    }
}
