//! Decides who owns what is written into a bucket.

use sekisho_engine::prelude::*;

use crate::{bucket, checks};

pub(crate) struct PutBucketOwnershipControls;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    ownership_controls: Controls,
}

impl Operation for PutBucketOwnershipControls {
    const ID: OpId = OpId::new("s3", "PutBucketOwnershipControls");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:PutBucketOwnershipControls",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let ownership = match input.ownership_controls.rules.as_slice() {
            [rule] => rule.object_ownership.clone(),
            _ => return Err(ApiError::new("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema").status(400)),
        };
        bucket::change(cx, &input.bucket, |b| {
            // What somebody else has must be taken away first (S3 user guide, "Prerequisites for disabling ACLs").
            if ownership == "BucketOwnerEnforced" && b.acl.is_some() {
                let message = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting";
                let code = "InvalidBucketAclWithObjectOwnership";
                return Err(ApiError::new(code, message).status(400));
            }
            b.ownership = Some(ownership);
            Ok(())
        })?;
        Ok(json!({}))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Controls {
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rule {
    object_ownership: String,
}
