//! Beginnings: of an execution, of a group of actions, of an attempt.

use std::collections::BTreeMap;

use crate::definition::Definition;
use crate::state::{ActionRun, ActionStatus, Execution, ExecutionStatus, SourceRevision, Trigger};

/// A new execution; one that lacks a required variable has failed before it began.
pub(crate) fn begin(
    id: String,
    definition: Definition,
    trigger: Trigger,
    given: Vec<(String, String)>,
    overrides: Vec<SourceRevision>,
    client_token: Option<String>,
    now_ms: i64,
) -> Execution {
    let mut variables = Vec::new();
    let mut missing = Vec::new();
    for variable in &definition.variables {
        let value = given
            .iter()
            .find(|(n, _)| *n == variable.name)
            .map(|(_, v)| v.clone());
        match value.or_else(|| variable.default_value.clone()) {
            Some(value) => variables.push((variable.name.clone(), value)),
            None => missing.push(variable.name.clone()),
        }
    }
    let (status, summary) = if missing.is_empty() {
        (ExecutionStatus::InProgress, None)
    } else {
        variables.clear();
        let text = format!(
            "Values for required variables haven't been provided: {}",
            missing.join(", ")
        );
        (ExecutionStatus::Failed, Some(text))
    };
    Execution {
        id,
        definition,
        status,
        summary,
        stop_reason: None,
        trigger,
        started_ms: now_ms,
        updated_ms: now_ms,
        variables,
        overrides,
        client_token,
        at: 0,
        entered: false,
        stages: Vec::new(),
        attempts: Vec::new(),
        artifacts: BTreeMap::new(),
        rollback: None,
    }
}

/// Begins the actions of `order` in `stage`.
pub(crate) fn start(
    execution: &mut Execution,
    stage: &str,
    order: Option<u32>,
    now_ms: i64,
    new_id: &mut dyn FnMut() -> String,
) {
    let Some(definition) = execution
        .definition
        .stages
        .iter()
        .find(|s| s.name == stage)
        .cloned()
    else {
        return;
    };
    for action in definition
        .actions
        .iter()
        .filter(|a| Some(a.run_order) == order)
    {
        let attempt = attempt(execution, stage, &action.name, new_id(), now_ms);
        execution.attempts.push(attempt);
    }
}

/// A new attempt at an action, with the artifacts that it takes.
pub(crate) fn attempt(
    execution: &Execution,
    stage: &str,
    action: &str,
    id: String,
    now_ms: i64,
) -> ActionRun {
    let declared = execution.definition.action(stage, action);
    let inputs = declared
        .map(|d| d.input_artifacts.as_slice())
        .unwrap_or_default();
    ActionRun {
        id,
        stage: stage.to_owned(),
        action: action.to_owned(),
        status: ActionStatus::InProgress,
        started_ms: now_ms,
        updated_ms: now_ms,
        resolved: declared
            .map(|d| d.configuration.clone())
            .unwrap_or_default(),
        inputs: inputs
            .iter()
            .filter_map(|i| Some((i.name.clone(), execution.artifacts.get(&i.name)?.clone())))
            .collect(),
        outputs: Vec::new(),
        variables: BTreeMap::new(),
        external_id: None,
        summary: None,
        failure: None,
        revision: None,
        updated_by: None,
    }
}
