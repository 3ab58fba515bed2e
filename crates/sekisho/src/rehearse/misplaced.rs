//! What is made with the provider of another account than the one that has what it is about: mostly a forgotten `provider`. A
//! policy that let the other account manage it would pass, and is not what anybody wants.

use std::collections::BTreeSet;

use super::applier::is_applier;
use super::{Denial, Failure, Places};

/// Reads and writes of what a resource holds: other accounts have good reasons for those.
const OF_CONTENT: &[&str] = &[
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:DescribeImages",
    "ecr:GetDownloadUrlForLayer",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:Sign",
    "kms:Verify",
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:GetObjectTagging",
    "s3:ListBucket",
    "s3:PutObject",
    "s3:PutObjectAcl",
    "s3:PutObjectTagging",
    "sts:AssumeRole",
];

/// How the names of actions begin that read.
const READS: &[&str] = &["Batch", "Describe", "Get", "Head", "List"];

/// Says of a denial of who applies, on what another account of this configuration has, which provider is meant: no statement is
/// proposed.
pub(super) fn say(denial: &mut Denial, places: &Places, failures: &[Failure]) {
    let cause = &denial.cause;
    let own = cause.principal.split(':').nth(4).unwrap_or_default();
    let name = cause.action.split_once(':').map_or("", |(_, name)| name);
    let reads = READS.iter().any(|front| name.starts_with(front));
    let manages = !reads && !OF_CONTENT.contains(&cause.action.as_str());
    if denial.action.is_some()
        || !manages
        || own == cause.account
        || !is_applier(&cause.principal)
        || cause.statement.is_none()
    {
        return;
    }
    let providers = places
        .iter()
        .filter(|(_, (account, _))| *account == cause.account);
    let names: BTreeSet<&str> = providers.map(|(id, _)| id.name.as_str()).collect();
    if names.is_empty() {
        return;
    }
    let names: Vec<String> = names
        .into_iter()
        .map(|name| format!("`provider = {name}`"))
        .collect();
    // What was refused, and names what it is about.
    let name = cause.resource.rsplit([':', '/']).next().unwrap_or_default();
    let about = |f: &&Failure| serde_json::to_string(&f.arguments).is_ok_and(|a| a.contains(name));
    let mut all = failures.iter().filter(about);
    let what = match (all.next(), all.next()) {
        (Some(only), None) => only.address.clone(),
        _ => "what asks for it".to_owned(),
    };
    denial.cause.advice = format!(
        "{what} is made in account {own}, and {} is of account {}: give it {}, which is of that account. No policy is to let another account manage it",
        cause.resource,
        cause.account,
        names.join(" or ")
    );
    denial.cause.statement = None;
}
