//! Key policies: the default, the principals, and the check that keeps a key manageable.

use sekisho_engine::{ApiError, Lookup, PolicyText, Resource, Tags, pin};
use sekisho_policy::{Kind, ResourceKind, validate};
use serde_json::json;

use crate::{checks, keys};

pub(crate) fn default_policy(account: &str) -> String {
    json!({
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [{
            "Sid": "Enable IAM User Permissions",
            "Effect": "Allow",
            "Principal": {"AWS": format!("arn:aws:iam::{account}:root")},
            "Action": "kms:*",
            "Resource": "*",
        }],
    })
    .to_string()
}

/// The same, as it is kept.
pub(crate) fn default_text(account: &str) -> PolicyText {
    PolicyText::plain(default_policy(account))
}

/// The policy of `alias/aws/<service>`: everyone in the account, through that service.
pub(crate) fn aws_managed_policy(service: &str, region: &str, account: &str) -> String {
    let mut actions = vec![
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:ReEncrypt*",
        "kms:GenerateDataKey*",
        "kms:DescribeKey",
    ];
    // ECR works by grants (ECR user guide, "Encryption at rest").
    if service == "ecr" {
        actions.extend(["kms:CreateGrant", "kms:RetireGrant"]);
    }
    json!({
        "Version": "2012-10-17",
        "Id": format!("auto-{service}-2"),
        "Statement": [{
            "Sid": format!("Allow access through {} for all principals in the account that are authorized to use {0}", service.to_uppercase()),
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": actions,
            "Resource": "*",
            "Condition": {"StringEquals": {
                "kms:ViaService": format!("{service}.{region}.amazonaws.com"),
                "kms:CallerAccount": account,
            }},
        }, {
            "Sid": "Allow direct access to key metadata to the account",
            "Effect": "Allow",
            "Principal": {"AWS": format!("arn:aws:iam::{account}:root")},
            "Action": ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
            "Resource": "*",
        }],
    })
    .to_string()
}

fn malformed(message: impl Into<String>) -> ApiError {
    ApiError::new("MalformedPolicyDocumentException", message)
}

/// Validates a key policy for the key `arn`, which has these tags. Unless `bypass` is set, the caller must be able to change
/// the policy afterwards, as far as is known of the key.
pub(crate) fn accept(
    lookup: &Lookup<'_>,
    arn: &str,
    tags: &Tags,
    text: &str,
    bypass: bool,
) -> Result<PolicyText, ApiError> {
    let document = validate(text, Kind::Key).map_err(|e| ApiError::new(e.code, e.message))?;
    let pins = pin(lookup, &document)?.map_err(|_| {
        malformed("Policy contains a statement with one or more invalid principals.")
    })?;
    let policy = PolicyText::pinned(text, pins);
    if !bypass {
        let account = arn.split(':').nth(4).unwrap_or_default();
        let mut key = Resource::owned_by(account);
        key.kind = ResourceKind::Key;
        key.tags.clone_from(tags);
        key.policy = policy.compiled(|| {
            let id = arn.rsplit('/').next().unwrap_or_default();
            format!("key policy of key/{id}")
        });
        let again = checks::about(lookup, "PutKeyPolicy", arn)?
            .with("kms:BypassPolicyLockoutSafetyCheck", "false");
        let mut again = checks::of_policy(again, None);
        // A replica that is made from here is changed where it is.
        let region = arn.split(':').nth(3).unwrap_or_default();
        if region != lookup.region() {
            again = again
                .with("aws:RequestedRegion", region)
                .with("kms:MultiRegionKeyType", keys::REPLICA);
        }
        if lookup.denial(&again, &key)?.is_some() {
            return Err(malformed(
                "The new key policy will not allow you to update the key policy in the future.",
            ));
        }
    }
    Ok(policy)
}
