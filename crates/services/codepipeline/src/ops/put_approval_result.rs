//! Answers an approval; the token is the id of the attempt.

use sekisho_engine::prelude::*;
use sekisho_engine::time;
use sekisho_pipeline::{ActionStatus, Event, Failure, Outcome};

use crate::{checks, rows};

pub(crate) struct PutApprovalResult;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    pipeline_name: String,
    stage_name: String,
    action_name: String,
    result: Answer,
    token: String,
}

impl Operation for PutApprovalResult {
    const ID: OpId = OpId::new("codepipeline", "PutApprovalResult");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let inside = format!("{}/{}", input.stage_name, input.action_name);
        Ok(checks::on(
            lookup,
            "PutApprovalResult",
            &input.pipeline_name,
            Some(&inside),
        ))
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let pipeline = rows::find(cx, &input.pipeline_name)?;
        let Some(stage) = pipeline
            .definition
            .stages
            .iter()
            .find(|s| s.name == input.stage_name)
        else {
            return Err(rows::no_stage(&input.pipeline_name, &input.stage_name));
        };
        if !stage.actions.iter().any(|a| a.name == input.action_name) {
            let message = format!(
                "Stage '{}' does not have an action with name '{}'",
                input.stage_name, input.action_name
            );
            return Err(ApiError::new("ActionNotFoundException", message));
        }
        let attempts = || {
            pipeline
                .state
                .executions
                .iter()
                .flat_map(|e| e.attempts.iter().map(move |a| (e, a)))
        };
        let found = attempts().find(|(_, a)| {
            a.id == input.token && a.stage == input.stage_name && a.action == input.action_name
        });
        let stale = || {
            let message = format!(
                "The pipeline {} has been updated, and the approval request you responded to is now out of date.",
                input.pipeline_name
            );
            ApiError::new("InvalidApprovalTokenException", message)
        };
        let (execution, attempt) = found.ok_or_else(stale)?;
        // Ids of other actions are no tokens.
        if !execution.declared(attempt).is_some_and(|d| d.is_approval()) {
            return Err(stale());
        }
        match attempt.status {
            ActionStatus::InProgress => {}
            ActionStatus::Abandoned => return Err(stale()),
            _ => {
                let message = "The approval action has already been approved or rejected.";
                return Err(ApiError::new("ApprovalAlreadyCompletedException", message));
            }
        }
        let approved = input.result.status == "Approved";
        let outcome = Outcome {
            failure: (!approved).then(|| Failure {
                code: "JobFailed".to_owned(),
                message: input.result.summary.clone(),
            }),
            external_id: Some(attempt.id.clone()),
            summary: Some(input.result.summary.clone()),
            updated_by: Some(cx.caller().arn()),
            ..Outcome::default()
        };
        let event = Event::Ended {
            execution: execution.id.clone(),
            action: attempt.id.clone(),
            outcome: Box::new(outcome),
        };
        let now = cx.now_ms();
        rows::take(cx, &input.pipeline_name, event, |_| {
            ApiError::internal("an answer is refused")
        })?;
        Ok(json!({"approvedAt": time::seconds(now)}))
    }
}

#[derive(Deserialize)]
struct Answer {
    summary: String,
    status: String,
}
