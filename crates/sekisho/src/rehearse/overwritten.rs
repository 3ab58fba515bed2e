//! Resources that write the same thing whole: whichever Terraform makes last stays, and it does not say which that is.

use std::collections::BTreeMap;

use sekisho_iac::{Configuration, Order, Problem};
use serde_json::{Map, Value};

use super::fix::policies::{Made, Policies};
use super::{Failure, FailureKind};

/// What writes a thing whole: the type, the attributes that say which, and what is written.
const WHOLE: &[(&str, &[&str], &str)] = &[
    ("aws_ecr_registry_policy", &[], "the registry's policy"),
    (
        "aws_ecr_repository_policy",
        &["repository"],
        "the policy of the repository",
    ),
    (
        "aws_iam_group_policy",
        &["group", "name"],
        "one inline policy of the group",
    ),
    (
        "aws_iam_role_policy",
        &["role", "name"],
        "one inline policy of the role",
    ),
    (
        "aws_iam_user_policy",
        &["user", "name"],
        "one inline policy of the user",
    ),
    ("aws_kms_key_policy", &["key_id"], "the policy of the key"),
    (
        "aws_s3_account_public_access_block",
        &[],
        "the account's public access block",
    ),
    (
        "aws_s3_bucket_policy",
        &["bucket"],
        "the policy of the bucket",
    ),
    (
        "aws_s3_bucket_ownership_controls",
        &["bucket"],
        "the ownership controls of the bucket",
    ),
    (
        "aws_s3_bucket_public_access_block",
        &["bucket"],
        "the public access block of the bucket",
    ),
    (
        "aws_s3_bucket_server_side_encryption_configuration",
        &["bucket"],
        "the encryption of the bucket",
    ),
    (
        "aws_s3_bucket_versioning",
        &["bucket"],
        "the versioning of the bucket",
    ),
];

/// What a resource says, but for what only names it: policies as JSON, whatever their blanks.
fn content(made: &Made<'_>) -> Map<String, Value> {
    let said = made.values.iter().filter(|(name, _)| *name != "id");
    let said = said.map(|(name, value)| {
        let document = value.as_str().and_then(|t| serde_json::from_str(t).ok());
        (name.clone(), document.unwrap_or_else(|| value.clone()))
    });
    said.collect()
}

/// Whether there may be such a failure: of some type there is more than one.
pub(super) fn may_be(configuration: &Configuration) -> bool {
    WHOLE.iter().any(|(kind, ..)| {
        let nodes = configuration.nodes.iter();
        let mut same = nodes.filter(|node| node.type_name == *kind);
        same.next().is_some_and(|first| {
            same.next().is_some() || first.has("for_each") || first.has("count")
        })
    })
}

/// A failure for each that writes what another writes otherwise, where neither waits for the other.
pub(super) fn failures(
    configuration: &Configuration,
    order: &Order,
    policies: &Policies<'_>,
) -> Vec<Failure> {
    let mut out = Vec::new();
    let index = |made: &Made<'_>| {
        let mut nodes = configuration.nodes.iter();
        nodes.position(|node| std::ptr::eq(node, made.node))
    };
    let waits = |one: &Made<'_>, other: &Made<'_>| match (index(one), index(other)) {
        (Some(a), Some(b)) => a != b && order.reach(a).contains(&b),
        _ => false,
    };
    for (kind, names, what) in WHOLE {
        let mut first: BTreeMap<String, &Made<'_>> = BTreeMap::new();
        for made in policies.made.iter().filter(|m| m.node.type_name == *kind) {
            let provider = configuration.provider_of(made.node).ok();
            let named: Option<Vec<&str>> = names.iter().map(|name| made.text(name)).collect();
            let Some(named) = named else { continue };
            let thing = format!("{provider:?} {}", named.join("\u{1f}"));
            let Some(other) = first.get(&thing) else {
                first.insert(thing, made);
                continue;
            };
            if content(made) == content(other) || waits(made, other) || waits(other, made) {
                continue;
            }
            let (own, others) = (address(made), address(other));
            let message = format!(
                "{own} and {others} ({}) both write {what}{}{}: whichever Terraform makes last stays, the other is lost, and which that is differs from one time to the next. Put what both say into one",
                other.node.place,
                if named.is_empty() { "" } else { " " },
                named.first().copied().unwrap_or_default()
            );
            out.push(Failure {
                address: own,
                problem: Problem::at(&made.node.place, message),
                arguments: Map::new(),
                kind: FailureKind::Overwritten,
            });
        }
    }
    out
}

fn address(made: &Made<'_>) -> String {
    format!("{}{}", made.path, made.reference())
}
