//! Executions as the API shows them (`spec/codepipeline-wire.md` section 3).

use sekisho_engine::time;
use sekisho_pipeline::{
    ActionDefinition, ActionRun, ActionStatus, Artifact, Execution, ExecutionStatus, StageRun,
};
use serde_json::{Map, Value, json};

use crate::catalogue;
use crate::rows::Pipeline;

fn put(map: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        map.insert(name.to_owned(), value);
    }
}

fn artifacts(list: &[(String, Artifact)]) -> Value {
    list.iter()
        .map(|(n, a)| json!({"name": n, "s3location": {"bucket": a.bucket, "key": a.key}}))
        .collect()
}

/// The sources of an execution; those of a rollback are its target's, whatever it reads itself (recorded).
fn sources(execution: &Execution) -> impl Iterator<Item = &ActionRun> {
    let own = execution.rollback.is_none();
    let latest = move |a: &&ActionRun| {
        let last = execution.attempt(&a.stage, &a.action);
        !own || last.is_some_and(|last| last.id == a.id)
    };
    let attempts = match &execution.rollback {
        Some(rollback) => &rollback.before,
        None => &execution.attempts,
    };
    let found = attempts.iter().filter(|a| a.revision.is_some());
    found.filter(latest)
}

/// What is said of a rollback; nothing of an ordinary execution.
fn kind(execution: &Execution, map: &mut Map<String, Value>) {
    if let Some(rollback) = &execution.rollback {
        let target = json!({"rollbackTargetPipelineExecutionId": rollback.target});
        map.insert("executionType".into(), json!("ROLLBACK"));
        map.insert("rollbackMetadata".into(), target);
    }
}

/// An entry of ListPipelineExecutions.
pub(crate) fn summary(execution: &Execution) -> Value {
    let mut map = Map::new();
    map.insert("pipelineExecutionId".into(), json!(execution.id));
    map.insert("status".into(), json!(format!("{:?}", execution.status)));
    put(
        &mut map,
        "statusSummary",
        execution.summary.as_ref().map(|s| json!(s)),
    );
    map.insert(
        "startTime".into(),
        json!(time::seconds(execution.started_ms)),
    );
    map.insert(
        "lastUpdateTime".into(),
        json!(time::seconds(execution.updated_ms)),
    );
    let revisions: Vec<Value> = sources(execution)
        .map(|a| json!({"actionName": a.action, "revisionId": a.revision, "revisionSummary": a.summary}))
        .collect();
    map.insert("sourceRevisions".into(), json!(revisions));
    map.insert("trigger".into(), json!(execution.trigger));
    kind(execution, &mut map);
    let stop = execution.stop_reason.as_ref().map(|r| json!({"reason": r}));
    put(&mut map, "stopTrigger", stop);
    map.insert(
        "executionMode".into(),
        json!(execution.definition.execution_mode),
    );
    Value::Object(map)
}

/// GetPipelineExecution.
pub(crate) fn execution(execution: &Execution) -> Value {
    let mut map = Map::new();
    map.insert("pipelineName".into(), json!(execution.definition.name));
    map.insert(
        "pipelineVersion".into(),
        json!(execution.definition.version),
    );
    map.insert("pipelineExecutionId".into(), json!(execution.id));
    map.insert("status".into(), json!(format!("{:?}", execution.status)));
    put(
        &mut map,
        "statusSummary",
        execution.summary.as_ref().map(|s| json!(s)),
    );
    let revisions: Vec<Value> = sources(execution)
        .map(|a| {
            let name = a.outputs.first().map(|(n, _)| n.clone());
            json!({"name": name, "revisionId": a.revision, "revisionSummary": a.summary})
        })
        .collect();
    map.insert("artifactRevisions".into(), json!(revisions));
    if !execution.variables.is_empty() {
        let list: Vec<Value> = execution
            .variables
            .iter()
            .map(|(n, v)| json!({"name": n, "resolvedValue": v}))
            .collect();
        map.insert("variables".into(), json!(list));
    }
    map.insert("trigger".into(), json!(execution.trigger));
    kind(execution, &mut map);
    map.insert(
        "executionMode".into(),
        json!(execution.definition.execution_mode),
    );
    Value::Object(map)
}

