//! The state of a pipeline: its executions and the locks of its stages.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::definition::{ActionDefinition, Definition};

/// Executions kept per pipeline; the oldest finished ones go first.
pub(crate) const MAX_EXECUTIONS: usize = 200;

/// A pipeline at work.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// The stages by name, in the order of the current definition.
    pub stages: Vec<Stage>,
    /// Executions, oldest first.
    pub executions: Vec<Execution>,
}

/// A stage: who is in it, and whether it may be entered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// The execution that holds it.
    pub holder: Option<String>,
    /// The execution that was in it last.
    pub latest: Option<String>,
    /// Set while the transition into it is off.
    pub disabled: Option<Disabled>,
}

/// Who turned a transition off, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disabled {
    /// The reason.
    pub reason: String,
    /// The ARN of who did it.
    pub by: String,
    /// When, in milliseconds.
    pub at_ms: i64,
}

/// The status of an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExecutionStatus {
    /// It runs or waits.
    InProgress,
    /// All stages succeeded.
    Succeeded,
    /// A stage failed.
    Failed,
    /// A newer execution took its place in front of a stage.
    Superseded,
    /// It ends when its running actions end.
    Stopping,
    /// It was stopped.
    Stopped,
    /// The pipeline was updated meanwhile.
    Cancelled,
}

/// The status of a stage in an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StageStatus {
    /// It runs.
    InProgress,
    /// It succeeded.
    Succeeded,
    /// An action failed.
    Failed,
    /// It was stopped.
    Stopped,
    /// The pipeline was updated meanwhile.
    Cancelled,
}

/// The status of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ActionStatus {
    /// It runs or waits for a person.
    InProgress,
    /// It succeeded.
    Succeeded,
    /// It failed.
    Failed,
    /// It was given up.
    Abandoned,
}

/// What started an execution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trigger {
    /// `CreatePipeline`, `StartPipelineExecution`, …
    pub trigger_type: String,
    /// The ARN of who did it.
    pub trigger_detail: String,
}

/// A revision that a start asks for instead of the newest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceRevision {
    /// The source action.
    pub action_name: String,
    /// `IMAGE_DIGEST`, `S3_OBJECT_VERSION_ID`, …
    pub revision_type: String,
    /// The revision.
    pub revision_value: String,
}

/// One run of a pipeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Execution {
    /// Its id.
    pub id: String,
    /// What it runs: the definition when it began.
    pub definition: Definition,
    /// Its status.
    pub status: ExecutionStatus,
    /// Why it is as it is, where AWS says so.
    pub summary: Option<String>,
    /// The reason of a stop.
    pub stop_reason: Option<String>,
    /// What started it.
    pub trigger: Trigger,
    /// When it began, in milliseconds.
    pub started_ms: i64,
    /// When it changed last, in milliseconds.
    pub updated_ms: i64,
    /// Values of pipeline variables, in the order of the declaration.
    pub variables: Vec<(String, String)>,
    /// Revisions asked for.
    pub overrides: Vec<SourceRevision>,
    /// The token of the start.
    pub client_token: Option<String>,
    /// The index of the stage that it is in, or waits for.
    pub at: usize,
    /// Whether it has entered that stage.
    pub entered: bool,
    /// The stages that it has entered.
    pub stages: Vec<StageRun>,
    /// Every attempt at an action, oldest first.
    pub attempts: Vec<ActionRun>,
    /// Artifacts made so far, by name.
    pub artifacts: BTreeMap<String, Artifact>,
    /// What it goes back to, if it is a rollback: then it runs one stage.
    #[serde(default)]
    pub rollback: Option<Rollback>,
}

/// What a rollback goes back to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rollback {
    /// The execution.
    pub target: String,
    /// Its actions: their revisions and variables are those of the rollback.
    pub before: Vec<ActionRun>,
}

/// A stage in an execution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageRun {
    /// Where in the execution's attempts the stage begins to count: a retry of all actions starts anew, and keeps
    /// what was.
    #[serde(default)]
    pub since: usize,
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: StageStatus,
    /// How often it was retried by somebody.
    pub retries: u32,
    /// How often it was retried by itself.
    #[serde(default)]
    pub automatic_retries: u32,
    /// Whether the last retry was somebody's.
    #[serde(default)]
    pub retried_by_hand: bool,
}

