//! Sets lifecycle rules; they are kept, nothing expires or moves here.

use crate::{bucket, checks};
use sekisho_engine::prelude::*;
use serde_json::Map;
use std::collections::BTreeSet;

pub(crate) struct PutBucketLifecycleConfiguration;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    #[serde(default)]
    lifecycle_configuration: Configuration,
    transition_default_minimum_object_size: Option<String>,
}

impl Operation for PutBucketLifecycleConfiguration {
    const ID: OpId = OpId::new("s3", "PutBucketLifecycleConfiguration");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:PutLifecycleConfiguration",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let size = input
            .transition_default_minimum_object_size
            .unwrap_or_else(|| "all_storage_classes_128K".to_owned());
        let rules = accept(cx, input.lifecycle_configuration.rules)?;
        let kept = json!({"Rules": rules, "TransitionDefaultMinimumObjectSize": size});
        bucket::change(cx, &input.bucket, |b| {
            b.settings.lifecycle = Some(kept);
            Ok(())
        })?;
        Ok(json!({"TransitionDefaultMinimumObjectSize": size}))
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Configuration {
    #[serde(default)]
    rules: Vec<Map<String, Value>>,
}

/// What a rule does; one of these must be there.
const ACTIONS: &[&str] = &[
    "Expiration",
    "Transitions",
    "NoncurrentVersionTransitions",
    "NoncurrentVersionExpiration",
    "AbortIncompleteMultipartUpload",
];

/// Whether what a rule is about is said twice, or as all of nothing or of a prefix alone (radkawar/stackd
/// s3/lifecycle_control_replay, sequences 17 to 26).
fn is_malformed(rule: &Map<String, Value>) -> bool {
    let filter = rule.get("Filter").and_then(Value::as_object);
    let all = filter.and_then(|f| f.get("And")?.as_object());
    let of_nothing = |all: &Map<String, Value>| all.keys().all(|member| member == "Prefix");
    filter.is_some() && rule.contains_key("Prefix") || all.is_some_and(of_nothing)
}

/// The rules, each with an id.
fn accept(
    cx: &Cx<'_>,
    mut rules: Vec<Map<String, Value>>,
) -> Result<Vec<Map<String, Value>>, ApiError> {
    let refused = |code: &str, message: &str| Err(ApiError::new(code, message).status(400));
    if rules.is_empty() || rules.len() > 1000 || rules.iter().any(is_malformed) {
        let message = "The XML you provided was not well-formed or did not validate against our published schema";
        return refused("MalformedXML", message);
    }
    let mut ids = BTreeSet::new();
    for rule in &mut rules {
        if !ACTIONS.iter().any(|a| rule.contains_key(*a)) {
            let message = "At least one action needs to be specified in a rule";
            return refused("InvalidRequest", message);
        }
        let id = rule.get("ID").and_then(Value::as_str);
        let id = id.filter(|id| !id.is_empty()).map(str::to_owned);
        let id = id.unwrap_or_else(|| cx.ids().hex(48));
        if !ids.insert(id.clone()) {
            let message = "RuleId must be unique. Found same ID for more than one rule";
            return refused("InvalidArgument", message);
        }
        rule.insert("ID".to_owned(), json!(id));
    }
    Ok(rules)
}