/// An entry of ListActionExecutions.
pub(crate) fn action(pipeline: &Pipeline, execution: &Execution, run: &ActionRun) -> Value {
    let declared = execution.declared(run);
    let mut input = Map::new();
    put(
        &mut input,
        "actionTypeId",
        declared.map(|d| json!(d.action_type_id)),
    );
    put(
        &mut input,
        "configuration",
        declared.map(|d| json!(d.configuration)),
    );
    input.insert("resolvedConfiguration".into(), json!(run.resolved));
    put(
        &mut input,
        "roleArn",
        declared.and_then(|d| d.role_arn.as_ref()).map(|r| json!(r)),
    );
    input.insert("region".into(), json!(pipeline.region));
    input.insert("inputArtifacts".into(), artifacts(&run.inputs));
    put(
        &mut input,
        "namespace",
        declared
            .and_then(|d| d.namespace.as_ref())
            .map(|n| json!(n)),
    );
    let mut output = Map::new();
    output.insert("outputArtifacts".into(), artifacts(&run.outputs));
    let mut result = Map::new();
    put(
        &mut result,
        "externalExecutionId",
        run.external_id.as_ref().map(|i| json!(i)),
    );
    let text = run
        .failure
        .as_ref()
        .map(|f| &f.message)
        .filter(|m| !m.is_empty())
        .or(run.summary.as_ref());
    put(
        &mut result,
        "externalExecutionSummary",
        text.map(|t| json!(t)),
    );
    let answered = declared.is_some_and(is_only_answered);
    put(
        &mut result,
        "errorDetails",
        run.failure
            .as_ref()
            .filter(|_| !answered)
            .map(|f| json!({"code": f.code})),
    );
    if !result.is_empty() && matches!(run.status, ActionStatus::Succeeded | ActionStatus::Failed) {
        output.insert("executionResult".into(), Value::Object(result));
    }
    output.insert("outputVariables".into(), json!(run.variables));
    let mut map = Map::new();
    map.insert("pipelineExecutionId".into(), json!(execution.id));
    map.insert("actionExecutionId".into(), json!(run.id));
    map.insert(
        "pipelineVersion".into(),
        json!(execution.definition.version),
    );
    map.insert("stageName".into(), json!(run.stage));
    map.insert("actionName".into(), json!(run.action));
    map.insert("startTime".into(), json!(time::seconds(run.started_ms)));
    map.insert(
        "lastUpdateTime".into(),
        json!(time::seconds(run.updated_ms)),
    );
    put(
        &mut map,
        "updatedBy",
        run.updated_by.as_ref().map(|u| json!(u)),
    );
    map.insert("status".into(), json!(format!("{:?}", run.status)));
    map.insert("input".into(), Value::Object(input));
    map.insert("output".into(), Value::Object(output));
    Value::Object(map)
}

/// GetPipelineState.
pub(crate) fn state(pipeline: &Pipeline) -> Value {
    let stages: Vec<Value> = pipeline
        .definition
        .stages
        .iter()
        .map(|s| stage(pipeline, &s.name))
        .collect();
    json!({
        "pipelineName": pipeline.definition.name,
        "pipelineVersion": pipeline.definition.version,
        "stageStates": stages,
        "created": time::seconds(pipeline.created_ms),
        "updated": time::seconds(pipeline.updated_ms),
    })
}

