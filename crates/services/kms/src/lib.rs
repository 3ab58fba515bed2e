//! KMS: symmetric keys with real AES-256-GCM, key policies, aliases and grants.

mod checks;
mod cipher;
mod family;
mod grants;
mod keys;
mod ops;
mod policy;

use sekisho_arn::Arn;
use sekisho_engine::{
    AccessDenied, ApiError, Check, Lookup, MANAGED_KEY, Paging, Resource, Service, invalid,
};
use sekisho_policy::ResourceKind;

/// The service.
#[must_use]
pub fn service() -> Service {
    let service = Service::new("kms", AccessDenied::JSON, resolve, invalid::json)
        .tagged_once("TagException", "Duplicate tag keys");
    ops::all(service.taking(TAKEN).paged(PAGING))
}

const TAKEN: &[&str] = &[
    // Keys are symmetric, their material is ours, and they have one policy.
    "EncryptionAlgorithm=SYMMETRIC_DEFAULT",
    "SourceEncryptionAlgorithm=SYMMETRIC_DEFAULT",
    "DestinationEncryptionAlgorithm=SYMMETRIC_DEFAULT",
    "CreateKey.Origin=AWS_KMS",
    "PutKeyPolicy.PolicyName=default",
];

/// KMS API reference, `Limit` of each; the error is recorded (`spec/authorization.md` section 8.2).
const PAGING: Paging = Paging {
    size: "Limit",
    from: "Marker",
    more: Some("Truncated"),
    next: "NextMarker",
    usual: |operation| match operation {
        "ListKeys" | "ListKeyPolicies" => 100,
        _ => 50,
    },
    invalid: || ApiError::new("InvalidMarkerException", ""),
};

/// What another account may do with a key, whatever the key policy says (KMS developer guide, "Allowing users in
/// other accounts to use a KMS key").
const CROSS_ACCOUNT: &[&str] = &[
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:GetKeyRotationStatus",
    "kms:GetPublicKey",
    "kms:ListGrants",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:RetireGrant",
    "kms:RevokeGrant",
];

fn resolve(lookup: &Lookup<'_>, check: &Check, arn: &Arn) -> Result<Resource, ApiError> {
    let mut resource = Resource::owned_by(&arn.account);
    let Some(id) = arn.resource.strip_prefix("key/") else {
        return Ok(resource);
    };
    resource.kind = ResourceKind::Key;
    resource.policy_noun = "key policy";
    let Some(key) = lookup.get(&keys::KEYS, &keys::row(&arn.account, &arn.region, id))? else {
        return Ok(resource);
    };
    resource.tags.clone_from(&key.tags);
    if key.aws_managed {
        resource.policy_noun = MANAGED_KEY;
    }
    let foreign = lookup.account() != arn.account;
    if !foreign || CROSS_ACCOUNT.contains(&check.action.as_str()) {
        resource.policy = key.policy.compiled(|| format!("key policy of key/{id}"));
        resource.grants = grants::of_key(lookup, &check.resource)?;
    }
    Ok(resource)
}
