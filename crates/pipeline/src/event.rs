//! What happens to a pipeline, and what is to be done about it.

use std::collections::BTreeMap;

use crate::definition::Definition;
use crate::state::{Artifact, Disabled, Failure, SourceRevision, Trigger};

/// What happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// The pipeline was made or updated; running executions of an older definition are cancelled.
    Defined(Box<Definition>),
    /// An execution begins.
    Start {
        /// Its id.
        id: String,
        /// What it runs.
        definition: Box<Definition>,
        /// What started it.
        trigger: Trigger,
        /// Values for pipeline variables.
        variables: Vec<(String, String)>,
        /// Revisions asked for.
        overrides: Vec<SourceRevision>,
        /// The token of the start.
        client_token: Option<String>,
    },
    /// An action ended.
    Ended {
        /// The execution.
        execution: String,
        /// The attempt.
        action: String,
        /// How.
        outcome: Box<Outcome>,
    },
    /// An execution is to be stopped.
    Stop {
        /// The execution.
        execution: String,
        /// Whether running actions are given up.
        abandon: bool,
        /// Why.
        reason: Option<String>,
    },
    /// A failed stage is to be tried again.
    Retry {
        /// The execution.
        execution: String,
        /// The stage.
        stage: String,
        /// Which actions.
        mode: RetryMode,
    },
    /// A stage is to run again as it ran in an earlier execution.
    Rollback {
        /// The id of the execution that does it.
        id: String,
        /// The current definition.
        definition: Box<Definition>,
        /// The stage.
        stage: String,
        /// The earlier execution.
        target: String,
        /// What started it.
        trigger: Trigger,
    },
    /// The transition into a stage is turned off or on.
    Transition {
        /// The stage.
        stage: String,
        /// Off, by whom and why; or on.
        disabled: Option<Disabled>,
    },
    /// Time has passed: look whether anything can go on.
    Tick,
}

/// Which actions a retry runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryMode {
    /// Those that failed.
    Failed,
    /// All of the stage.
    All,
}

/// How an action ended.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Why it failed; `None` if it succeeded.
    pub failure: Option<Failure>,
    /// The configuration with its variables filled in.
    pub resolved: Option<BTreeMap<String, String>>,
    /// The artifacts that it made.
    pub outputs: Vec<(String, Artifact)>,
    /// Its output variables.
    pub variables: BTreeMap<String, String>,
    /// The id of what it did elsewhere.
    pub external_id: Option<String>,
    /// What it says about itself.
    pub summary: Option<String>,
    /// For a source: the revision.
    pub revision: Option<String>,
    /// Who answered an approval.
    pub updated_by: Option<String>,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Run this attempt.
    Run {
        /// The execution.
        execution: String,
        /// The attempt.
        action: String,
    },
}

/// Why an event is refused. The state is unchanged then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such execution, or no such attempt.
    NotFound,
    /// The execution has ended.
    NotStoppable,
    /// It is being stopped already.
    AlreadyStopping,
    /// The stage cannot be retried.
    NotRetryable,
    /// A newer execution has been in the stage.
    NotLatest,
    /// The attempt has ended already.
    AlreadyEnded,
    /// The execution has not done the stage, or only by going back.
    NotCompleted,
    /// The execution ran an older definition.
    Outdated,
    /// An execution is in the stage.
    Busy,
}
