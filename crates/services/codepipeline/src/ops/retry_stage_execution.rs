//! Tries a failed stage again, in the same execution.

use sekisho_engine::prelude::*;
use sekisho_pipeline::{Event, Refusal, RetryMode};

use crate::{checks, rows};

pub(crate) struct RetryStageExecution;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    pipeline_name: String,
    stage_name: String,
    pipeline_execution_id: String,
    retry_mode: String,
}

impl Operation for RetryStageExecution {
    const ID: OpId = OpId::new("codepipeline", "RetryStageExecution");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(checks::on(
            lookup,
            "RetryStageExecution",
            &input.pipeline_name,
            Some(&input.stage_name),
        ))
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let (name, stage, id) = (
            input.pipeline_name,
            input.stage_name,
            input.pipeline_execution_id,
        );
        let mode = if input.retry_mode == "ALL_ACTIONS" {
            RetryMode::All
        } else {
            RetryMode::Failed
        };
        let pipeline = rows::find(cx, &name)?;
        if !pipeline.definition.stages.iter().any(|s| s.name == stage) {
            return Err(rows::no_stage(&name, &stage));
        }
        let retry = Event::Retry {
            execution: id.clone(),
            stage: stage.clone(),
            mode,
        };
        rows::take(cx, &name, retry, |refusal| match refusal {
            Refusal::NotLatest => {
                let message = format!(
                    "The pipeline execution with ID '{id}' is not the latest execution in the stage {stage} of '{name}'."
                );
                ApiError::new("NotLatestPipelineExecutionException", message)
            }
            _ => {
                let message = format!(
                    "The stage named {stage} in the {name} pipeline can't be retried now. Either it contains no failed actions, the execution '{id}' is already superseded, or the pipeline definition has changed since the action(s) failed."
                );
                ApiError::new("StageNotRetryableException", message)
            }
        })?;
        Ok(json!({"pipelineExecutionId": id}))
    }
}
