//! What was denied, by whom in the delivery, and under which short name.

use std::collections::BTreeMap;
use std::sync::Arc;

use sekisho_doctor::Cause;
use sekisho_engine::Event;
use sekisho_iac::Spot;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{PipelineRun, applier, every};

/// A denial, and where in the delivery it is.
#[derive(Debug, Clone)]
pub struct Denial {
    /// A short name that stays the same as long as the denial does, for `sekisho explain`.
    pub id: String,
    /// The cause.
    pub cause: Cause,
    /// The resource, as it is in every execution.
    pub resource: String,
    /// Pipeline, stage and action, if it was one of theirs.
    pub action: Option<(String, String, String)>,
    /// Where the statement stands that denies, or the policy that lacks one.
    pub spot: Option<Spot>,
}

/// The addresses of the keys that were made, by ARN.
pub(super) fn keys(made: &BTreeMap<String, Value>) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for (address, value) in made {
        if !address.contains("aws_kms_key.") {
            continue;
        }
        let instances: Vec<(String, &Value)> = match value {
            Value::Array(all) => (0..).map(|n: usize| n.to_string()).zip(all).collect(),
            Value::Object(all) if !all.contains_key("arn") => {
                all.iter().map(|(k, v)| (k.clone(), v)).collect()
            }
            one => vec![(String::new(), one)],
        };
        for (key, instance) in instances {
            if let Some(arn) = instance.get("arn").and_then(Value::as_str) {
                out.insert(arn.to_owned(), format!("{address}[{key}]"));
            }
        }
    }
    out
}

/// The denials of what was called, each with the action that made it.
pub(super) fn denials(
    events: &[Arc<Event>],
    pipelines: &[PipelineRun],
    keys: &BTreeMap<String, String>,
) -> Vec<Denial> {
    let run = |tag: Option<&String>| {
        let tag = tag?;
        pipelines.iter().find_map(|p| {
            let execution = p.execution.as_ref()?;
            let attempt = execution.attempts.iter().find(|a| a.id == *tag)?;
            Some((p, execution, attempt))
        })
    };
    let mut out: Vec<Denial> = Vec::new();
    // What was let through is no denial any more.
    let failed = events.iter().filter(|e| e.error.is_some());
    let mut failed: Vec<&Arc<Event>> = failed.collect();
    // Pipelines run at the same time, each time in another order: what is said of them is said one by one.
    failed.sort_by_key(|e| place(e, pipelines));
    for event in failed {
        let run = run(event.tag.as_ref());
        for mut cause in sekisho_doctor::causes(event) {
            applier::name_account(&mut cause);
            let resource = match run {
                Some((_, execution, attempt)) => {
                    every::execution(&cause.resource, execution, &attempt.stage, &attempt.action)
                }
                None => cause.resource.clone(),
            };
            let own = keys.get(&resource);
            let named = |number: usize| id(&cause, &resource, own, number);
            // Keys without an address are told apart by their order, and so is what happens to be called alike.
            let taken = |id: &String| {
                let mut others = out.iter().filter(|d| d.id == *id);
                others.any(|d| d.resource != resource)
            };
            let id = (1..=out.len() + 1).map(named).find(|id| !taken(id));
            let denial = Denial {
                id: id.unwrap_or_default(),
                cause,
                resource,
                action: run.map(|(p, _, attempt)| {
                    (
                        p.name.clone(),
                        attempt.stage.clone(),
                        attempt.action.clone(),
                    )
                }),
                spot: None,
            };
            // A stage that is tried again is denied again.
            let again = |d: &Denial| {
                (&d.id, &d.resource, &d.action) == (&denial.id, &denial.resource, &denial.action)
            };
            if !out.iter().any(again) {
                out.push(denial);
            }
        }
    }
    out
}

/// Where a call stands among those of all pipelines: which pipeline, and which of its actions; what no action made comes first.
fn place(event: &Event, pipelines: &[PipelineRun]) -> Option<(usize, usize)> {
    let tag = event.tag.as_ref()?;
    pipelines.iter().enumerate().find_map(|(index, run)| {
        let attempts = run.execution.as_ref()?.attempts.iter();
        let attempt = attempts.enumerate().find(|(_, a)| a.id == *tag);
        attempt.map(|(attempt, _)| (index, attempt))
    })
}

/// A short name of a denial: of who was denied what, and where that would have to change. Ids that are another in every
/// rehearsal are not in it.
fn id(cause: &Cause, resource: &str, address: Option<&String>, number: usize) -> String {
    let mut resource = match resource.split_once(":key/") {
        Some((front, _)) if front.starts_with("arn:aws:kms:") => {
            format!("{front}:key/{}", address.map_or("", String::as_str))
        }
        _ => resource.to_owned(),
    };
    if number > 1 {
        resource.push_str(&format!(" {number}"));
    }
    let who = cause.holder.as_deref().unwrap_or(&cause.principal);
    let parts = [who, &cause.action, &resource, &cause.side, &cause.account];
    let digest = Sha256::digest(parts.join("\n"));
    let short = hex::encode_upper(digest.get(..3).unwrap_or_default());
    format!("D-{short}")
}
