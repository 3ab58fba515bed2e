//! Canned ACLs of objects: which a bucket takes, and which ask for a permission of their own.
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
        // As quoted in guardian/frontend#27950.
        let message = format!(
            "User: {} is not authorized to perform: s3:PutObject on resource: \"{}/{key}\" because public access control lists (ACLs) are blocked by the BlockPublicAcls block public access setting.",
            cx.caller().arn(),
            bucket.arn()
        );
        return Err(ApiError::new("AccessDenied", message).status(403));
    }
    Ok(acl.map(str::to_owned))
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

/// The grants of a version of an object, as GetObjectAcl shows them.
pub(crate) fn grants(bucket: &Bucket, version: &Version) -> Vec<Value> {
    const GROUPS: &str = "http://acs.amazonaws.com/groups/global";
    let user = |account: &str| json!({"ID": canonical_id(account), "Type": "CanonicalUser"});
    let group = |name: &str| json!({"URI": format!("{GROUPS}/{name}"), "Type": "Group"});
    let grant = |grantee, permission| json!({"Grantee": grantee, "Permission": permission});
    let owner = version.owner(bucket);
    let mut grants = vec![grant(user(owner), "FULL_CONTROL")];
    let acl = version.acl.as_deref().filter(|_| !bucket.enforced());
    let foreign = owner != bucket.account;
    match acl.and_then(readers) {
        Some(Readers::Everybody) => grants.push(grant(group("AllUsers"), "READ")),
        Some(Readers::WhoeverSigns) => grants.push(grant(group("AuthenticatedUsers"), "READ")),
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
    let mut statement = json!({"Sid": acl, "Effect": "Allow", "Action": actions, "Resource": "*", "Principal": "*"});
    match readers(acl) {
        None => return Ok(None),
        Some(Readers::Everybody) => {}
        Some(Readers::WhoeverSigns) => {
            statement["Condition"] = json!({"StringNotEquals": {"aws:PrincipalType": "Anonymous"}});
        }
        Some(Readers::BucketOwner) => statement["Principal"] = json!({"AWS": bucket.account}),
    }
    let text = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    let document: Option<Document> = text.parse().ok();
    Ok(document.map(|document| Policy {
        name: Arc::from("object ACL"),
        arn: None,
        document: document.into(),
    }))
}