fn stage(pipeline: &Pipeline, name: &str) -> Value {
    let state = &pipeline.state;
    let slot = state.stages.iter().find(|s| s.name == name);
    let mut map = Map::new();
    map.insert("stageName".into(), json!(name));
    let inbound: Vec<Value> = state
        .inbound(name)
        .map(|e| json!({"pipelineExecutionId": e.id, "status": format!("{:?}", e.status)}))
        .collect();
    put(&mut map, "inboundExecution", inbound.first().cloned());
    map.insert("inboundExecutions".into(), json!(inbound));
    let transition = match slot.and_then(|s| s.disabled.as_ref()) {
        None => json!({"enabled": true}),
        Some(d) => json!({
            "enabled": false, "lastChangedBy": d.by, "lastChangedAt": time::seconds(d.at_ms), "disabledReason": d.reason,
        }),
    };
    map.insert("inboundTransitionState".into(), transition);
    let latest = slot
        .and_then(|s| s.latest.as_ref())
        .and_then(|id| state.execution(id));
    let declared = pipeline.definition.stages.iter().find(|s| s.name == name);
    let actions: Vec<Value> = declared
        .iter()
        .flat_map(|s| &s.actions)
        .map(|a| {
            let run = latest.and_then(|e| e.attempt(name, &a.name));
            let mut map = Map::new();
            map.insert("actionName".into(), json!(a.name));
            let Some(run) = run else {
                return Value::Object(map);
            };
            put(
                &mut map,
                "currentRevision",
                run.revision.as_ref().map(|r| json!({"revisionId": r})),
            );
            map.insert("latestExecution".into(), latest_action(run, a));
            put(
                &mut map,
                "entityUrl",
                catalogue::entity_url(a, &pipeline.region).map(|u| json!(u)),
            );
            Value::Object(map)
        })
        .collect();
    map.insert("actionStates".into(), json!(actions));
    if let Some((execution, run)) = latest.and_then(|e| Some((e, e.stage(name)?))) {
        let stopping = execution.status == ExecutionStatus::Stopping;
        let status = if stopping && run.status == sekisho_pipeline::StageStatus::InProgress {
            "Stopping".to_owned()
        } else {
            format!("{:?}", run.status)
        };
        let mut latest = json!({"pipelineExecutionId": execution.id, "status": status});
        if execution.rollback.is_some()
            && let Some(latest) = latest.as_object_mut()
        {
            latest.insert("type".into(), json!("ROLLBACK"));
        }
        map.insert("latestExecution".into(), latest);
        put(&mut map, "retryStageMetadata", retries(run));
    }
    Value::Object(map)
}

/// How often a stage was tried again, and by whom last.
fn retries(run: &StageRun) -> Option<Value> {
    let trigger = match (run.retries, run.automatic_retries) {
        (0, 0) => return None,
        _ if run.retried_by_hand || run.automatic_retries == 0 => "ManualStageRetry",
        _ => "AutomatedStageRetry",
    };
    let mut map = Map::new();
    let some = |count: u32| (count > 0).then(|| json!(count));
    put(
        &mut map,
        "autoStageRetryAttempt",
        some(run.automatic_retries),
    );
    put(&mut map, "manualStageRetryAttempt", some(run.retries));
    map.insert("latestRetryTrigger".into(), json!(trigger));
    Some(Value::Object(map))
}

/// Whether an action fails only by an answer, which is no error.
fn is_only_answered(action: &ActionDefinition) -> bool {
    action.is_approval() && !action.notifies()
}

fn latest_action(run: &ActionRun, declared: &ActionDefinition) -> Value {
    let approval = declared.is_approval();
    let mut map = Map::new();
    map.insert("actionExecutionId".into(), json!(run.id));
    map.insert("status".into(), json!(format!("{:?}", run.status)));
    put(
        &mut map,
        "summary",
        run.summary
            .as_ref()
            .filter(|_| run.failure.is_none() || approval)
            .map(|s| json!(s)),
    );
    let ended = matches!(run.status, ActionStatus::Succeeded | ActionStatus::Failed);
    put(
        &mut map,
        "lastStatusChange",
        ended.then(|| json!(time::seconds(run.updated_ms))),
    );
    put(
        &mut map,
        "token",
        (approval && run.status == ActionStatus::InProgress).then(|| json!(run.id)),
    );
    put(
        &mut map,
        "lastUpdatedBy",
        run.updated_by.as_ref().map(|u| json!(u)),
    );
    put(
        &mut map,
        "externalExecutionId",
        run.external_id
            .as_ref()
            .filter(|_| !approval)
            .map(|i| json!(i)),
    );
    if !is_only_answered(declared) {
        let details = run
            .failure
            .as_ref()
            .map(|f| json!({"code": f.code, "message": f.message}));
        put(&mut map, "errorDetails", details);
    }
    Value::Object(map)
}
