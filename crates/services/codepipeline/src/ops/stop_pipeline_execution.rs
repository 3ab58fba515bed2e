//! Stops an execution: when its running actions end, or at once.

use sekisho_engine::prelude::*;
use sekisho_pipeline::{Event, Refusal};

use crate::{checks, rows};

pub(crate) struct StopPipelineExecution;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    pipeline_name: String,
    pipeline_execution_id: String,
    #[serde(default)]
    abandon: bool,
    reason: Option<String>,
}

impl Operation for StopPipelineExecution {
    const ID: OpId = OpId::new("codepipeline", "StopPipelineExecution");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(checks::on(
            lookup,
            "StopPipelineExecution",
            &input.pipeline_name,
            None,
        ))
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let (name, id) = (input.pipeline_name, input.pipeline_execution_id);
        let stop = Event::Stop {
            execution: id.clone(),
            abandon: input.abandon,
            reason: input.reason,
        };
        rows::take(cx, &name, stop, |refusal| match refusal {
            Refusal::AlreadyStopping => {
                let message = format!(
                    "The pipeline execution with ID '{id}' in '{name}' is already being stopped."
                );
                ApiError::new("DuplicatedStopRequestException", message)
            }
            _ => {
                let message = format!(
                    "The pipeline execution with ID '{id}' in '{name}' can't be stopped now. Either it does not exist in the pipeline, or the pipeline execution has no action executions in progress."
                );
                ApiError::new("PipelineExecutionNotStoppableException", message)
            }
        })?;
        Ok(json!({"pipelineExecutionId": id}))
    }
}