/// An artifact in its store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
}

/// Why an action failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// `PermissionError`, `ConfigurationError`, `JobFailed`, …
    pub code: String,
    /// The text.
    pub message: String,
}

/// An attempt at an action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionRun {
    /// Its id; for an approval also the token.
    pub id: String,
    /// The stage.
    pub stage: String,
    /// The action.
    pub action: String,
    /// Its status.
    pub status: ActionStatus,
    /// When it began, in milliseconds.
    pub started_ms: i64,
    /// When it changed last, in milliseconds.
    pub updated_ms: i64,
    /// The configuration with its variables filled in.
    pub resolved: BTreeMap<String, String>,
    /// The artifacts that it took.
    pub inputs: Vec<(String, Artifact)>,
    /// The artifacts that it made.
    pub outputs: Vec<(String, Artifact)>,
    /// Its output variables.
    pub variables: BTreeMap<String, String>,
    /// The id of what it did elsewhere.
    pub external_id: Option<String>,
    /// What it says about itself.
    pub summary: Option<String>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// For a source: the revision.
    pub revision: Option<String>,
    /// Who answered an approval.
    pub updated_by: Option<String>,
}

impl Execution {
    /// Whether nothing more will happen by itself.
    #[must_use]
    pub fn finished(&self) -> bool {
        !matches!(
            self.status,
            ExecutionStatus::InProgress | ExecutionStatus::Stopping
        )
    }

    /// The latest attempt at `action` of `stage`.
    #[must_use]
    pub fn attempt(&self, stage: &str, action: &str) -> Option<&ActionRun> {
        self.attempts
            .iter()
            .rev()
            .find(|a| a.stage == stage && a.action == action)
    }

    /// The latest attempt at `action` of `stage` since the stage was last begun as a whole.
    #[must_use]
    pub fn counted(&self, stage: &str, action: &str) -> Option<&ActionRun> {
        let since = self.stage(stage).map_or(0, |s| s.since);
        self.attempts
            .iter()
            .skip(since)
            .rev()
            .find(|a| a.stage == stage && a.action == action)
    }

    /// The run of the stage called `name`.
    #[must_use]
    pub fn stage(&self, name: &str) -> Option<&StageRun> {
        self.stages.iter().find(|s| s.name == name)
    }

    /// What is known of its actions, the latest first: of a rollback also what its target did.
    pub fn known(&self) -> impl Iterator<Item = &ActionRun> {
        let before = self.rollback.iter().flat_map(|r| r.before.iter().rev());
        self.attempts.iter().rev().chain(before)
    }

    /// The declaration of an attempt.
    #[must_use]
    pub fn declared(&self, run: &ActionRun) -> Option<&ActionDefinition> {
        self.definition.action(&run.stage, &run.action)
    }
}

impl State {
    /// The execution `id`.
    #[must_use]
    pub fn execution(&self, id: &str) -> Option<&Execution> {
        self.executions.iter().find(|e| e.id == id)
    }

    pub(crate) fn execution_mut(&mut self, id: &str) -> Option<&mut Execution> {
        self.executions.iter_mut().find(|e| e.id == id)
    }

    /// Executions that wait in front of `stage`.
    pub fn inbound<'a>(&'a self, stage: &'a str) -> impl Iterator<Item = &'a Execution> {
        self.executions.iter().filter(move |e| {
            let next = e.definition.stages.get(e.at).map(|s| s.name.as_str());
            !e.finished() && !e.entered && next == Some(stage)
        })
    }

    /// Attempts that are to be run by the executor: approvals only if they notify somebody, the others wait for a person.
    pub fn running(&self) -> impl Iterator<Item = (&Execution, &ActionRun)> {
        self.executions
            .iter()
            .filter(|e| !e.finished())
            .flat_map(|e| {
                e.attempts
                    .iter()
                    .filter(|a| a.status == ActionStatus::InProgress)
                    .filter(|a| {
                        e.declared(a)
                            .is_some_and(|d| !d.is_approval() || d.notifies())
                    })
                    .map(move |a| (e, a))
            })
    }
}
