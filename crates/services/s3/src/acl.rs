//! Canned ACLs of objects: which a bucket takes, and which ask for a permission of their own.
//!
//! Recorded for PutObject, CopyObject and CreateMultipartUpload alike (radkawar/stackd testdata/aws/s3/ownership_replay.json
//! and ownership_authority_replay.json).

use sekisho_engine::{ApiError, Cx};

use crate::bucket::Bucket;

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

/// Refuses an ACL where ACLs are off or kept from being public, and says whether the writer keeps the object from the
/// bucket's owner.
pub(crate) fn is_private(
    cx: &Cx<'_>,
    bucket: &Bucket,
    key: &str,
    acl: Option<&str>,
) -> Result<bool, ApiError> {
    let own = cx.account() == bucket.account;
    if bucket.enforced() {
        return match acl {
            Some(acl) if !is_taken_where_off(acl, own) => Err(ApiError::new(
                "AccessControlListNotSupported",
                "The bucket does not allow ACLs",
            )
            .status(400)),
            _ => Ok(false),
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
    Ok(!own && acl != Some("bucket-owner-full-control"))
}
