//! Drives pipelines: takes due actions, runs each as the role that it assumes, and feeds the outcome back.
//!
//! **Invariant:** the state of the pipeline is the outbox. An attempt that is in progress is run; what was not
//! fed back before a crash runs again, under the same attempt id, and writes to the same artifact keys.
//!
//! **Invariant:** every call is made through the front door, as the session that AWS would use.

mod artifacts;
mod failure;
mod providers;
mod replication;
mod session;
mod variables;

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use sekisho_arn::glob;
use sekisho_codepipeline::{PIPELINES, Pipeline, is_run, step};
use sekisho_engine::{ApiError, Engine};
use sekisho_pipeline::{ActionStatus, Event, Execution, Failure, Outcome};

use session::Run;

/// Actions that run at once; more wait.
const MAX_RUNNING: usize = 32;
/// How long a look at the pipelines is put off when nothing wakes the executor.
const IDLE: Duration = Duration::from_secs(1);
/// How long an approval waits, unless it says otherwise: 7 days.
const APPROVAL_MS: i64 = 7 * 86_400_000;

/// Actions that are not run but taken to be done, by their stages and their names; `*` stands for any part of one, `?` for a
/// letter, which names have not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skip {
    /// The stage.
    pub stage: String,
    /// The action.
    pub action: String,
}

impl Skip {
    /// Whether it means an action.
    #[must_use]
    pub fn names(&self, stage: &str, action: &str) -> bool {
        glob(&self.stage, stage) && glob(&self.action, action)
    }
}

/// The executor; it stops when this is dropped.
#[derive(Debug)]
pub struct Executor {
    engine: Arc<Engine>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Executor {
    /// Starts the executor over `engine`; executions that were under way go on.
    ///
    /// # Errors
    /// When no thread can be made.
    pub fn start(engine: Arc<Engine>) -> std::io::Result<Self> {
        Self::start_skipping(engine, Vec::new())
    }

    /// The same, but for actions that are taken to be done where they are not run here: nothing is called for them, their
    /// output artifacts are archives with one empty file, called `*`, and so is what they say of themselves.
    ///
    /// # Errors
    /// When no thread can be made.
    pub fn start_skipping(engine: Arc<Engine>, skips: Vec<Skip>) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let (engine2, stop2) = (Arc::clone(&engine), Arc::clone(&stop));
        let thread = std::thread::Builder::new()
            .name("executor".to_owned())
            .spawn(move || work(&engine2, &stop2, &skips))?;
        Ok(Self {
            engine,
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.engine.wake();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn work(engine: &Arc<Engine>, stop: &AtomicBool, skips: &[Skip]) {
    let running: Arc<Mutex<HashSet<String>>> = Arc::default();
    let mut seen = 0;
    while !stop.load(Ordering::Relaxed) {
        let pipelines = engine
            .view(|overlay| overlay.scan(&PIPELINES, ""))
            .unwrap_or_default();
        let mut unspawned = Vec::new();
        for (row, pipeline) in pipelines {
            expire(engine, &row, &pipeline);
            for (execution, attempt) in pipeline.state.running() {
                let mut busy = running.lock().unwrap_or_else(PoisonError::into_inner);
                if busy.len() >= MAX_RUNNING || !busy.insert(attempt.id.clone()) {
                    continue;
                }
                drop(busy);
                let mut run = Run::new(engine, &pipeline, execution, attempt);
                let runs = run.declared().is_some_and(is_run);
                run.skipped = !runs
                    && skips
                        .iter()
                        .any(|s| s.names(&attempt.stage, &attempt.action));
                let (row, running, engine) =
                    (row.clone(), Arc::clone(&running), Arc::clone(engine));
                let id = attempt.id.clone();
                let spawned =
                    std::thread::Builder::new()
                        .name("action".to_owned())
                        .spawn(move || {
                            let outcome = providers::run(&run);
                            feed(&engine, &row, &run.execution.id, &run.attempt.id, outcome);
                            running
                                .lock()
                                .unwrap_or_else(PoisonError::into_inner)
                                .remove(&run.attempt.id);
                            engine.wake();
                        });
                if spawned.is_err() {
                    // No thread to be had now: the attempt stays in progress and is tried again.
                    unspawned.push(id);
                }
            }
        }
        for id in unspawned {
            running
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&id);
        }
        engine.flush_events();
        seen = engine.wait_for_work(seen, IDLE);
    }
}

/// Feeds an outcome back. A pipeline that was deleted or updated meanwhile no longer wants it.
fn feed(engine: &Engine, row: &str, execution: &str, attempt: &str, outcome: Outcome) {
    let event = Event::Ended {
        execution: execution.to_owned(),
        action: attempt.to_owned(),
        outcome: Box::new(outcome),
    };
    let _ = engine.change(|overlay| {
        let Some(pipeline) = overlay.get(&PIPELINES, row)? else {
            return Ok(());
        };
        let mut pipeline = pipeline.as_ref().clone();
        if step(&mut pipeline, event, engine.clock().now_ms(), engine.ids()).is_ok() {
            overlay.put(&PIPELINES, row, pipeline)?;
        }
        Ok::<(), ApiError>(())
    });
}

/// Approvals that nobody answered in time fail.
fn expire(engine: &Engine, row: &str, pipeline: &Pipeline) {
    let now = engine.clock().now_ms();
    let waiting = |e: &Execution| -> Vec<(String, String)> {
        let late = e
            .attempts
            .iter()
            .filter(|a| a.status == ActionStatus::InProgress)
            .filter(|a| {
                let declared = e.declared(a).filter(|d| d.is_approval());
                declared.is_some_and(|d| {
                    a.started_ms + d.timeout_in_minutes.map_or(APPROVAL_MS, |m| m * 60_000) <= now
                })
            });
        late.map(|a| (e.id.clone(), a.id.clone())).collect()
    };
    for (execution, attempt) in pipeline
        .state
        .executions
        .iter()
        .filter(|e| !e.finished())
        .flat_map(waiting)
    {
        let message = "The approval action was not answered in time.".to_owned();
        let failure = Some(Failure {
            code: "JobFailed".to_owned(),
            message: message.clone(),
        });
        let outcome = Outcome {
            failure,
            summary: Some(message),
            external_id: Some(attempt.clone()),
            ..Outcome::default()
        };
        feed(engine, row, &execution, &attempt, outcome);
    }
}
