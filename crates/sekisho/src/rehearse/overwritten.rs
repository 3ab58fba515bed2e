//! Resources that write the same thing whole: whichever Terraform makes last stays, and it does not say which that is.

use std::collections::{BTreeMap, BTreeSet};

use sekisho_iac::{Configuration, Order, Problem};
use serde_json::{Map, Value};

use super::fix::policies::{Made, Policies};
use super::providers::Places;
use super::{Failure, FailureKind, Note};

/// Of what one thing is one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// Of the world: names of buckets.
    World,
    /// Of an account.
    Account,
    /// Of an account and a region.
    Region,
}

/// What writes a thing whole: the type, of what the thing is one, the attributes that say which, and what is written.
const WHOLE: &[(&str, Of, &[&str], &str)] = &[
    (
        "aws_ecr_lifecycle_policy",
        Of::Region,
        &["repository"],
        "the lifecycle policy of the repository",
    ),
    (
        "aws_ecr_registry_policy",
        Of::Region,
        &[],
        "the registry's policy",
    ),
    (
        "aws_ecr_repository_policy",
        Of::Region,
        &["repository"],
        "the policy of the repository",
    ),
    (
        "aws_iam_group_policy",
        Of::Account,
        &["group", "name"],
        "one inline policy of the group",
    ),
    (
        "aws_iam_role_policy",
        Of::Account,
        &["role", "name"],
        "one inline policy of the role",
    ),
    (
        "aws_iam_user_policy",
        Of::Account,
        &["user", "name"],
        "one inline policy of the user",
    ),
    (
        "aws_kms_key_policy",
        Of::Region,
        &["key_id"],
        "the policy of the key",
    ),
    (
        "aws_s3_account_public_access_block",
        Of::Account,
        &[],
        "the account's public access block",
    ),
    (
        "aws_s3_bucket_policy",
        Of::World,
        &["bucket"],
        "the policy of the bucket",
    ),
    (
        "aws_s3_bucket_ownership_controls",
        Of::World,
        &["bucket"],
        "the ownership controls of the bucket",
    ),
    (
        "aws_s3_bucket_public_access_block",
        Of::World,
        &["bucket"],
        "the public access block of the bucket",
    ),
    (
        "aws_s3_bucket_server_side_encryption_configuration",
        Of::World,
        &["bucket"],
        "the encryption of the bucket",
    ),
    (
        "aws_s3_bucket_versioning",
        Of::World,
        &["bucket"],
        "the versioning of the bucket",
    ),
];

/// What a resource says, but for what only names it: documents as what they mean, not as they are written.
fn content(made: &Made<'_>, names: &[&str]) -> Map<String, Value> {
    let said = made.values.iter();
    let said = said.filter(|(name, _)| *name != "id" && !names.contains(&name.as_str()));
    let said = said.map(|(name, value)| {
        let value = value.as_str().map_or_else(|| value.clone(), document);
        (name.clone(), value)
    });
    said.collect()
}

/// What a text means: a document without the order of its parts, or the text itself.
pub(super) fn document(text: &str) -> Value {
    serde_json::from_str(text).map_or_else(|_| Value::from(text), meant)
}

/// A document without the order of its lists and members, and with one value as a list of one.
fn meant(value: Value) -> Value {
    let list = |value: Value| {
        let items = match value {
            Value::Array(items) => items,
            one => vec![one],
        };
        let items: BTreeSet<String> = items.into_iter().map(|v| meant(v).to_string()).collect();
        items.into_iter().map(Value::from).collect()
    };
    match value {
        Value::Object(map) => {
            let lists = |(name, value): (String, Value)| match value {
                value @ (Value::Array(_) | Value::String(_)) => (name, list(value)),
                other => (name, meant(other)),
            };
            let sorted: BTreeMap<String, Value> = map.into_iter().map(lists).collect();
            sorted.into_iter().collect()
        }
        value @ Value::Array(_) => list(value),
        other => other,
    }
}

/// Whether there may be such a failure: of some type there is more than one.
pub(super) fn may_be(configuration: &Configuration) -> bool {
    WHOLE.iter().any(|(kind, ..)| {
        let nodes = configuration.nodes.iter();
        let mut same = nodes.filter(|node| !node.is_data() && node.type_name == *kind);
        same.next().is_some_and(|first| {
            same.next().is_some() || first.has("for_each") || first.has("count")
        })
    })
}

