//! Reads where a pipeline is: stages, actions, tokens of approvals.

use sekisho_engine::prelude::*;

use crate::{checks, render, rows};

pub(crate) struct GetPipelineState;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    name: String,
}

impl Operation for GetPipelineState {
    const ID: OpId = OpId::new("codepipeline", "GetPipelineState");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(checks::on(lookup, "GetPipelineState", &input.name, None))
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        Ok(render::state(rows::find(cx, &input.name)?.as_ref()))
    }
}
