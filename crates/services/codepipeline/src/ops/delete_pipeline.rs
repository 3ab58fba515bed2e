//! Removes a pipeline; one that is not there is removed already.

use sekisho_engine::prelude::*;

use crate::checks;
use crate::rows::{self, PIPELINES};

pub(crate) struct DeletePipeline;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    name: String,
}

impl Operation for DeletePipeline {
    const ID: OpId = OpId::new("codepipeline", "DeletePipeline");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(checks::on(lookup, "DeletePipeline", &input.name, None))
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let row = rows::row(cx.account(), cx.region(), &input.name);
        cx.delete(&PIPELINES, &row);
        Ok(json!({}))
    }
}
