//! Canned ACLs: of objects, which a bucket takes, and which ask for a permission of their own; of buckets, what they give.
//!
//! Recorded for PutObject, CopyObject and CreateMultipartUpload alike (radkawar/stackd testdata/aws/s3/ownership_replay.json
//! and ownership_authority_replay.json).

use std::sync::Arc;

use sekisho_engine::{ApiError, Cx, Lookup, canonical_id};
use sekisho_policy::{Document, Policy};
use serde_json::{Value, json};

use crate::bucket::Bucket;
use crate::object::Version;

/// Whether a canned ACL counts as public (jenkinsci/pipeline-aws-plugin#183).
pub(crate) fn is_public(acl: &str) -> bool {
    acl.starts_with("public-") || acl == "authenticated-read"
}

/// Whether an object may be made with `acl` in a bucket whose ACLs are off: what leaves everything with the bucket's owner.
fn is_taken_where_off(acl: &str, own: bool) -> bool {
    match acl {
        "bucket-owner-full-control" => true,
        // Of what the owner himself writes they say the same.
        "private" | "bucket-owner-read" => own,
        _ => false,
    }
}

/// Whether `s3:PutObjectAcl` must be allowed, too. Within the bucket's account not for those that give nobody else anything.
/// From another account for all: that none is asked for there is not recorded, and people who left it out were denied
/// (aws/aws-cdk#14260, ministryofjustice/modernisation-platform#8444).
pub(crate) fn is_asked(acl: &str, bucket: &Bucket, own: bool) -> bool {
    // What is refused anyway is refused first.
    let refused = bucket.enforced() && !is_taken_where_off(acl, own);
    let plain = matches!(acl, "private" | "bucket-owner-full-control");
    !(refused || own && plain)
}

/// Refuses an ACL where ACLs are off or kept from being public; it is kept where ACLs count.
pub(crate) fn take(
    cx: &Cx<'_>,
    bucket: &Bucket,
    key: &str,
    acl: Option<&str>,
) -> Result<Option<String>, ApiError> {
    let own = cx.account() == bucket.account;
    if bucket.enforced() {
        return match acl {
            Some(acl) if !is_taken_where_off(acl, own) => Err(ApiError::new(
                "AccessControlListNotSupported",
                "The bucket does not allow ACLs",
            )
            .status(400)),
            _ => Ok(None),
        };
    }
    if acl.is_some_and(is_public) && bucket.blocked(&cx.lookup())?.block_public_acls {
        let resource = format!("{}/{key}", bucket.arn());
        return Err(blocked(cx, "s3:PutObject", &resource));
    }
    Ok(acl.map(str::to_owned))
}

/// As quoted in guardian/frontend#27950 of objects, and of buckets by people who follow tutorials for websites.
fn blocked(cx: &Cx<'_>, action: &str, resource: &str) -> ApiError {
    let message = format!(
        "User: {} is not authorized to perform: {action} on resource: \"{resource}\" because public access control lists (ACLs) are blocked by the BlockPublicAcls block public access setting.",
        cx.caller().arn(),
    );
    ApiError::new("AccessDenied", message).status(403)
}

/// The canned ACLs that a bucket takes (S3 user guide, "Canned ACL"). Those for the bucket's owner mean nothing of a bucket.
const OF_BUCKETS: &[&str] = &[
    "private",
    "public-read",
    "public-read-write",
    "authenticated-read",
    "aws-exec-read",
    "log-delivery-write",
];

/// Refuses what is no canned ACL of a bucket.
pub(crate) fn check_of_bucket(acl: &str) -> Result<(), ApiError> {
    if OF_BUCKETS.contains(&acl) {
        return Ok(());
    }
    let message = format!("{acl} is no canned ACL of a bucket");
    let error = ApiError::new("InvalidArgument", message).status(400);
    let error = error.field("ArgumentName", "x-amz-acl");
    Err(error.field("ArgumentValue", acl))
}

/// What a bucket keeps of a canned ACL: nothing of `private`, and of what it does not know an error.
pub(crate) fn of_bucket(
    cx: &Cx<'_>,
    bucket: &Bucket,
    acl: &str,
) -> Result<Option<String>, ApiError> {
    check_of_bucket(acl)?;
    if is_public(acl) && bucket.blocked(&cx.lookup())?.block_public_acls {
        return Err(blocked(cx, "s3:PutBucketAcl", &bucket.arn()));
    }
    Ok(Some(acl.to_owned()).filter(|acl| acl != "private"))
}

/// What the ACL of a bucket allows of the bucket and of what is written into it, as a policy (S3 user guide, "Mapping of ACL
/// permissions and access policy permissions"). What services of AWS have by it is not asked for here.
pub(crate) fn bucket_policy(
    lookup: &Lookup<'_>,
    bucket: &Bucket,
) -> Result<Option<Policy>, ApiError> {
    let Some(acl) = bucket.acl.as_deref().filter(|_| !bucket.enforced()) else {
        return Ok(None);
    };
    if !is_public(acl) || bucket.blocked(lookup)?.ignore_public_acls {
        return Ok(None);
    }
    let mut actions = vec![
        "s3:ListBucket",
        "s3:ListBucketMultipartUploads",
        "s3:ListBucketVersions",
    ];
    if acl == "public-read-write" {
        actions.push("s3:PutObject");
    }
    Ok(to_readers(acl, &actions, bucket, "bucket ACL"))
}

