//! The check that every operation on a key makes, with the condition keys of KMS.

use std::collections::BTreeMap;

use sekisho_engine::{ApiError, Check, Lookup};

use crate::grants::Constraints;
use crate::keys;

/// `kms:<operation>` on the key that `name` means.
pub(crate) fn on_key(lookup: &Lookup<'_>, operation: &str, name: &str) -> Result<Check, ApiError> {
    let arn = keys::resolve(lookup, name)?;
    let check = about(lookup, operation, &arn)?;
    // Operations that take no alias refuse it later, and have no such key.
    let action = sekisho_model::iam("kms").and_then(|m| m.actions.get(operation));
    let takes = action.is_none_or(|a| a.keys.iter().any(|key| key == "kms:RequestAlias"));
    let alias = match name.split_once(":alias/") {
        Some((_, alias)) => Some(format!("alias/{alias}")),
        None => name.starts_with("alias/").then(|| name.to_owned()),
    };
    // Also where the request leaves it to its default (KMS developer guide, `kms:EncryptionAlgorithm`).
    let encrypts = action.is_some_and(|a| a.keys.iter().any(|k| k == "kms:EncryptionAlgorithm"));
    let algorithm = encrypts.then(|| "SYMMETRIC_DEFAULT".to_owned());
    Ok(check
        .with_opt("kms:EncryptionAlgorithm", algorithm)
        .with_opt("kms:RequestAlias", alias.filter(|_| takes)))
}

/// `kms:<operation>` on a key, with what the key is, whether it is there already or not.
pub(crate) fn about(lookup: &Lookup<'_>, operation: &str, arn: &str) -> Result<Check, ApiError> {
    let several = keys::multi_region(arn);
    let key = match several {
        true => keys::by_arn(lookup, arn)?,
        false => None,
    };
    let kind = key.map_or(keys::PRIMARY, |key| key.kind());
    let check = common(lookup, Check::new(&format!("kms:{operation}"), arn));
    Ok(of_spec(check)
        .with("kms:MultiRegion", several.to_string())
        .with_opt("kms:MultiRegionKeyType", several.then_some(kind))
        .with_list("kms:ResourceAliases", keys::aliases_of(lookup, arn)?))
}

/// What all keys are here.
pub(crate) fn of_spec(check: Check) -> Check {
    check
        .with("kms:KeySpec", "SYMMETRIC_DEFAULT")
        .with("kms:KeyUsage", "ENCRYPT_DECRYPT")
        // Their old names, which policies may still have (KMS developer guide, `kms:CustomerMasterKeySpec`).
        .with("kms:CustomerMasterKeySpec", "SYMMETRIC_DEFAULT")
        .with("kms:CustomerMasterKeyUsage", "ENCRYPT_DECRYPT")
        .with("kms:KeyOrigin", "AWS_KMS")
}

/// `kms:CallerAccount`, and `kms:ViaService` for a call that a service forwarded.
pub(crate) fn common(lookup: &Lookup<'_>, check: Check) -> Check {
    let via = lookup
        .origin()
        .via()
        .and_then(|s| s.strip_suffix(".amazonaws.com"));
    check.with("kms:CallerAccount", lookup.account()).with_opt(
        "kms:ViaService",
        via.map(|s| format!("{s}.{}.amazonaws.com", lookup.region())),
    )
}

/// Which policy of a key is meant: "the value … is default" where the request does not say (KMS API reference, GetKeyPolicy and
/// PutKeyPolicy).
pub(crate) fn of_policy(check: Check, named: Option<&str>) -> Check {
    check.with("kms:PolicyName", named.unwrap_or("default"))
}

/// Whether a service asks for the caller, as those that AWS integrates with grants do.
pub(crate) fn for_aws(lookup: &Lookup<'_>, check: Check) -> Check {
    let via = lookup.origin().via().is_some();
    check.with("kms:GrantIsForAWSResource", via.to_string())
}

/// Adds what the constraints of a grant are, and the encryption context that they ask for (KMS developer guide, "AWS KMS
/// permissions": CreateGrant and RetireGrant).
pub(crate) fn with_constraints(check: Check, constraints: &Constraints) -> Check {
    // A key with one value has no list.
    let check = match constraints.kinds().as_slice() {
        [] => check,
        [kind] => check.with("kms:GrantConstraintType", kind.clone()),
        kinds => check.with_list("kms:GrantConstraintType", kinds.to_vec()),
    };
    let maps = [
        &constraints.encryption_context_equals,
        &constraints.encryption_context_subset,
    ];
    let pairs: BTreeMap<String, String> = maps
        .into_iter()
        .flatten()
        .flat_map(|map| map.clone())
        .collect();
    with_context(check, &pairs)
}

/// Adds the encryption context.
pub(crate) fn with_context(mut check: Check, context: &BTreeMap<String, String>) -> Check {
    for (key, value) in context {
        check = check.with(&format!("kms:EncryptionContext:{key}"), value.clone());
    }
    check.with_list(
        "kms:EncryptionContextKeys",
        context.keys().cloned().collect(),
    )
}
