//! Pipeline execution as a pure state machine: [`State::step`] takes an event and says what is to run next.
//!
//! **Invariant:** no clock, no randomness, no I/O: time and ids come with the event. The same events in the same
//! order give the same state.
//!
//! Deliberately absent: what an action does. The executor runs it and feeds the outcome back.

mod begin;
mod definition;
mod event;
mod failed;
mod state;
mod step;

pub use definition::{
    ActionDefinition, ArtifactStore, Definition, EncryptionKey, OnFailure, RetryConfiguration,
    StageDefinition, Variable,
};
pub use event::{Command, Event, Outcome, Refusal, RetryMode};
pub use state::{
    ActionRun, ActionStatus, Artifact, Disabled, Execution, ExecutionStatus, Failure, Rollback,
    SourceRevision, Stage, StageRun, StageStatus, State, Trigger,
};
