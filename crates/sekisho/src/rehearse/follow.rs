//! Follows executions to their end, and answers their approvals.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sekisho_codepipeline::{PIPELINES, Pipeline};
use sekisho_engine::Engine;
use sekisho_executor::Executor;
use sekisho_pipeline::{ActionStatus, Execution};
use serde_json::json;

use super::{Client, Options, PipelineRun, Problem, variables};

/// Follows the executions of pipelines to their ends, one pipeline after the other where the executor takes turns.
///
/// # Errors
/// Values of variables that a pipeline does not take.
pub(super) fn follow(
    (engine, executor): (&Arc<Engine>, &Executor),
    pipelines: &[(Client, String)],
    options: &Options,
    progress: &mut dyn FnMut(&str),
) -> Result<Vec<PipelineRun>, Vec<Problem>> {
    let run = |(client, name): &(Client, String)| {
        executor.turn_of(Some(&row(client, name)));
        Ok(PipelineRun {
            name: name.clone(),
            account: client.account.clone(),
            region: client.region.clone(),
            execution: one(engine, client, name, options, progress)?,
        })
    };
    let runs = pipelines.iter().map(run).collect();
    executor.turn_of(None);
    runs
}

/// Where a pipeline stands in [`PIPELINES`].
fn row(client: &Client, name: &str) -> String {
    format!("{}/{}/{name}", client.account, client.region)
}

/// A pipeline that was made, as it is now.
pub(super) fn pipeline(engine: &Engine, client: &Client, name: &str) -> Option<Arc<Pipeline>> {
    let row = row(client, name);
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
) -> Result<Option<Execution>, Vec<Problem>> {
    let began = Instant::now();
    let mut seen = 0;
    // One with the values that were given comes behind the one that began with the pipeline.
    let mut waits = variables::any(engine, client, name, options);
    let mut told: Vec<(String, ActionStatus)> = Vec::new();
    loop {
        let Some(pipeline) = pipeline(engine, client, name) else {
            return Ok(None);
        };
        let Some(execution) = pipeline.state.executions.last().cloned() else {
            return Ok(None);
        };
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
        if execution.finished() && waits {
            waits = false;
            variables::start(engine, client, name, options)?;
            continue;
        }
        if execution.finished() || began.elapsed() > options.timeout {
            return Ok(Some(execution));
        }
        // An earlier one keeps its stage until it is answered.
        for open in pipeline.state.executions.iter().filter(|e| !e.finished()) {
            answer_approvals(client, name, open, options.approve);
        }
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
