//! A pipeline as it is kept: its declaration, and its executions.

use std::sync::Arc;

use sekisho_engine::{ApiError, Cx, Ids, Table, Tags};
use sekisho_pipeline::{Command, Definition, Event, Refusal, State};
use serde::{Deserialize, Serialize};

/// Pipelines by `account/region/name`.
pub const PIPELINES: Table<Pipeline> = Table::new("codepipeline/pipeline");

/// The principal by which service roles trust the service.
pub const SERVICE_PRINCIPAL: &str = "codepipeline.amazonaws.com";

/// A pipeline.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pipeline {
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// The declaration.
    pub definition: Definition,
    /// When it was made, in milliseconds.
    pub created_ms: i64,
    /// When it was updated, in milliseconds.
    pub updated_ms: i64,
    /// Its tags.
    pub tags: Tags,
    /// Its executions.
    pub state: State,
}

pub(crate) fn row(account: &str, region: &str, name: &str) -> String {
    format!("{account}/{region}/{name}")
}

impl Pipeline {
    /// Its ARN.
    #[must_use]
    pub fn arn(&self) -> String {
        format!(
            "arn:aws:codepipeline:{}:{}:{}",
            self.region, self.account, self.definition.name
        )
    }

    /// The key of its row.
    #[must_use]
    pub fn row(&self) -> String {
        row(&self.account, &self.region, &self.definition.name)
    }
}

/// Takes a step with time and ids of the engine.
///
/// # Errors
/// Why the event is refused.
pub fn step(
    pipeline: &mut Pipeline,
    event: Event,
    now_ms: i64,
    ids: &Ids,
) -> Result<Vec<Command>, Refusal> {
    pipeline.state.step(event, now_ms, &mut || ids.uuid())
}

pub(crate) fn not_found(account: &str, name: &str) -> ApiError {
    let message = format!("Account '{account}' does not have a pipeline with name '{name}'");
    ApiError::new("PipelineNotFoundException", message)
}

pub(crate) fn find(cx: &Cx<'_>, name: &str) -> Result<Arc<Pipeline>, ApiError> {
    cx.get(&PIPELINES, &row(cx.account(), cx.region(), name))?
        .ok_or_else(|| not_found(cx.account(), name))
}

/// Takes a step on the pipeline called `name` and keeps what came of it. `refused` words a refusal.
pub(crate) fn take(
    cx: &mut Cx<'_>,
    name: &str,
    event: Event,
    refused: impl FnOnce(Refusal) -> ApiError,
) -> Result<(), ApiError> {
    let mut pipeline = find(cx, name)?.as_ref().clone();
    let now = cx.now_ms();
    step(&mut pipeline, event, now, cx.ids()).map_err(refused)?;
    let row = pipeline.row();
    cx.put(&PIPELINES, &row, pipeline)?;
    cx.wake();
    Ok(())
}

pub(crate) fn no_stage(pipeline: &str, stage: &str) -> ApiError {
    let message = format!("Pipeline '{pipeline}' does not have a stage with name '{stage}'");
    ApiError::new("StageNotFoundException", message)
}

pub(crate) fn no_execution(pipeline: &str, id: &str) -> ApiError {
    let message = format!("The pipeline '{pipeline}' does not have an execution with id '{id}'");
    ApiError::new("PipelineExecutionNotFoundException", message)
}

/// The pipeline that an ARN of the caller's account and region names.
pub(crate) fn of_arn(cx: &Cx<'_>, arn: &str) -> Result<Arc<Pipeline>, ApiError> {
    let name = arn.rsplit(':').next().unwrap_or_default();
    if cx.lookup().arn("codepipeline", name) != arn {
        return Err(ApiError::new(
            "InvalidArnException",
            format!("The ARN {arn} names no pipeline of this account and region"),
        ));
    }
    let missing = |_| {
        ApiError::new(
            "ResourceNotFoundException",
            format!("The resource {arn} does not exist"),
        )
    };
    find(cx, name).map_err(missing)
}
