//! What to do about what AWS refused while resources were made.

use sekisho_engine::{Engine, QUOTAS};
use serde_json::{Value, json};

use super::advice::between;
use super::fix::policies::Policies;
use super::{Failure, nobody};

/// Whether a policy of it has no statement.
fn says_nothing(failure: &Failure) -> bool {
    let texts = failure.arguments.values().filter_map(Value::as_str);
    let mut policies = texts.filter_map(|text| serde_json::from_str::<Value>(text).ok());
    policies.any(|policy| {
        let statements = policy.as_object().map(|p| p.get("Statement"));
        statements.is_some_and(|s| s.is_none_or(|s| s.is_null() || *s == json!([])))
    })
}

/// What to do about it, where AWS's answer does not say so itself.
pub(super) fn hint(failure: &Failure, policies: &Policies<'_>, engine: &Engine) -> Option<String> {
    let message = failure.problem.message.as_str();
    let absent = ["NoSuchEntity", "NotFound", "NoSuchBucket"]
        .iter()
        .any(|c| message.contains(c));
    let address = &failure.address;
    if address.contains("data.") && absent {
        return Some(format!(
            "nothing in this configuration makes it, and a rehearsal does not ask AWS: rehearse the directory that makes it together with this one (one that only says what it is will do), or give what is read of it with --set {address}.ATTRIBUTE=VALUE"
        ));
    }
    if message.contains("Malformed") && says_nothing(failure) {
        return Some("the policy has no statement, and AWS takes none without: leave the policy out where it is to allow nothing; what is missing then is found, and written as a new one".to_owned());
    }
    if message.contains("will not allow you to update the key policy") {
        return Some("AWS refuses a key policy under which nobody could change it any more: allow kms:PutKeyPolicy to the account (its root) or to the role that applies this".to_owned());
    }
    if message.contains("does not exist or is not attachable")
        && let Some(arn) = between(message, "Policy ", " does not exist")
        && !arn.starts_with("arn:aws:iam::aws:")
    {
        return Some(format!(
            "{arn} is not made here; if it is on AWS already, write into sekisho.toml what it holds: [policies] with \"{arn}\" = \"FILE\""
        ));
    }
    let of_acl = [
        "AccessControlListNotSupported",
        "InvalidBucketAclWithObjectOwnership",
    ];
    if of_acl.iter().any(|code| message.contains(code)) {
        return Some("buckets have no ACLs since April 2023, unless they say so: leave the ACL out, or let aws_s3_bucket_ownership_controls of the bucket say BucketOwnerPreferred, and wait for it".to_owned());
    }
    if message.contains("by the BlockPublicPolicy setting") {
        return Some("a statement of it lets everybody in, which buckets refuse by default, and then none of its statements is there: name who may come in, or say block_public_policy = false in aws_s3_bucket_public_access_block of the bucket, and wait for it".to_owned());
    }
    if message.contains("by the BlockPublicAcls block public access setting") {
        return Some("buckets refuse public ACLs by default: leave the ACL out, or say block_public_acls = false in aws_s3_bucket_public_access_block of the bucket, and wait for it".to_owned());
    }
    if message.contains("Pipeline should start with a stage that only contains source actions") {
        return Some("stages that are made for each of a map come in the order of its keys: take a list, whose order is kept".to_owned());
    }
    if let Some((_, role)) = message.split_once("is not authorized to perform AssumeRole on role ")
    {
        return nobody::absent(role, policies, engine);
    }
    if let Some((_, rest)) = message.split_once("Cannot exceed quota for ")
        && let Some((name, most)) = rest.split_once(": ")
        && QUOTAS.iter().any(|(known, _)| *known == name)
    {
        return Some(format!(
            "AWS counts to {most}, unless it was asked for more: if it has raised the quota of this account, write into sekisho.toml: [quotas] with {name} = N"
        ));
    }
    if nobody::is_named(&failure.problem) {
        return nobody::hint(failure, policies, engine);
    }
    None
}
