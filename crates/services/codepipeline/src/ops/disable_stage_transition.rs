//! Keeps executions in front of a stage.

use sekisho_engine::prelude::*;
use sekisho_pipeline::{Disabled, Event};

use crate::ops::enable_stage_transition::outbound;
use crate::{checks, rows};

pub(crate) struct DisableStageTransition;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    pipeline_name: String,
    stage_name: String,
    transition_type: String,
    reason: String,
}

impl Operation for DisableStageTransition {
    const ID: OpId = OpId::new("codepipeline", "DisableStageTransition");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(checks::on(
            lookup,
            "DisableStageTransition",
            &input.pipeline_name,
            Some(&input.stage_name),
        ))
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        outbound(&input.transition_type)?;
        let disabled = Disabled {
            reason: input.reason,
            by: cx.caller().arn(),
            at_ms: cx.now_ms(),
        };
        let event = Event::Transition {
            stage: input.stage_name.clone(),
            disabled: Some(disabled),
        };
        rows::take(cx, &input.pipeline_name, event, |_| {
            rows::no_stage(&input.pipeline_name, &input.stage_name)
        })?;
        Ok(json!({}))
    }
}
