//! Which IAM action an operation of S3 needs, on which ARN.

use sekisho_engine::{ApiError, Check, Lookup, Signing, Tags};
use sekisho_policy::Principal;
use serde::Deserialize;

use crate::acl;
use crate::bucket;
use crate::object;

/// `action` on the bucket.
pub(crate) fn on_bucket(
    lookup: &Lookup<'_>,
    action: &str,
    name: &str,
    expected_owner: Option<&str>,
) -> Result<Vec<Check>, ApiError> {
    let bucket = bucket::look(lookup, name, expected_owner)?;
    Ok(vec![
        common(lookup, Check::new(action, bucket.arn()))
            .with("s3:ResourceAccount", bucket.account.clone()),
    ])
}

/// Refuses somebody who did not sign, whatever a policy allows him.
pub(crate) fn signed(lookup: &Lookup<'_>, what: &str) -> Result<(), ApiError> {
    if !matches!(lookup.caller().principal, Principal::Anonymous) {
        return Ok(());
    }
    let message = format!("Anonymous users cannot {what}.  Please authenticate.");
    Err(ApiError::new("AccessDenied", message).status(403))
}

/// Adds what holds for what is of no bucket that is there: it is of the caller's account.
pub(crate) fn of_account(lookup: &Lookup<'_>, check: Check) -> Check {
    common(lookup, check).with("s3:ResourceAccount", lookup.account())
}

/// What a request to list says.
pub(crate) struct Listing<'a> {
    pub(crate) prefix: Option<&'a str>,
    pub(crate) delimiter: Option<&'a str>,
    pub(crate) max_keys: Option<usize>,
}

/// `action` on the bucket, with what the request says: no key for what it does not (S3 condition keys are "specified by a
/// request": `StringEquals s3:prefix ""` asks for an empty prefix, not for none).
pub(crate) fn to_list(
    lookup: &Lookup<'_>,
    action: &str,
    name: &str,
    expected_owner: Option<&str>,
    asked: &Listing<'_>,
) -> Result<Vec<Check>, ApiError> {
    let text = |value: Option<&str>| value.map(str::to_owned);
    let checks = on_bucket(lookup, action, name, expected_owner)?;
    let with = |check: Check| {
        check
            .with_opt("s3:prefix", text(asked.prefix))
            .with_opt("s3:delimiter", text(asked.delimiter))
            .with_opt("s3:max-keys", asked.max_keys.map(|n| n.to_string()))
    };
    Ok(checks.into_iter().map(with).collect())
}

/// The input of an operation that says which bucket, and nothing else.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct OnBucket {
    pub(crate) bucket: String,
    pub(crate) expected_bucket_owner: Option<String>,
}

impl OnBucket {
    /// `action` on that bucket.
    pub(crate) fn check(&self, lookup: &Lookup<'_>, action: &str) -> Result<Vec<Check>, ApiError> {
        let owner = self.expected_bucket_owner.as_deref();
        on_bucket(lookup, action, &self.bucket, owner)
    }
}

/// `action` on an object.
pub(crate) fn on_object(
    lookup: &Lookup<'_>,
    action: &str,
    name: &str,
    key: &str,
    expected_owner: Option<&str>,
) -> Result<Check, ApiError> {
    let bucket = bucket::look(lookup, name, expected_owner)?;
    Ok(common(
        lookup,
        Check::new(action, format!("{}/{key}", bucket.arn())),
    )
    .with("s3:ResourceAccount", bucket.account.clone()))
}

/// `action` on a version of an object, the newest if none is named, with the tags that it has.
pub(crate) fn on_version(
    lookup: &Lookup<'_>,
    action: &str,
    name: &str,
    key: &str,
    version: Option<&str>,
    expected_owner: Option<&str>,
) -> Result<Check, ApiError> {
    let check = on_object(lookup, action, name, key, expected_owner)?
        .with_opt("s3:VersionId", version.map(str::to_owned));
    let tags = object::tags(lookup, name, key, version)?;
    let tags = tags.iter().map(|(k, v)| (&**k, &**v));
    Ok(check.with_each("s3:ExistingObjectTag", tags))
}

/// What a request that makes an object says of it.
#[derive(Debug, Default)]
pub(crate) struct Making<'a> {
    pub(crate) acl: Option<&'a str>,
    pub(crate) algorithm: Option<&'a str>,
    pub(crate) kms_key: Option<&'a str>,
    pub(crate) storage_class: Option<&'a str>,
    pub(crate) copy_source: Option<&'a str>,
    pub(crate) metadata_directive: Option<&'a str>,
    pub(crate) if_match: Option<&'a str>,
    pub(crate) if_none_match: Option<&'a str>,
    pub(crate) redirect: Option<&'a str>,
    /// Whether an object is there when the request is done: not when an upload begins.
    pub(crate) creates: bool,
    /// The tags that it gets, if the caller says so.
    pub(crate) tags: Option<&'a Tags>,
}

