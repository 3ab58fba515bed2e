//! The outcome as SARIF 2.1.0, which GitHub and editors show on the line that has to change.

use serde_json::{Value, json};

use super::{Completion, Denial, Outcome};

/// A path as SARIF wants it: relative where it is, with slashes.
fn uri(path: &str) -> String {
    path.trim_start_matches("./").replace('\\', "/")
}

fn location(at: Option<(&str, usize)>) -> Value {
    match at {
        Some((path, line)) => json!([{
            "physicalLocation": {"artifactLocation": {"uri": uri(path)}, "region": {"startLine": line}},
        }]),
        None => json!([]),
    }
}

/// `bucket policy` as the name of a rule.
fn rule(side: &str) -> String {
    side.replace(' ', "-").replace('\'', "")
}

fn of_denial(denial: &Denial) -> Value {
    let cause = &denial.cause;
    let at = denial
        .spot
        .as_ref()
        .map(|s| (s.source.path.as_str(), s.line()));
    json!({
        "ruleId": rule(&cause.side),
        "level": "error",
        "message": {"text": format!(
            "{} on {} is denied in account {}: {}. AWS says: {}",
            cause.action, cause.resource, cause.account, cause.advice, cause.reason
        )},
        "locations": location(at),
        "partialFingerprints": {"denial/v1": denial.id},
    })
}

/// The whole outcome: a result for each statement that is missing, for each denial that no statement mends, for each
/// resource that was not made, and a note for what was left out.
pub(super) fn document(outcome: &Outcome, completion: Option<&Completion>) -> Value {
    let mut results: Vec<Value> = Vec::new();
    match completion {
        Some(completion) => {
            results.extend(completion.patches.iter().map(|patch| {
                let at = patch.at.as_ref().map(|(path, line)| (path.as_str(), *line));
                json!({
                    "ruleId": rule(&patch.side),
                    "level": "error",
                    "message": {"text": format!(
                        "The {} of {} (account {}) lacks {}. It is needed for {}.",
                        patch.side, patch.holder, patch.account, patch.statement, patch.call
                    )},
                    "locations": location(at),
                    "partialFingerprints": {"denial/v1": patch.denial},
                })
            }));
            results.extend(completion.stuck.iter().map(of_denial));
        }
        None => results.extend(outcome.denials.iter().map(of_denial)),
    }
    results.extend(outcome.failures.iter().map(|failure| {
        let place = failure.problem.place.as_ref();
        json!({
            "ruleId": "not-made",
            "level": "error",
            "message": {"text": format!("{}: {}", failure.address, failure.problem.message)},
            "locations": location(place.map(|p| (p.source.path.as_str(), p.line()))),
        })
    }));
    results.extend(outcome.notes.iter().map(|note| {
        let place = note.place.as_ref();
        json!({
            "ruleId": "left-out",
            "level": "note",
            "message": {"text": note.message},
            "locations": location(place.map(|p| (p.source.path.as_str(), p.line()))),
        })
    }));
    let mut rules: Vec<&str> = results
        .iter()
        .filter_map(|r| r["ruleId"].as_str())
        .collect();
    rules.sort_unstable();
    rules.dedup();
    let rules: Vec<Value> = rules
        .into_iter()
        .map(|id| {
            let text = match id {
                "not-made" => "A resource cannot be made".to_owned(),
                "left-out" => "Something was left out of the rehearsal".to_owned(),
                side => format!(
                    "The {} does not let the delivery pass",
                    side.replace('-', " ")
                ),
            };
            json!({"id": id, "shortDescription": {"text": text}})
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "sekisho", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "results": results,
        }],
    })
}
