//! Reads a declaration.

use sekisho_engine::prelude::*;
use sekisho_engine::time;

use crate::{checks, declaration, rows};

pub(crate) struct GetPipeline;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    name: String,
    version: Option<u32>,
}

impl Operation for GetPipeline {
    const ID: OpId = OpId::new("codepipeline", "GetPipeline");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(checks::on(lookup, "GetPipeline", &input.name, None))
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let pipeline = rows::find(cx, &input.name)?;
        if input
            .version
            .is_some_and(|v| v != pipeline.definition.version)
        {
            let message = format!(
                "sekisho keeps the current version of a pipeline only: {} of '{}'",
                pipeline.definition.version, input.name
            );
            return Err(ApiError::new("PipelineVersionNotFoundException", message));
        }
        Ok(json!({
            "pipeline": declaration::shown(&pipeline.definition),
            "metadata": {
                "pipelineArn": pipeline.arn(),
                "created": time::seconds(pipeline.created_ms),
                "updated": time::seconds(pipeline.updated_ms),
            },
        }))
    }
}
