//! The outcome as SARIF 2.1.0, which GitHub and editors show on the line that has to change.

use std::path::{Component, Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use sekisho_iac::Problem;

use super::{Completion, Denial, Fix, Outcome, verdict};

/// What stays as it is in a URI's path.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A file as GitHub wants it: from the top of the repository, with slashes; without one, from where the command runs. What is
/// elsewhere is called by its whole path.
fn artifact(path: &str) -> Value {
    let full = std::path::absolute(path).map(|p| normal(&p));
    let relative = full.ok().and_then(|full| {
        let here = std::env::current_dir().ok();
        let repository = full.ancestors().find(|a| a.join(".git").exists());
        let root = repository.map(Path::to_owned).or(here)?;
        let below = full.strip_prefix(root).ok()?;
        Some(below.display().to_string())
    });
    let quoted = |text: &str| utf8_percent_encode(&text.replace('\\', "/"), PLAIN).to_string();
    match relative {
        Some(relative) => json!({"uri": quoted(&relative), "uriBaseId": "%SRCROOT%"}),
        None if Path::new(path).is_absolute() => json!({"uri": format!("file://{}", quoted(path))}),
        None => json!({"uri": quoted(path.trim_start_matches("./")), "uriBaseId": "%SRCROOT%"}),
    }
}

/// Where what stands nowhere is shown: GitHub takes no result without a place, and with it none of the file
/// (github/codeql-action#1738, #2459). The first file of what was rehearsed, as they are read.
fn anywhere(directories: &[PathBuf]) -> Value {
    let first = directories.first().cloned().unwrap_or_default();
    if first.is_file() {
        return location(Some((&first.display().to_string(), 1)));
    }
    let files = std::fs::read_dir(&first).into_iter().flatten().flatten();
    let files = files.map(|entry| entry.path());
    let read = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".tf") || name.ends_with(".tf.json")
    };
    let file = files.filter(read).min();
    let file = file.unwrap_or_else(|| first.join("main.tf"));
    location(Some((&file.display().to_string(), 1)))
}

/// Without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

fn location(at: Option<(&str, usize)>) -> Value {
    match at {
        // What is read as something else has other lines: the file is all that can be pointed at.
        Some((path, _)) if path.ends_with(sekisho_iac::READ) => json!([{
            "physicalLocation": {
                "artifactLocation": artifact(path.trim_end_matches(sekisho_iac::READ)),
            },
        }]),
        Some((path, line)) => json!([{
            "physicalLocation": {
                "artifactLocation": artifact(path),
                "region": {"startLine": line},
            },
        }]),
        None => json!([]),
    }
}

fn standing(place: Option<&sekisho_iac::Place>) -> Value {
    let at = place.map(|p| (p.path(), p.line()));
    location(at.as_ref().map(|(path, line)| (path.as_str(), *line)))
}

/// A fingerprint of what says nothing of where it stands.
fn fingerprint(text: &str) -> Value {
    let digest = hex::encode(Sha256::digest(text));
    json!({"text/v1": digest.get(..16)})
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
            cause.action, cause.resource, cause.account, cause.advice, cause.said()
        )},
        "locations": location(at),
        "partialFingerprints": {"denial/v1": denial.id},
    })
}

/// The whole outcome: a result for each statement that is missing, for each denial that no statement mends, for each
/// resource that was not made, and a note for what was left out.
pub(super) fn document(
    outcome: &Outcome,
    completion: Option<&Completion>,
    fix: Option<&Fix>,
    directories: &[PathBuf],
) -> Value {
    let mut results: Vec<Value> = Vec::new();
    match completion {
        Some(completion) => {
            results.extend(completion.patches.iter().map(|patch| {
                let at = patch.at.as_ref().map(|(path, line)| (path.as_str(), *line));
                json!({
                    "ruleId": rule(&patch.side),
                    "level": "error",
                    "message": {"text": format!(
                        "The {} of {} (account {}) lacks {}{}. It is needed for {}.",
                        patch.side, patch.holder, patch.account, patch.statement, patch.warning(), patch.needed_by()
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
            "locations": standing(place),
            "partialFingerprints": fingerprint(&failure.address),
        })
    }));
    let later = completion.map(|c| c.hints.as_slice()).unwrap_or_default();
    let mut told: Vec<&str> = Vec::new();
    for hint in outcome.hints.iter().chain(later) {
        if told.contains(&hint.message.as_str()) {
            continue;
        }
        told.push(&hint.message);
        results.push(json!({
            "ruleId": "to-do",
            "level": "error",
            "message": {"text": hint.message},
            "locations": standing(hint.place.as_ref()),
            "partialFingerprints": fingerprint(&hint.message),
        }));
    }
    // What stops it without being any of these, as that there is no pipeline.
    if !outcome.passes() && results.is_empty() {
        let text = verdict::plain(outcome, completion, fix);
        results.push(json!({
            "ruleId": "not-passed",
            "level": "error",
            "message": {"text": text},
            "locations": location(None),
            "partialFingerprints": fingerprint(&text),
        }));
    }
    results.extend(outcome.notes.iter().map(|note| {
        let place = note.place.as_ref();
        json!({
            "ruleId": "left-out",
            "level": "note",
            "message": {"text": note.message},
            "locations": standing(place),
            "partialFingerprints": fingerprint(&note.message),
        })
    }));
    of_results(results, directories)
}

/// What keeps a configuration from being rehearsed: a result for each problem.
pub(super) fn unread(problems: &[Problem], directories: &[PathBuf]) -> Value {
    let results = problems.iter().map(|problem| {
        json!({
            "ruleId": "not-rehearsed",
            "level": "error",
            "message": {"text": problem.message},
            "locations": standing(problem.place.as_ref()),
            "partialFingerprints": fingerprint(&problem.message),
        })
    });
    of_results(results.collect(), directories)
}

fn of_results(mut results: Vec<Value>, directories: &[PathBuf]) -> Value {
    for result in &mut results {
        if result["locations"] == json!([]) {
            result["locations"] = anywhere(directories);
        }
    }
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
                "not-rehearsed" => "The configuration cannot be rehearsed".to_owned(),
                "not-passed" => "The delivery does not pass".to_owned(),
                "to-do" => "Something that no statement mends".to_owned(),
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
            "columnKind": "utf16CodeUnits",
            "results": results,
        }],
    })
}
