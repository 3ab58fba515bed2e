//! Replaces a declaration. Executions under way are cancelled; none is started.

use sekisho_engine::prelude::*;
use sekisho_pipeline::Event;

use crate::rows::{self, PIPELINES};
use crate::{checks, declaration};

pub(crate) struct UpdatePipeline;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    pipeline: Value,
}

impl Operation for UpdatePipeline {
    const ID: OpId = OpId::new("codepipeline", "UpdatePipeline");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let name = input
            .pipeline
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let mut checks = checks::on(lookup, "UpdatePipeline", name, None);
        checks.extend(checks::to_pass(lookup, &input.pipeline));
        Ok(checks)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let mut definition = declaration::read(input.pipeline, cx.region())?;
        let old = rows::find(cx, &definition.name)?;
        definition.version = old.definition.version + 1;
        declaration::assume_all(cx, &definition)?;
        let mut pipeline = old.as_ref().clone();
        let now = cx.now_ms();
        pipeline.definition = definition.clone();
        pipeline.updated_ms = now;
        rows::step(
            &mut pipeline,
            Event::Defined(Box::new(definition.clone())),
            now,
            cx.ids(),
        )
        .map_err(|_| ApiError::internal("an update is refused"))?;
        cx.put(&PIPELINES, &pipeline.row(), pipeline)?;
        Ok(json!({"pipeline": declaration::shown(&definition)}))
    }
}
