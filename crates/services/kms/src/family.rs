//! Keys of several Regions: a primary key and its replicas have one id and one material, and each its own policy, tags and state (KMS
//! developer guide, "Multi-Region keys"; recorded, `spec/authorization.md` section 8.3 and radkawar/stackd kms/multi_region).

use std::sync::Arc;

use sekisho_engine::{ApiError, Lookup};
use serde_json::{Value, json};

use crate::keys::{self, KEYS, Key, State};

/// The Regions of the partition in which such keys may be.
const REGIONS: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// What the aliases of keys are answered with by operations on the whole family.
pub(crate) fn no_alias(name: &str) -> Result<(), ApiError> {
    match name.contains("alias/") {
        true => Err(ApiError::new(
            "InvalidArnException",
            "Key Aliases are not supported for this operation.",
        )),
        false => Ok(()),
    }
}

/// The ARN of the same key in another Region.
pub(crate) fn arn_in(arn: &str, region: &str) -> String {
    let mut parts: Vec<&str> = arn.splitn(6, ':').collect();
    if let Some(own) = parts.get_mut(3) {
        *own = region;
    }
    parts.join(":")
}

/// The key that opens what the key `arn` sealed, in the Region of the call: of a key of several Regions the one that is there.
pub(crate) fn here(lookup: &Lookup<'_>, arn: String) -> String {
    match keys::multi_region(&arn) {
        true => arn_in(&arn, lookup.region()),
        false => arn,
    }
}

/// Whether `named` is the same key in another Region, which cannot do anything in this one.
pub(crate) fn is_elsewhere(named: &str, arn: &str) -> bool {
    named.starts_with("arn:")
        && keys::multi_region(named)
        && named != arn
        && named.rsplit('/').next() == arn.rsplit('/').next()
}

/// A Region to which a key may be replicated.
pub(crate) fn region(name: &str) -> Result<(), ApiError> {
    let invalid = |message: String| Err(ApiError::new("ValidationException", message));
    if REGIONS.contains(&name) {
        return Ok(());
    }
    if name.starts_with("cn-") || name.starts_with("us-gov-") {
        let message =
            "The replica key Region must be in the same AWS partition as the primary key Region.";
        return invalid(message.to_owned());
    }
    invalid(format!(
        "Region {name} is not a valid Region or multi-Region keys are not supported in Region {name}."
    ))
}

/// All keys with the id of this one that were not deleted, in the order of their Regions.
pub(crate) fn members(lookup: &Lookup<'_>, key: &Key) -> Result<Vec<Arc<Key>>, ApiError> {
    let all = lookup.scan(&KEYS, &format!("{}/", key.account))?;
    let there =
        |k: &Arc<Key>| k.id == key.id && k.deletion_ms.is_none_or(|at| at > lookup.now_ms());
    let mut members: Vec<Arc<Key>> = all.into_iter().map(|(_, k)| k).filter(there).collect();
    members.sort_by(|a, b| a.region.cmp(&b.region));
    Ok(members)
}

/// Those of them that are replicas.
pub(crate) fn replicas(lookup: &Lookup<'_>, key: &Key) -> Result<Vec<Arc<Key>>, ApiError> {
    let mut members = members(lookup, key)?;
    members.retain(|k| k.primary_region.is_some());
    Ok(members)
}

/// A primary key that waits for its replicas: once the last of them is gone, its own waiting time begins.
pub(crate) fn settled(lookup: &Lookup<'_>, key: &Arc<Key>) -> Result<Arc<Key>, ApiError> {
    if key.state != State::PendingReplicaDeletion || !replicas(lookup, key)?.is_empty() {
        return Ok(Arc::clone(key));
    }
    let all = lookup.scan(&KEYS, &format!("{}/", key.account))?;
    let others = all.iter().map(|(_, k)| k);
    let others = others.filter(|k| k.id == key.id && k.primary_region.is_some());
    let last = others.filter_map(|k| k.deletion_ms).max();
    let mut key = key.as_ref().clone();
    key.state = State::PendingDeletion;
    let window = key.pending_days.unwrap_or_default() * 86_400_000;
    key.deletion_ms = last.map(|at| at + window);
    Ok(Arc::new(key))
}

/// Days between rotations: those of the primary key.
pub(crate) fn rotation_days(lookup: &Lookup<'_>, key: &Key) -> Result<Option<i64>, ApiError> {
    let Some(region) = &key.primary_region else {
        return Ok(key.rotation_days);
    };
    let primary = lookup.get(&KEYS, &keys::row(&key.account, region, &key.id))?;
    Ok(primary.and_then(|p| p.rotation_days))
}

/// A replica's rotation is its primary's.
pub(crate) fn rotates_itself(key: &Key, operation: &str) -> Result<(), ApiError> {
    if key.primary_region.is_none() {
        return Ok(());
    }
    let message = format!(
        "{} is a multi-region replica key which is not valid for {operation}.",
        key.arn
    );
    Err(ApiError::new("UnsupportedOperationException", message))
}

/// `MultiRegionConfiguration`; nothing of a key of one Region.
pub(crate) fn shown(lookup: &Lookup<'_>, key: &Key) -> Result<Option<Value>, ApiError> {
    if !keys::multi_region(&key.id) {
        return Ok(None);
    }
    let named = |arn: &str, region: &str| json!({"Arn": arn, "Region": region});
    let primary = key.primary_region.as_ref().unwrap_or(&key.region);
    let replicas = replicas(lookup, key)?;
    let replicas: Vec<Value> = replicas.iter().map(|k| named(&k.arn, &k.region)).collect();
    Ok(Some(json!({
        "MultiRegionKeyType": key.kind(),
        "PrimaryKey": named(&arn_in(&key.arn, primary), primary),
        "ReplicaKeys": replicas,
    })))
}
