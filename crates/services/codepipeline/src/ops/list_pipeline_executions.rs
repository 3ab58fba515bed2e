//! Lists executions, newest first.

use sekisho_engine::prelude::*;
use sekisho_pipeline::{Execution, StageStatus};

use crate::{checks, render, rows};

pub(crate) struct ListPipelineExecutions;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    pipeline_name: String,
    max_results: Option<usize>,
    filter: Option<Filter>,
    next_token: Option<String>,
}

impl Operation for ListPipelineExecutions {
    const ID: OpId = OpId::new("codepipeline", "ListPipelineExecutions");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(checks::on(
            lookup,
            "ListPipelineExecutions",
            &input.pipeline_name,
            None,
        ))
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let pipeline = rows::find(cx, &input.pipeline_name)?;
        let skip = page_start(input.next_token.as_deref())?;
        let limit = input.max_results.unwrap_or(100);
        let stage = input
            .filter
            .and_then(|f| f.succeeded_in_stage)
            .and_then(|s| s.stage_name);
        let succeeded = |e: &&Execution| {
            stage.as_ref().is_none_or(|name| {
                e.stage(name)
                    .is_some_and(|s| s.status == StageStatus::Succeeded)
            })
        };
        let all: Vec<&Execution> = pipeline
            .state
            .executions
            .iter()
            .rev()
            .filter(succeeded)
            .collect();
        let list: Vec<Value> = all
            .iter()
            .skip(skip)
            .take(limit)
            .map(|e| render::summary(e))
            .collect();
        let mut output = json!({"pipelineExecutionSummaries": list});
        if let (true, Some(map)) = (all.len() > skip + limit, output.as_object_mut()) {
            map.insert("nextToken".to_owned(), json!((skip + limit).to_string()));
        }
        Ok(output)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Filter {
    succeeded_in_stage: Option<InStage>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InStage {
    stage_name: Option<String>,
}

/// Where a page begins.
pub(crate) fn page_start(token: Option<&str>) -> Result<usize, ApiError> {
    match token {
        None => Ok(0),
        Some(token) => token
            .parse()
            .map_err(|_| ApiError::new("InvalidNextTokenException", "The next token is not valid")),
    }
}
