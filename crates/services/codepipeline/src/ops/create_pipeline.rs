//! Makes a pipeline and starts its first execution.

use sekisho_engine::prelude::*;
use sekisho_pipeline::{Event, State, Trigger};

use crate::rows::{self, PIPELINES, Pipeline};
use crate::{checks, declaration};

pub(crate) struct CreatePipeline;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    pipeline: Value,
    #[serde(default)]
    tags: Vec<Tag>,
}

impl Operation for CreatePipeline {
    const ID: OpId = OpId::new("codepipeline", "CreatePipeline");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let name = input
            .pipeline
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let mut checks = checks::on(lookup, "CreatePipeline", name, None);
        let tags = || {
            input
                .tags
                .iter()
                .map(|t| (t.key.as_str(), t.value.as_str()))
        };
        checks = checks.into_iter().map(|c| c.with_tags(tags())).collect();
        if !input.tags.is_empty() {
            let tag = checks::on(lookup, "TagResource", name, None);
            checks.extend(tag.into_iter().map(|c| c.with_tags(tags())));
        }
        checks.extend(checks::to_pass(lookup, &input.pipeline));
        Ok(checks)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let mut definition = declaration::read(input.pipeline, cx.region())?;
        definition.version = 1;
        let row = rows::row(cx.account(), cx.region(), &definition.name);
        if cx.get(&PIPELINES, &row)?.is_some() {
            let message = format!(
                "A pipeline with the name '{}' already exists in account '{}'",
                definition.name,
                cx.account()
            );
            return Err(ApiError::new("PipelineNameInUseException", message));
        }
        declaration::assume_all(cx, &definition)?;
        let now = cx.now_ms();
        let mut pipeline = Pipeline {
            account: cx.account().to_owned(),
            region: cx.region().to_owned(),
            definition: definition.clone(),
            created_ms: now,
            updated_ms: now,
            tags: input
                .tags
                .iter()
                .map(|t| (t.key.clone(), t.value.clone()))
                .collect(),
            state: State::default(),
        };
        let start = Event::Start {
            id: cx.ids().uuid(),
            definition: Box::new(definition.clone()),
            trigger: Trigger {
                trigger_type: "CreatePipeline".to_owned(),
                trigger_detail: cx.caller().arn(),
            },
            variables: Vec::new(),
            overrides: Vec::new(),
            client_token: None,
        };
        for event in [Event::Defined(Box::new(definition.clone())), start] {
            rows::step(&mut pipeline, event, now, cx.ids())
                .map_err(|_| ApiError::internal("a new pipeline does not start"))?;
        }
        cx.put(&PIPELINES, &row, pipeline)?;
        cx.wake();
        let mut output = json!({"pipeline": declaration::shown(&definition)});
        if let (false, Some(map)) = (input.tags.is_empty(), output.as_object_mut()) {
            let tags: Vec<Value> = input
                .tags
                .iter()
                .map(|t| json!({"key": t.key, "value": t.value}))
                .collect();
            map.insert("tags".to_owned(), json!(tags));
        }
        Ok(output)
    }
}

#[derive(Deserialize)]
pub(crate) struct Tag {
    pub(crate) key: String,
    pub(crate) value: String,
}