/// `s3:PutObject`, and `s3:PutObjectAcl` and `s3:PutObjectTagging` for what else the request asks for.
pub(crate) fn to_make(
    lookup: &Lookup<'_>,
    name: &str,
    key: &str,
    expected_owner: Option<&str>,
    making: &Making<'_>,
) -> Result<Vec<Check>, ApiError> {
    let text = |value: Option<&str>| value.map(str::to_owned);
    let on = |action: &str| on_object(lookup, action, name, key, expected_owner);
    let mut put = on("s3:PutObject")?
        .with_opt("s3:x-amz-acl", text(making.acl))
        .with_opt("s3:x-amz-server-side-encryption", text(making.algorithm))
        .with_opt(
            "s3:x-amz-server-side-encryption-aws-kms-key-id",
            text(making.kms_key),
        )
        .with_opt("s3:x-amz-storage-class", text(making.storage_class))
        .with_opt("s3:x-amz-copy-source", text(making.copy_source))
        .with_opt(
            "s3:x-amz-metadata-directive",
            text(making.metadata_directive),
        )
        .with_opt("s3:x-amz-website-redirect-location", text(making.redirect));
    put = writing(put, making.creates, making.if_match, making.if_none_match);
    if let Some(tags) = making.tags {
        put = tagged(put, tags);
    }
    let mut checks = vec![put];
    let bucket = bucket::look(lookup, name, expected_owner)?;
    let own = lookup.caller().account() == bucket.account;
    if making.acl.is_some_and(|a| acl::is_asked(a, &bucket, own)) {
        let acl = on("s3:PutObjectAcl")?
            .with_opt("s3:x-amz-acl", text(making.acl))
            .with_opt("s3:x-amz-storage-class", text(making.storage_class));
        checks.push(acl);
    }
    if let Some(tags) = making.tags {
        checks.push(tagged(on("s3:PutObjectTagging")?, tags));
    }
    Ok(checks)
}

/// Adds the keys of conditional writes: a policy that asks for them exempts, by the first, the steps of an upload that cannot
/// have them (S3 user guide, "Enforce conditional writes on Amazon S3 buckets").
pub(crate) fn writing(
    check: Check,
    creates: bool,
    if_match: Option<&str>,
    if_none_match: Option<&str>,
) -> Check {
    check
        .with("s3:ObjectCreationOperation", creates.to_string())
        .with_opt("s3:if-match", if_match.map(str::to_owned))
        .with_opt("s3:if-none-match", if_none_match.map(str::to_owned))
}

/// Adds the keys of the tags that a request sets.
pub(crate) fn tagged(check: Check, tags: &Tags) -> Check {
    let pairs = tags.iter().map(|(k, v)| (&**k, &**v));
    check.with_each("s3:RequestObjectTag", pairs).with_list(
        "s3:RequestObjectTagKeys",
        tags.iter().map(|(key, _)| key.clone()).collect(),
    )
}

/// The version that today's clients and S3 agree on.
const TLS: &str = "1.3";

/// How the request came, and how it was signed: no key for a request that was not.
fn common(lookup: &Lookup<'_>, check: Check) -> Check {
    let info = lookup.origin().info();
    let check = check.with_opt("s3:TlsVersion", info.secure.then(|| TLS.to_owned()));
    let kind = match info.signing {
        Signing::Header => "REST-HEADER",
        Signing::Query => "REST-QUERY-STRING",
        Signing::Nothing => return check,
    };
    // In milliseconds (S3 API reference, "Signature Version 4 authentication specific policy keys").
    let age = info.signed_ms.map(|at| (lookup.now_ms() - at).max(0));
    // Some actions have none of the two.
    let action = check.action.trim_start_matches("s3:");
    let keys = sekisho_model::iam("s3")
        .and_then(|m| m.actions.get(action))
        .map(|a| &a.keys);
    let has = |key: &str| keys.is_none_or(|keys| keys.iter().any(|k| k == key));
    let age = age
        .filter(|_| has("s3:signatureAge"))
        .map(|ms| ms.to_string());
    let digest = info.content_sha256.clone();
    let digest = digest.filter(|_| has("s3:x-amz-content-sha256"));
    check
        .with("s3:signatureversion", "AWS4-HMAC-SHA256")
        .with("s3:authType", kind)
        .with_opt("s3:signatureAge", age)
        .with_opt("s3:x-amz-content-sha256", digest)
}
