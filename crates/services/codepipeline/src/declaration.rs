//! Reading a declaration, and showing it with the defaults that AWS fills in.

use sekisho_engine::{ApiError, Cx};
use sekisho_pipeline::{ActionDefinition, Definition};
use serde_json::{Map, Value, json};

use crate::structure;

/// Parts of a declaration that are not there yet; each is named rather than dropped.
const UNSUPPORTED_STAGE: &[&str] = &["blockers", "onSuccess", "beforeEntry"];
const UNSUPPORTED_ACTION: &[&str] = &["commands", "outputVariables", "environmentVariables"];

pub(crate) fn read(value: Value, region: &str) -> Result<Definition, ApiError> {
    let given =
        |v: &Value, name: &str| v.get(name).is_some_and(|v| !v.is_null() && v != &json!([]));
    let refuse = |name: &str| {
        Err(ApiError::new(
            "InvalidStructureException",
            format!("sekisho does not support `{name}` in a pipeline yet"),
        ))
    };
    for stage in value
        .get("stages")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        if let Some(name) = UNSUPPORTED_STAGE.iter().find(|n| given(stage, n)) {
            return refuse(name);
        }
        let failure = stage.get("onFailure").filter(|f| !f.is_null());
        if let Some(failure) = failure {
            if given(failure, "conditions") {
                return refuse("onFailure.conditions");
            }
            let result = failure.get("result").and_then(Value::as_str);
            if !matches!(result, Some("FAIL" | "RETRY" | "ROLLBACK")) {
                let without = || "onFailure without result".to_owned();
                let name = result.map_or_else(without, |r| format!("onFailure.result {r}"));
                return refuse(&name);
            }
        }
        for action in stage
            .get("actions")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            if let Some(name) = UNSUPPORTED_ACTION.iter().find(|n| given(action, n)) {
                return refuse(name);
            }
        }
    }
    let mut definition: Definition = serde_json::from_value(value)
        .map_err(|e| ApiError::new("SerializationException", e.to_string()).status(400))?;
    let v2 = !definition.variables.is_empty() || definition.execution_mode != "SUPERSEDED";
    let kind = definition
        .pipeline_type
        .take()
        .unwrap_or_else(|| if v2 { "V2" } else { "V1" }.to_owned());
    definition.pipeline_type = Some(kind);
    structure::check(&definition, region)?;
    Ok(definition)
}

/// The declaration as CreatePipeline, UpdatePipeline and GetPipeline show it.
pub(crate) fn shown(definition: &Definition) -> Value {
    let stages: Vec<Value> = definition
        .stages
        .iter()
        .map(|s| {
            let actions: Vec<Value> = s.actions.iter().map(action).collect();
            without_nulls(json!({"name": s.name, "actions": actions, "onFailure": s.on_failure}))
        })
        .collect();
    let mut map = Map::new();
    map.insert("name".into(), json!(definition.name));
    map.insert("roleArn".into(), json!(definition.role_arn));
    if let Some(store) = &definition.artifact_store {
        map.insert("artifactStore".into(), without_nulls(json!(store)));
    }
    if let Some(stores) = &definition.artifact_stores {
        map.insert("artifactStores".into(), without_nulls(json!(stores)));
    }
    map.insert("stages".into(), json!(stages));
    map.insert("version".into(), json!(definition.version));
    map.insert("executionMode".into(), json!(definition.execution_mode));
    map.insert("pipelineType".into(), json!(definition.pipeline_type));
    if !definition.triggers.is_empty() {
        map.insert("triggers".into(), json!(definition.triggers));
    }
    if !definition.variables.is_empty() {
        map.insert(
            "variables".into(),
            without_nulls(json!(definition.variables)),
        );
    }
    Value::Object(map)
}

fn action(action: &ActionDefinition) -> Value {
    without_nulls(json!(action))
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(
            map.into_iter()
                .filter(|(_, v)| !v.is_null())
                .map(|(k, v)| (k, without_nulls(v)))
                .collect(),
        ),
        Value::Array(list) => list.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

/// The service must be able to assume the pipeline's role, and that role every action's role: the calls are
/// made, so that a missing trust surfaces here as it does on AWS.
pub(crate) fn assume_all(cx: &mut Cx<'_>, definition: &Definition) -> Result<(), ApiError> {
    let arn = cx.lookup().arn("codepipeline", &definition.name);
    let account = cx.account().to_owned();
    let name = cx.now_ms().to_string();
    let input = |role: &str| json!({"RoleArn": role, "RoleSessionName": name});
    let session = cx
        .call_as_service(
            "sts",
            "AssumeRole",
            input(&definition.role_arn),
            &arn,
            &account,
        )
        .map_err(|e| {
            let message = format!(
                "CodePipeline is not authorized to perform AssumeRole on role {}",
                definition.role_arn
            );
            ApiError {
                event: e.event,
                ..ApiError::new("InvalidStructureException", message)
            }
        })?;
    let key = session
        .pointer("/Credentials/AccessKeyId")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    for action in definition.stages.iter().flat_map(|s| &s.actions) {
        if let Some(role) = &action.role_arn {
            cx.call_with(&key, "sts", "AssumeRole", input(role))
                .map_err(|e| {
                    let message = format!(
                        "{} is not authorized to perform AssumeRole on role {role}",
                        definition.role_arn
                    );
                    ApiError {
                        event: e.event,
                        ..ApiError::new("InvalidStructureException", message)
                    }
                })?;
        }
    }
    Ok(())
}
