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

/// Whose actions are run.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Turn {
    /// Those of all pipelines, at once.
    All,
    /// Those of the pipeline in this row, if any, one after the other.
    One(Option<String>),
}

/// The executor; it stops when this is dropped.
#[derive(Debug)]
pub struct Executor {
    engine: Arc<Engine>,
    stop: Arc<AtomicBool>,
    turn: Arc<Mutex<Turn>>,
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
        Self::begin(engine, skips, Turn::All)
    }

    /// The same, but that pipelines wait until it is their turn ([`Executor::turn_of`]), and that one action is run at a time:
    /// with seeded ids the same is called by the same names, however busy the machine is.
    ///
    /// # Errors
    /// When no thread can be made.
    pub fn start_in_turns(engine: Arc<Engine>, skips: Vec<Skip>) -> std::io::Result<Self> {
        Self::begin(engine, skips, Turn::One(None))
    }

    fn begin(engine: Arc<Engine>, skips: Vec<Skip>, turn: Turn) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let turn = Arc::new(Mutex::new(turn));
        let (engine2, stop2) = (Arc::clone(&engine), Arc::clone(&stop));
        let turn2 = Arc::clone(&turn);
        let thread = std::thread::Builder::new()
            .name("executor".to_owned())
            .spawn(move || work(&engine2, &stop2, &turn2, &skips))?;
        Ok(Self {
            engine,
            stop,
            turn,
            thread: Some(thread),
        })
    }

    /// Lets the pipeline in a row of [`PIPELINES`] go on, and no other; of an executor that takes no turns all go on.
    pub fn turn_of(&self, row: Option<&str>) {
        let mut turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Turn::One(whose) = &mut *turn {
            *whose = row.map(str::to_owned);
            self.engine.wake();
        }
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

/// **Invariant:** an attempt is not run twice. What ended is taken from those that run before the pipelines are read, and its
/// outcome is there before it ends: a reading that is older would show it in progress still.
fn work(engine: &Arc<Engine>, stop: &AtomicBool, turn: &Mutex<Turn>, skips: &[Skip]) {
    let mut busy: HashSet<String> = HashSet::new();
    let ended: Arc<Mutex<Vec<String>>> = Arc::default();
    let mut seen = 0;
    while !stop.load(Ordering::Relaxed) {
        for id in ended
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .drain(..)
        {
            busy.remove(&id);
        }
        let turn = turn.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (most, prefix) = match &turn {
            Turn::All => (MAX_RUNNING, Some("")),
            Turn::One(row) => (1, row.as_deref()),
        };
        let pipelines = prefix.map(|prefix| {
            let read = engine.view(|overlay| overlay.scan(&PIPELINES, prefix));
            read.unwrap_or_default()
        });
        for (row, pipeline) in pipelines.unwrap_or_default() {
            if turn != Turn::All && Some(&*row) != prefix {
                continue;
            }
            expire(engine, &row, &pipeline);
            for (execution, attempt) in pipeline.state.running() {
                if busy.len() >= most || !busy.insert(attempt.id.clone()) {
                    continue;
                }
                let mut run = Run::new(engine, &pipeline, execution, attempt);
                let runs = run.declared().is_some_and(is_run);
                run.skipped = !runs
                    && skips
                        .iter()
                        .any(|s| s.names(&attempt.stage, &attempt.action));
                let (row, ended, engine) = (row.clone(), Arc::clone(&ended), Arc::clone(engine));
                let spawned =
                    std::thread::Builder::new()
                        .name("action".to_owned())
                        .spawn(move || {
                            let outcome = providers::run(&run);
                            feed(&engine, &row, &run.execution.id, &run.attempt.id, outcome);
                            ended
                                .lock()
                                .unwrap_or_else(PoisonError::into_inner)
                                .push(run.attempt.id.clone());
                            engine.wake();
                        });
                if spawned.is_err() {
                    // No thread to be had now: the attempt stays in progress and is tried again.
                    busy.remove(&attempt.id);
                }
            }
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
