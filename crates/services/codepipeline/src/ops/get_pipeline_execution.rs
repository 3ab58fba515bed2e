//! Reads an execution.

use sekisho_engine::prelude::*;

use crate::{checks, render, rows};

pub(crate) struct GetPipelineExecution;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    pipeline_name: String,
    pipeline_execution_id: String,
}

impl Operation for GetPipelineExecution {
    const ID: OpId = OpId::new("codepipeline", "GetPipelineExecution");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(checks::on(
            lookup,
            "GetPipelineExecution",
            &input.pipeline_name,
            None,
        ))
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let pipeline = rows::find(cx, &input.pipeline_name)?;
        let execution = pipeline
            .state
            .execution(&input.pipeline_execution_id)
            .ok_or_else(|| {
                rows::no_execution(&input.pipeline_name, &input.pipeline_execution_id)
            })?;
        Ok(json!({"pipelineExecution": render::execution(execution)}))
    }
}
