//! Runs a stage again as it ran in an execution that succeeded in it, as an execution of its own.

use sekisho_engine::prelude::*;
use sekisho_pipeline::{Event, Refusal, Trigger};

use crate::{checks, rows};

pub(crate) struct RollbackStage;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    pipeline_name: String,
    stage_name: String,
    target_pipeline_execution_id: String,
}

impl Operation for RollbackStage {
    const ID: OpId = OpId::new("codepipeline", "RollbackStage");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let stage = Some(input.stage_name.as_str());
        let name = &input.pipeline_name;
        Ok(checks::on(lookup, "RollbackStage", name, stage))
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let (name, stage) = (input.pipeline_name, input.stage_name);
        let target = input.target_pipeline_execution_id;
        let pipeline = rows::find(cx, &name)?;
        if !pipeline.definition.stages.iter().any(|s| s.name == stage) {
            return Err(rows::no_stage(&name, &stage));
        }
        let id = cx.ids().uuid();
        // Recorded: of all details of triggers this one is JSON.
        let by = json!({"AwsUserArn": cx.caller().arn()});
        let rollback = Event::Rollback {
            id: id.clone(),
            definition: Box::new(pipeline.definition.clone()),
            stage: stage.clone(),
            target: target.clone(),
            trigger: Trigger {
                trigger_type: "ManualRollback".to_owned(),
                trigger_detail: by.to_string(),
            },
        };
        rows::take(cx, &name, rollback, |refusal| match refusal {
            Refusal::NotFound => ApiError::new(
                "PipelineExecutionNotFoundException",
                format!(
                    "Target Pipeline Execution with id '{target}' does not exist in pipeline with name '{name}'"
                ),
            ),
            Refusal::Outdated => ApiError::new(
                "PipelineExecutionOutdatedException",
                format!("Pipeline '{name}' has been updated since the rollback request was made."),
            ),
            Refusal::Busy => ApiError::new(
                "UnableToRollbackStageException",
                format!(
                    "Pipeline '{name}' cannot start rollback since stage {stage} is in progress."
                ),
            ),
            _ => ApiError::new(
                "UnableToRollbackStageException",
                format!(
                    "Target Pipeline Execution with id '{target}' has not completed in stage with name '{stage}'"
                ),
            ),
        })?;
        Ok(json!({"pipelineExecutionId": id}))
    }
}
