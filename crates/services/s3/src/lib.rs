//! S3: buckets, and objects that are really encrypted.
//!
//! KMS is asked as the caller, with `kms:ViaService` and the `aws:s3:arn` context, so that a missing permission
//! surfaces where AWS would raise it.

mod acl;
mod applies;
mod bucket;
mod checks;
mod conditions;
mod control;
mod list;
mod named_configurations;
mod object;
mod ops;
mod policy;
mod replication;
mod sse;
mod tags;
mod upload;
mod write;

use sekisho_arn::Arn;
use sekisho_engine::{
    AccessDenied, ApiError, Check, Engine, Lookup, Paging, Resource, Service, invalid,
};
use sekisho_policy::{ContextValue, Effect, Policy};

/// The service.
#[must_use]
pub fn service() -> Service {
    let service = Service::new("s3", AccessDenied::XML, resolve, invalid::s3).tagged_once(
        "InvalidTag",
        "Cannot provide multiple Tags with the same key",
    );
    ops::all(service.taking(TAKEN).paged(PAGING))
}

/// Whether there is a bucket called so, whoever owns it.
#[must_use]
pub fn has_bucket(engine: &Engine, name: &str) -> bool {
    let found = engine.view(|state| state.get(&bucket::BUCKETS, name));
    found.is_ok_and(|bucket| bucket.is_some())
}

/// Whether an object is there, whoever may read it.
#[must_use]
pub fn has_object(engine: &Engine, bucket: &str, key: &str) -> bool {
    let row = object::row(bucket, key);
    let found = engine.view(|state| state.get(&object::OBJECTS, &row));
    let newest = found.ok().flatten();
    newest.is_some_and(|o| o.versions.first().is_some_and(|v| v.content.is_some()))
}

/// S3 Control, which signs as S3 and has a host of its own.
#[must_use]
pub fn control() -> Service {
    control::service()
}

const TAKEN: &[&str] = &[
    // Nobody pays, nothing is locked, and no delete asks for a device.
    "RequestPayer",
    "BypassGovernanceRetention",
    "MFA",
    // Of the way here.
    "ContentLength",
    "ContentMD5",
    "ChecksumAlgorithm",
    // Each part was verified when it came.
    "CompleteMultipartUpload.ChecksumType",
    "CompleteMultipartUpload.ChecksumCRC32",
    "CompleteMultipartUpload.ChecksumCRC32C",
    "CompleteMultipartUpload.ChecksumCRC64NVME",
    "CompleteMultipartUpload.ChecksumSHA1",
    "CompleteMultipartUpload.ChecksumSHA256",
    "CompleteMultipartUpload.MpuObjectSize",
    "CreateMultipartUpload.ChecksumType",
    // Parts are shown only of objects with a checksum of their own, which none has here that came in parts.
    "GetObjectAttributes.MaxParts",
    "GetObjectAttributes.PartNumberMarker",
    // They ask for more to be said of objects that were restored, and for less to be checked.
    "OptionalObjectAttributes",
    "ConfirmRemoveSelfBucketAccess",
    "SkipDestinationValidation",
];

const PAGING: Paging = Paging {
    size: "MaxBuckets",
    from: "ContinuationToken",
    more: None,
    next: "ContinuationToken",
    usual: |_| 10_000,
    invalid: || {
        let message = "The continuation token provided is incorrect";
        ApiError::new("InvalidArgument", message).status(400)
    },
};

fn resolve(lookup: &Lookup<'_>, check: &Check, arn: &Arn) -> Result<Resource, ApiError> {
    // A name that is taken is found out by the operation; the permission is the caller's own matter.
    if check.makes {
        return Ok(Resource::owned_by(lookup.account()));
    }
    let (name, key) = match arn.resource.split_once('/') {
        Some((name, key)) => (name, Some(key)),
        None => (arn.resource.as_str(), None),
    };
    let Some(bucket) = lookup.get(&bucket::BUCKETS, name)? else {
        return Ok(Resource::none());
    };
    let mut resource = Resource::owned_by(&bucket.account);
    resource.region = Some(bucket.region.clone());
    resource.policy_noun = "bucket policy";
    resource.policy = bucket
        .policy
        .as_ref()
        .and_then(|p| p.compiled(|| format!("bucket policy of {name}")));
    // An object that another account wrote and kept belongs to that account: the bucket's policy may only deny.
    if let (Some(key), true) = (key, check.action.starts_with("s3:GetObject")) {
        let (owner, acl) = object::access(lookup, &bucket, key, version(check))?;
        if let Some(owner) = owner {
            resource.account = Some(owner);
            resource.policy_noun = "object ACL";
            resource.policy = resource.policy.map(only_denies);
        }
        resource.acl = acl;
    } else {
        resource.acl = acl::bucket_policy(lookup, &bucket)?;
    }
    resource.restrict_public = bucket.blocked(lookup)?.restrict_public_buckets;
    Ok(resource)
}

fn version(check: &Check) -> Option<&str> {
    check.context.iter().find_map(|(key, value)| match value {
        ContextValue::Single(id) if key == "s3:VersionId" => Some(id.as_str()),
        _ => None,
    })
}

/// The policy without what it allows. A statement without actions has no effect; it stays, so that the others keep
/// their numbers.
fn only_denies(mut policy: Policy) -> Policy {
    let denies = policy.document.altered(|statement| {
        if statement.effect == Effect::Allow {
            statement.actions = None;
        }
    });
    policy.document = denies.into();
    policy
}
