//! Why an action failed that was denied nothing: what a person has to know of the key or the bucket, beside AWS's sentence.

use sekisho_pipeline::{ActionDefinition, Execution};

use super::fix::policies::{Made, Policies};

/// Where what is meant is made, as the configuration calls it.
fn made(policies: &Policies<'_>, kind: &str, is: impl Fn(&Made<'_>) -> bool) -> Option<String> {
    let mut all = policies.made.iter().filter(|m| m.node.type_name == kind);
    let found = all.find(|made| is(made))?;
    Some(found.address())
}

/// The bucket that the action is about: its own, or the artifact store's.
fn bucket<'e>(
    execution: &'e Execution,
    action: &'e ActionDefinition,
    message: &str,
    region: &str,
) -> &'e str {
    let own = ["BucketName", "S3Bucket"];
    let own = own.iter().find_map(|name| action.configuration.get(*name));
    // What is copied from region to region goes into the store.
    let own = own.filter(|_| !message.starts_with("Replication of artifact"));
    let store = || execution.definition.store(region).map(|s| &s.location);
    own.or_else(store).map_or("", String::as_str)
}

/// What to do about a failure with this message.
pub(super) fn hint(
    execution: &Execution,
    action: &ActionDefinition,
    message: &str,
    region: &str,
    policies: &Policies<'_>,
) -> Option<String> {
    let bucket = bucket(execution, action, message, region);
    if message.contains("KMS.DisabledException") {
        let arn = message.split(" is disabled").next()?;
        let arn = arn.rsplit(' ').next()?;
        let key = made(policies, "aws_kms_key", |m| m.text("arn") == Some(arn));
        return Some(format!(
            "the key is disabled: enable it{}",
            key.map(|key| format!(" (is_enabled of {key})"))
                .unwrap_or_default()
        ));
    }
    if message.contains("KMS.NotFoundException") && message.contains("Invalid arn ") {
        return Some(format!(
            "the key is in another region than the bucket {bucket}: S3 takes keys of the bucket's own region"
        ));
    }
    if message.contains("PermanentRedirect") {
        let there = made(policies, "aws_s3_bucket", |m| {
            m.text("bucket") == Some(bucket)
        });
        return Some(format!(
            "the bucket {bucket}{} is not in {region}, where the action runs: make it there, or run the action where the bucket is",
            there.map(|b| format!(" ({b})")).unwrap_or_default()
        ));
    }
    if message.contains("AccessControlListNotSupported") {
        return Some(format!(
            "the bucket {bucket} takes no ACLs, as new buckets do: leave CannedACL out, or let its aws_s3_bucket_ownership_controls say BucketOwnerPreferred"
        ));
    }
    if message.contains("has no value in this execution") {
        return Some(
            "a variable is named by the namespace of the action that gives it, and only by what that gives: an ECR source gives RegistryId, RepositoryName, ImageTag, ImageDigest and ImageURI, an S3 source BucketName, ObjectKey, ETag and VersionId"
                .to_owned(),
        );
    }
    None
}
