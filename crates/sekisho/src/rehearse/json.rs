//! The outcome as one document; `docs/rehearse.schema.json` describes it.

use std::collections::BTreeSet;
use std::sync::Arc;

use sekisho_codepipeline::is_run;
use sekisho_engine::Event;
use sekisho_iac::Problem;
use serde_json::{Value, json};

use super::{Completion, Fix, Note, Outcome, PipelineRun, verdict};

/// The whole outcome.
pub(super) fn document(
    outcome: &Outcome,
    completion: Option<&Completion>,
    fix: Option<&Fix>,
) -> Value {
    let accounts: BTreeSet<&str> = outcome.places.values().map(|(a, _)| a.as_str()).collect();
    json!({
        "passes": outcome.passes(),
        "verdict": verdict::plain(outcome, completion, fix),
        "accounts": accounts,
        "pipelines": outcome.pipelines.iter().map(|p| pipeline(p, &outcome.events)).collect::<Vec<_>>(),
        "denials": outcome.denials.iter().map(|d| {
            let mut value = serde_json::to_value(&d.cause).unwrap_or_default();
            if let (Some(map), Some((pipeline, stage, action))) = (value.as_object_mut(), &d.action) {
                map.insert("pipeline".to_owned(), json!(pipeline));
                map.insert("stageName".to_owned(), json!(stage));
                map.insert("actionName".to_owned(), json!(action));
            }
            if let Some(map) = value.as_object_mut() {
                map.insert("id".to_owned(), json!(d.id));
                map.insert("file".to_owned(), json!(d.spot.as_ref().map(|s| s.source.path.clone())));
                map.insert("line".to_owned(), json!(d.spot.as_ref().map(sekisho_iac::Spot::line)));
                map.insert("excerpt".to_owned(), json!(super::excerpt::lines(d)));
            }
            value
        }).collect::<Vec<_>>(),
        "failures": outcome.failures.iter().map(|f| json!({
            "address": f.address,
            "file": f.problem.place.as_ref().map(sekisho_iac::Place::path),
            "line": f.problem.place.as_ref().map(sekisho_iac::Place::line),
            "message": f.problem.message,
        })).collect::<Vec<_>>(),
        "notes": notes(&outcome.notes),
        "hints": notes(&outcome.hints),
        "problems": [],
    })
}

/// The document where nothing could be rehearsed.
pub(super) fn unread(problems: &[Problem]) -> Value {
    let problem = |problem: &Problem| {
        json!({
            "message": problem.message,
            "file": problem.place.as_ref().map(sekisho_iac::Place::path),
            "line": problem.place.as_ref().map(sekisho_iac::Place::line),
        })
    };
    json!({
        "passes": false,
        "verdict": "it was not rehearsed",
        "accounts": [],
        "pipelines": [],
        "denials": [],
        "failures": [],
        "notes": [],
        "hints": [],
        "problems": problems.iter().map(problem).collect::<Vec<_>>(),
    })
}

fn notes(notes: &[Note]) -> Vec<Value> {
    let note = |n: &Note| {
        json!({
            "message": n.message,
            "file": n.place.as_ref().map(sekisho_iac::Place::path),
            "line": n.place.as_ref().map(sekisho_iac::Place::line),
        })
    };
    notes.iter().map(note).collect()
}

/// Everything that has to change, for the member `changes` of the document.
pub(super) fn completion(completion: &Completion, fix: Option<&Fix>) -> Value {
    json!({
        "diff": fix.and_then(Fix::proven),
        "unproven": fix.and_then(|f| f.unproven.as_deref()),
        "unwritten": fix.map_or(&[][..], |f| &f.unwritten).iter().map(|(p, why)| json!({
            "account": p.account,
            "side": p.side,
            "holder": p.holder,
            "statement": p.statement,
            "why": why,
        })).collect::<Vec<_>>(),
        "enough": completion.passes,
        "complete": completion.to_the_end,
        "rehearsals": completion.rehearsals,
        "statements": completion.patches.iter().map(|p| json!({
            "account": p.account,
            "side": p.side,
            "holder": p.holder,
            "statement": p.statement,
            "call": p.calls.first(),
            "calls": p.calls,
            "denial": p.denial,
            "conditional": p.conditional,
            "file": p.at.as_ref().map(|(file, _)| file),
            "line": p.at.as_ref().map(|(_, line)| line),
        })).collect::<Vec<_>>(),
        "failing": completion.failing,
        "hints": notes(&completion.hints),
        "stuck": completion.stuck.iter().map(|d| &d.cause).collect::<Vec<_>>(),
    })
}

fn pipeline(run: &PipelineRun, events: &[Arc<Event>]) -> Value {
    let execution = run.execution.as_ref();
    let stages: Vec<Value> = execution
        .iter()
        .flat_map(|e| e.definition.stages.iter().map(move |s| (e, s)))
        .map(|(e, s)| {
            let actions: Vec<Value> = s
                .actions
                .iter()
                .map(|a| {
                    let attempt = e.attempt(&s.name, &a.name);
                    let message = attempt.and_then(|a| a.failure.as_ref().map(|f| f.message.clone()).or_else(|| a.summary.clone()));
                    json!({
                        "name": a.name,
                        "status": attempt.map(|a| format!("{:?}", a.status)),
                        "skipped": attempt.is_some() && !is_run(a),
                        "message": message,
                        "calls": attempt.map(|a| calls(&a.id, events)).unwrap_or_default(),
                    })
                })
                .collect();
            json!({"name": s.name, "status": e.stage(&s.name).map(|r| format!("{:?}", r.status)), "actions": actions})
        })
        .collect();
    json!({
        "name": run.name,
        "account": run.account,
        "region": run.region,
        "executionId": execution.map(|e| e.id.clone()),
        "status": execution.map(|e| format!("{:?}", e.status)),
        "message": execution.and_then(|e| e.summary.clone()),
        "stages": stages,
    })
}

/// The calls of an attempt: one entry for each decision.
fn calls(attempt: &str, events: &[Arc<Event>]) -> Vec<Value> {
    events
        .iter()
        .filter(|e| e.tag.as_deref() == Some(attempt))
        .flat_map(|e| {
            e.checks.iter().map(|c| {
                json!({
                    "id": e.id, "parent": e.parent, "principal": e.principal, "action": c.action, "resource": c.resource,
                    "decision": c.decision, "gate": c.gate, "policy": c.policy, "statement": c.statement, "statementText": c.statement_text, "reason": c.reason, "told": c.told,
                })
            })
        })
        .collect()
}
