//! Lists attempts at actions, newest first.

use sekisho_engine::prelude::*;

use crate::ops::list_pipeline_executions::page_start;
use crate::{checks, render, rows};

pub(crate) struct ListActionExecutions;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    pipeline_name: String,
    max_results: Option<usize>,
    filter: Option<Filter>,
    next_token: Option<String>,
}

impl Operation for ListActionExecutions {
    const ID: OpId = OpId::new("codepipeline", "ListActionExecutions");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(checks::on(
            lookup,
            "ListActionExecutions",
            &input.pipeline_name,
            None,
        ))
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let pipeline = rows::find(cx, &input.pipeline_name).map_err(|error| {
            // Recorded: a sentence of its own (radkawar/stackd codepipeline/history_filter_validation_native).
            let message = format!(
                "The account with AWS account ID '{}' does not include a pipeline named '{}'",
                cx.account(),
                input.pipeline_name
            );
            ApiError { message, ..error }
        })?;
        let filter = input.filter.unwrap_or_default();
        let latest = filter
            .latest_in_pipeline_execution
            .map(|l| l.pipeline_execution_id);
        let only = filter.pipeline_execution_id.or(latest);
        if let Some(id) = &only {
            pipeline
                .state
                .execution(id)
                .ok_or_else(|| rows::no_execution(&input.pipeline_name, id))?;
        }
        let mut all: Vec<_> = pipeline
            .state
            .executions
            .iter()
            .filter(|e| only.as_ref().is_none_or(|id| *id == e.id))
            .flat_map(|e| e.attempts.iter().map(move |a| (e, a)))
            .collect();
        all.reverse();
        all.sort_by_key(|(_, a)| std::cmp::Reverse(a.started_ms));
        let skip = page_start(input.next_token.as_deref())?;
        let limit = input.max_results.unwrap_or(100);
        let list: Vec<Value> = all
            .iter()
            .skip(skip)
            .take(limit)
            .map(|(e, a)| render::action(&pipeline, e, a))
            .collect();
        let mut output = json!({"actionExecutionDetails": list});
        if let (true, Some(map)) = (all.len() > skip + limit, output.as_object_mut()) {
            map.insert("nextToken".to_owned(), json!((skip + limit).to_string()));
        }
        Ok(output)
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Filter {
    pipeline_execution_id: Option<String>,
    latest_in_pipeline_execution: Option<Latest>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Latest {
    pipeline_execution_id: String,
}
