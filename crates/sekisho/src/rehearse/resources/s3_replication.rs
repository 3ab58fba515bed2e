//! Replication of buckets, sent as the provider sends it. Nothing is replicated here.

use serde_json::{Map, Value, json};

use super::s3_settings::{Block, Names, filtered, members};
use super::{Failed, Made, Type, Values, attributes};
use crate::rehearse::Client;

pub(super) const REPLICATION: Type = Type {
    name: "aws_s3_bucket_replication_configuration",
    arguments: &["bucket", "role", "rule", "token"],
    ignored: &[],
    make: replication,
};

const STATUS: Names = &[("status", "Status")];
const MINUTES: Names = &[("minutes", "Minutes")];

fn replication(client: &Client, values: &Values<'_>) -> Made {
    let bucket = values.need("bucket")?;
    let rules = values.blocks("rule");
    let rules: Result<Vec<Value>, Failed> = rules
        .iter()
        .enumerate()
        .map(|(index, of)| rule(of, values, index))
        .collect();
    let configuration = json!({"Role": values.need("role")?, "Rules": rules?});
    let mut input = json!({"Bucket": bucket, "ReplicationConfiguration": configuration});
    if let (Some(token), Some(map)) = (values.text("token"), input.as_object_mut()) {
        map.insert("Token".to_owned(), json!(token));
    }
    client.call("s3", "PutBucketReplication", input)?;
    Ok(attributes([("id", json!(bucket))]))
}

/// A block, with the blocks in it, under the names of the API.
fn nested(values: &Values<'_>, block: &str, names: Names, inner: &[Block]) -> Option<Value> {
    let of = values.block(block)?;
    let mut out = members(&of, names);
    for (block, name, names) in inner {
        let block = of.block(block).map(|b| json!(members(&b, names)));
        out.extend(block.map(|b| ((*name).to_owned(), b)));
    }
    Some(Value::Object(out))
}

fn destination(of: &Values<'_>) -> Result<Value, Failed> {
    const OWN: Names = &[
        ("account", "Account"),
        ("bucket", "Bucket"),
        ("storage_class", "StorageClass"),
    ];
    const INNER: &[Block] = &[
        (
            "access_control_translation",
            "AccessControlTranslation",
            &[("owner", "Owner")],
        ),
        (
            "encryption_configuration",
            "EncryptionConfiguration",
            &[("replica_kms_key_id", "ReplicaKmsKeyID")],
        ),
    ];
    let missing = || Failed::text("a block `destination` is required".to_owned());
    let mut out = nested(of, "destination", OWN, INNER).ok_or_else(missing)?;
    let timed: [(&str, &str, &[Block]); 2] = [
        (
            "metrics",
            "Metrics",
            &[("event_threshold", "EventThreshold", MINUTES)],
        ),
        (
            "replication_time",
            "ReplicationTime",
            &[("time", "Time", MINUTES)],
        ),
    ];
    let block = of.block("destination").ok_or_else(missing)?;
    if let Some(map) = out.as_object_mut() {
        for (name, to, inner) in timed {
            let block = nested(&block, name, STATUS, inner);
            map.extend(block.map(|b| (to.to_owned(), b)));
        }
    }
    Ok(out)
}

fn rule(of: &Values<'_>, all: &Values<'_>, index: usize) -> Result<Value, Failed> {
    const SELECTION: &[Block] = &[
        ("replica_modifications", "ReplicaModifications", STATUS),
        (
            "sse_kms_encrypted_objects",
            "SseKmsEncryptedObjects",
            STATUS,
        ),
    ];
    let mut out = Map::new();
    let id = match of.text("id") {
        Some(id) => id,
        // The provider makes one up.
        None => format!("{}{index}", all.name("id", "id")),
    };
    out.insert("ID".to_owned(), json!(id));
    out.insert("Status".to_owned(), json!(of.need("status")?));
    out.insert("Destination".to_owned(), destination(of)?);
    for (block, name, names, inner) in [
        (
            "delete_marker_replication",
            "DeleteMarkerReplication",
            STATUS,
            [].as_slice(),
        ),
        (
            "existing_object_replication",
            "ExistingObjectReplication",
            STATUS,
            &[],
        ),
        (
            "source_selection_criteria",
            "SourceSelectionCriteria",
            &[],
            SELECTION,
        ),
    ] {
        out.extend(nested(of, block, names, inner).map(|b| (name.to_owned(), b)));
    }
    match of.block("filter") {
        // With a filter the rules have an order.
        Some(filter) => {
            let filter = match filtered(&filter) {
                all if all == json!({"Prefix": ""}) => json!({}),
                some => some,
            };
            out.insert("Filter".to_owned(), filter);
            let priority = of.number("priority").unwrap_or_default();
            out.insert("Priority".to_owned(), json!(priority));
        }
        // A rule without one is of the first version, and is of a prefix.
        None => {
            let prefix = of.text("prefix").unwrap_or_default();
            out.insert("Prefix".to_owned(), json!(prefix));
        }
    }
    Ok(Value::Object(out))
}
