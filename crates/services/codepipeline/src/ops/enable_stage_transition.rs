//! Lets executions into a stage again.

use sekisho_engine::prelude::*;
use sekisho_pipeline::Event;

use crate::{checks, rows};

pub(crate) struct EnableStageTransition;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    pipeline_name: String,
    stage_name: String,
    transition_type: String,
}

impl Operation for EnableStageTransition {
    const ID: OpId = OpId::new("codepipeline", "EnableStageTransition");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(checks::on(
            lookup,
            "EnableStageTransition",
            &input.pipeline_name,
            Some(&input.stage_name),
        ))
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        outbound(&input.transition_type)?;
        let event = Event::Transition {
            stage: input.stage_name.clone(),
            disabled: None,
        };
        rows::take(cx, &input.pipeline_name, event, |_| {
            rows::no_stage(&input.pipeline_name, &input.stage_name)
        })?;
        Ok(json!({}))
    }
}

/// Only the way into a stage can be closed here.
pub(crate) fn outbound(kind: &str) -> Result<(), ApiError> {
    if kind == "Outbound" {
        return Err(ApiError::new(
            "ValidationException",
            "sekisho does not support outbound transitions yet",
        ));
    }
    Ok(())
}
