//! Follows executions to their end, and answers their approvals.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sekisho_codepipeline::{PIPELINES, Pipeline};
use sekisho_engine::Engine;
use sekisho_pipeline::{ActionStatus, Execution};
use serde_json::json;

use super::{Client, Options, PipelineRun};

pub(super) fn follow(
    engine: &Arc<Engine>,
    pipelines: &[(Client, String)],
    options: &Options,
    progress: &mut dyn FnMut(&str),
) -> Vec<PipelineRun> {
    pipelines
        .iter()
        .map(|(client, name)| PipelineRun {
            name: name.clone(),
            account: client.account.clone(),
            region: client.region.clone(),
            execution: one(engine, client, name, options, progress),
        })
        .collect()
}

/// A pipeline that was made, as it is now.
pub(super) fn pipeline(engine: &Engine, client: &Client, name: &str) -> Option<Arc<Pipeline>> {
    let row = format!("{}/{}/{name}", client.account, client.region);
    engine
        .view(|overlay| overlay.get(&PIPELINES, &row))
        .ok()
        .flatten()
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long a person waits is measured on the machine's clock"
)]
fn one(
    engine: &Arc<Engine>,
    client: &Client,
    name: &str,
    options: &Options,
    progress: &mut dyn FnMut(&str),
) -> Option<Execution> {
    let began = Instant::now();
    let mut seen = 0;
    let mut told: Vec<(String, ActionStatus)> = Vec::new();
    loop {
        let execution = pipeline(engine, client, name)?;
        let execution = execution.state.executions.last()?.clone();
        for attempt in &execution.attempts {
            let state = (attempt.id.clone(), attempt.status);
            if !told.contains(&state) {
                progress(&format!(
                    "{name}: {}/{} {:?}",
                    attempt.stage, attempt.action, attempt.status
                ));
                told.push(state);
            }
        }
        if execution.finished() || began.elapsed() > options.timeout {
            return Some(execution);
        }
        answer_approvals(client, name, &execution, options.approve);
        seen = engine.wait_for_work(seen, Duration::from_millis(20));
    }
}

fn answer_approvals(client: &Client, name: &str, execution: &Execution, approve: bool) {
    let waiting = execution.attempts.iter().filter(|a| {
        a.status == ActionStatus::InProgress
            && execution
                .declared(a)
                .is_some_and(|d| d.is_approval() && !d.notifies())
    });
    for attempt in waiting {
        let status = if approve { "Approved" } else { "Rejected" };
        let input = json!({
            "pipelineName": name, "stageName": attempt.stage, "actionName": attempt.action, "token": attempt.id,
            "result": {"status": status, "summary": format!("{status} in a rehearsal")},
        });
        // Somebody else's answer is as good.
        let _ = client.call("codepipeline", "PutApprovalResult", input);
    }
}
