//! Starts an execution. The same client token gives the same execution.

use sekisho_engine::prelude::*;
use sekisho_pipeline::{Event, SourceRevision, Trigger};

use crate::{checks, rows};

pub(crate) struct StartPipelineExecution;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    name: String,
    #[serde(default)]
    variables: Vec<Variable>,
    client_request_token: Option<String>,
    #[serde(default)]
    source_revisions: Vec<SourceRevision>,
}

impl Operation for StartPipelineExecution {
    const ID: OpId = OpId::new("codepipeline", "StartPipelineExecution");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(checks::on(
            lookup,
            "StartPipelineExecution",
            &input.name,
            None,
        ))
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let pipeline = rows::find(cx, &input.name)?;
        let mut names: Vec<&str> = Vec::new();
        for variable in &input.variables {
            if names.contains(&variable.name.as_str()) {
                let message = format!(
                    "Variable names must be unique. The following variable name is already in use: {}",
                    variable.name
                );
                return Err(ApiError::new("ValidationException", message));
            }
            names.push(&variable.name);
        }
        if let Some(token) = &input.client_request_token
            && let Some(twin) = pipeline
                .state
                .executions
                .iter()
                .find(|e| e.client_token.as_ref() == Some(token))
        {
            return Ok(json!({"pipelineExecutionId": twin.id}));
        }
        let active = pipeline
            .state
            .executions
            .iter()
            .filter(|e| !e.finished())
            .count();
        if active >= 50 && pipeline.definition.execution_mode != "SUPERSEDED" {
            let message = format!(
                "The pipeline '{}' has reached the limit for concurrent executions: 50",
                input.name
            );
            return Err(ApiError::new(
                "ConcurrentPipelineExecutionsLimitExceededException",
                message,
            ));
        }
        let id = cx.ids().uuid();
        let start = Event::Start {
            id: id.clone(),
            definition: Box::new(pipeline.definition.clone()),
            trigger: Trigger {
                trigger_type: "StartPipelineExecution".to_owned(),
                trigger_detail: cx.caller().arn(),
            },
            variables: input
                .variables
                .into_iter()
                .map(|v| (v.name, v.value))
                .collect(),
            overrides: input.source_revisions,
            client_token: input.client_request_token,
        };
        rows::take(cx, &input.name, start, |_| {
            ApiError::internal("a start is refused")
        })?;
        Ok(json!({"pipelineExecutionId": id}))
    }
}

#[derive(Deserialize)]
struct Variable {
    name: String,
    value: String,
}