/// A failure for each that writes what another writes otherwise, where neither waits for the other; a note, where one does.
pub(super) fn find(
    configuration: &Configuration,
    order: &Order,
    policies: &Policies<'_>,
    places: &Places,
) -> (Vec<Failure>, Vec<Note>) {
    let (mut failures, mut notes) = (Vec::new(), Vec::new());
    let index = |made: &Made<'_>| {
        let mut nodes = configuration.nodes.iter();
        nodes.position(|node| std::ptr::eq(node, made.node))
    };
    let waits = |one: &Made<'_>, other: &Made<'_>| match (index(one), index(other)) {
        (Some(a), Some(b)) => a != b && order.reach(a).contains(&b),
        _ => false,
    };
    failures.extend(made_twice(policies));
    for (kind, of, names, what) in WHOLE {
        let mut written: BTreeMap<String, Vec<&Made<'_>>> = BTreeMap::new();
        for made in policies
            .made
            .iter()
            .filter(|m| !m.node.is_data() && m.node.type_name == *kind)
        {
            let Some(thing) = thing(configuration, made, *of, names, places) else {
                continue;
            };
            let others = written.entry(thing).or_default();
            let own = content(made, names);
            let differs = |other: &&&Made<'_>| content(other, names) != own;
            let ordered = |other: &Made<'_>| waits(made, other) || waits(other, made);
            let named = names.first().and_then(|name| made.text(name));
            let named = named.map_or_else(String::new, |name| format!(" {name}"));
            let both = |other: &Made<'_>| {
                format!(
                    "{} and {} ({}) both write {what}{named}",
                    made.address(),
                    other.address(),
                    other.node.place
                )
            };
            let mut all = others.iter().filter(differs);
            if let Some(other) = all.clone().find(|other| !ordered(other)) {
                let message = format!(
                    "{}: whichever Terraform makes last stays, the other is lost, and which that is differs from one time to the next. Put what both say into one",
                    both(other)
                );
                failures.push(Failure {
                    address: made.address(),
                    problem: Problem::at(&made.node.place, message),
                    arguments: Map::new(),
                    kind: FailureKind::Overwritten,
                });
            } else if let Some(other) = all.next() {
                notes.push(Note {
                    message: format!(
                        "{}: the one that waits for the other stays, until Terraform is applied again and writes the other anew. Put what both say into one",
                        both(other)
                    ),
                    place: Some(made.node.place.clone()),
                });
            }
            others.push(made);
        }
    }
    (failures, notes)
}

/// Buckets of one name: S3 takes one's own once more in us-east-1, and Terraform's provider does not, which looks first.
fn made_twice(policies: &Policies<'_>) -> Vec<Failure> {
    let mut first: BTreeMap<&str, &Made<'_>> = BTreeMap::new();
    let mut out = Vec::new();
    for made in policies
        .made
        .iter()
        .filter(|m| m.node.type_name == "aws_s3_bucket")
    {
        let Some(name) = made.text("bucket").filter(|_| !made.node.is_data()) else {
            continue;
        };
        let Some(other) = first.insert(name, made) else {
            continue;
        };
        let message = format!(
            "BucketAlreadyExists: {} ({}) makes a bucket called {name}, too",
            other.address(),
            other.node.place
        );
        out.push(Failure {
            address: made.address(),
            problem: Problem::at(&made.node.place, message),
            arguments: Map::new(),
            kind: FailureKind::NotMade,
        });
    }
    out
}

/// What a resource writes, told from all others.
fn thing(
    configuration: &Configuration,
    made: &Made<'_>,
    of: Of,
    names: &[&str],
    places: &Places,
) -> Option<String> {
    let named: Option<Vec<&str>> = names
        .iter()
        .map(|name| {
            // A key by its ARN or by its id.
            let text = made.text(name)?;
            Some(text.rsplit_once(":key/").map_or(text, |(_, id)| id))
        })
        .collect();
    let named = named?.join("\u{1f}");
    if of == Of::World {
        return Some(named);
    }
    let (account, region) = places.get(&configuration.provider_of(made.node).ok()?)?;
    // A resource may say its region itself, from version 6 of the provider on.
    let region = made.text("region").unwrap_or(region);
    Some(match of {
        Of::Region => format!("{account} {region} {named}"),
        _ => format!("{account} {named}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn documents_are_what_they_mean() {
        let document = |actions: Value, statements: bool| {
            let one = json!({"Effect": "Allow", "Action": actions, "Resource": ["*"]});
            let two = json!({"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"});
            let all = if statements {
                json!([one, two])
            } else {
                json!([two, one])
            };
            meant(json!({"Version": "2012-10-17", "Statement": all}))
        };
        let one = document(json!(["s3:Get*", "s3:Put*"]), true);
        assert_eq!(one, document(json!(["s3:Put*", "s3:Get*"]), false));
        let turned: Value = serde_json::from_str(r#"{"Statement": [{"Resource": "*", "Action": "s3:PutObject", "Effect": "Deny"}, {"Action": ["s3:Put*", "s3:Get*"], "Resource": "*", "Effect": "Allow"}], "Version": "2012-10-17"}"#).unwrap();
        assert_eq!(one, meant(turned));
        assert_ne!(one, document(json!("s3:Put*"), true));
        assert_eq!(
            document(json!("s3:Get*"), true),
            document(json!(["s3:Get*"]), true)
        );
    }
}