/// Whom an ACL lets read an object, beside its owner.
enum Readers {
    Everybody,
    WhoeverSigns,
    BucketOwner,
}

/// Canned ACLs (S3 user guide, "Canned ACL"). Of `aws-exec-read` EC2 has something, and nobody else.
fn readers(acl: &str) -> Option<Readers> {
    match acl {
        "public-read" | "public-read-write" => Some(Readers::Everybody),
        "authenticated-read" => Some(Readers::WhoeverSigns),
        "bucket-owner-read" | "bucket-owner-full-control" => Some(Readers::BucketOwner),
        _ => None,
    }
}

fn user(account: &str) -> Value {
    json!({"ID": canonical_id(account), "Type": "CanonicalUser"})
}

fn group(name: &str) -> Value {
    json!({"URI": format!("http://acs.amazonaws.com/groups/{name}"), "Type": "Group"})
}

fn grant(grantee: Value, permission: &str) -> Value {
    json!({"Grantee": grantee, "Permission": permission})
}

/// Everybody, and whoever signs.
const ALL_USERS: &str = "global/AllUsers";
const AUTHENTICATED_USERS: &str = "global/AuthenticatedUsers";

/// The grants of a bucket, as GetBucketAcl shows them.
pub(crate) fn bucket_grants(bucket: &Bucket) -> Vec<Value> {
    // EC2, by its own canonical id (S3 user guide, "Canned ACL": EC2 gets READ).
    const EC2: &str = "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c";
    let mut grants = vec![grant(user(&bucket.account), "FULL_CONTROL")];
    let acl = bucket.acl.as_deref().filter(|_| !bucket.enforced());
    grants.extend(match acl.unwrap_or_default() {
        "public-read" => vec![grant(group(ALL_USERS), "READ")],
        "public-read-write" => vec![
            grant(group(ALL_USERS), "READ"),
            grant(group(ALL_USERS), "WRITE"),
        ],
        "authenticated-read" => vec![grant(group(AUTHENTICATED_USERS), "READ")],
        "aws-exec-read" => vec![grant(json!({"ID": EC2, "Type": "CanonicalUser"}), "READ")],
        "log-delivery-write" => vec![
            grant(group("s3/LogDelivery"), "WRITE"),
            grant(group("s3/LogDelivery"), "READ_ACP"),
        ],
        _ => Vec::new(),
    });
    grants
}

/// The grants of a version of an object, as GetObjectAcl shows them.
pub(crate) fn grants(bucket: &Bucket, version: &Version) -> Vec<Value> {
    let owner = version.owner(bucket);
    let mut grants = vec![grant(user(owner), "FULL_CONTROL")];
    let acl = version.acl.as_deref().filter(|_| !bucket.enforced());
    let foreign = owner != bucket.account;
    match acl.and_then(readers) {
        Some(Readers::Everybody) => grants.push(grant(group(ALL_USERS), "READ")),
        Some(Readers::WhoeverSigns) => grants.push(grant(group(AUTHENTICATED_USERS), "READ")),
        Some(Readers::BucketOwner) if foreign => {
            let all = acl == Some("bucket-owner-full-control");
            let permission = if all { "FULL_CONTROL" } else { "READ" };
            grants.push(grant(user(&bucket.account), permission));
        }
        _ => {}
    }
    grants
}

/// What the ACL of a version of an object allows, as a policy: reading it, to those whom it names.
pub(crate) fn policy(
    lookup: &Lookup<'_>,
    bucket: &Bucket,
    version: &Version,
) -> Result<Option<Policy>, ApiError> {
    let Some(acl) = version.acl.as_deref().filter(|_| !bucket.enforced()) else {
        return Ok(None);
    };
    if is_public(acl) && bucket.blocked(lookup)?.ignore_public_acls {
        return Ok(None);
    }
    let mut actions = vec!["s3:GetObject", "s3:GetObjectVersion"];
    if acl == "bucket-owner-full-control" {
        actions.extend([
            "s3:GetObjectAcl",
            "s3:GetObjectVersionAcl",
            "s3:GetObjectAttributes",
            "s3:GetObjectTagging",
            "s3:GetObjectVersionAttributes",
            "s3:GetObjectVersionTagging",
        ]);
    }
    Ok(to_readers(acl, &actions, bucket, "object ACL"))
}

/// A policy that allows those whom a canned ACL names some actions.
fn to_readers(acl: &str, actions: &[&str], bucket: &Bucket, name: &str) -> Option<Policy> {
    let mut statement = json!({"Sid": acl, "Effect": "Allow", "Action": actions, "Resource": "*", "Principal": "*"});
    match readers(acl)? {
        Readers::Everybody => {}
        Readers::WhoeverSigns => {
            statement["Condition"] = json!({"StringNotEquals": {"aws:PrincipalType": "Anonymous"}});
        }
        Readers::BucketOwner => statement["Principal"] = json!({"AWS": bucket.account}),
    }
    let text = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    let document: Document = text.parse().ok()?;
    Some(Policy {
        name: Arc::from(name),
        arn: None,
        document: document.into(),
    })
}
