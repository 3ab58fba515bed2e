//! After a stage has failed: tried again, by hand or by itself, or rolled back to what succeeded in it.

use std::collections::BTreeMap;

use crate::begin::attempt;
use crate::definition::{Definition, OnFailure, StageDefinition};
use crate::event::{Refusal, RetryMode};
use crate::state::{
    ActionRun, ActionStatus, Execution, ExecutionStatus, Rollback, StageStatus, State, Trigger,
};

/// Begins the stage that the execution is in again: all of it, or the actions that failed.
pub(crate) fn again(
    execution: &mut Execution,
    stage: &StageDefinition,
    mode: RetryMode,
    now_ms: i64,
    new_id: &mut dyn FnMut() -> String,
) {
    let began = execution.attempts.len();
    let run = execution.stages.iter_mut().rev();
    if let Some(run) = run.into_iter().find(|s| s.name == stage.name) {
        run.status = StageStatus::InProgress;
        if mode == RetryMode::All {
            run.since = began;
        }
    }
    let failed = |name: &str| {
        let last = execution.counted(&stage.name, name);
        last.is_some_and(|a| matches!(a.status, ActionStatus::Failed | ActionStatus::Abandoned))
    };
    let first = stage.actions.iter().map(|a| a.run_order).min();
    let chosen: Vec<&str> = stage
        .actions
        .iter()
        .filter(|a| match mode {
            RetryMode::Failed => failed(&a.name),
            RetryMode::All => Some(a.run_order) == first,
        })
        .map(|a| a.name.as_str())
        .collect();
    for action in chosen {
        let attempt = attempt(execution, &stage.name, action, new_id(), now_ms);
        execution.attempts.push(attempt);
    }
    execution.updated_ms = now_ms;
}

/// Tries a failed stage once more, where that is declared. A rollback is not tried again by itself.
pub(crate) fn tries_again(
    execution: &mut Execution,
    stage: &StageDefinition,
    now_ms: i64,
    new_id: &mut dyn FnMut() -> String,
) -> bool {
    let declared = stage.on_failure.as_ref().filter(|f| f.result == "RETRY");
    let Some(declared) = declared.filter(|_| execution.rollback.is_none()) else {
        return false;
    };
    let run = execution.stages.iter_mut().rev();
    let Some(run) = run.into_iter().find(|s| s.name == stage.name) else {
        return false;
    };
    if run.automatic_retries > 0 {
        return false;
    }
    run.automatic_retries += 1;
    run.retried_by_hand = false;
    again(execution, stage, declared.retry_mode(), now_ms, new_id);
    true
}

impl OnFailure {
    fn retry_mode(&self) -> RetryMode {
        let mode = self.retry_configuration.as_ref();
        match mode.and_then(|c| c.retry_mode.as_deref()) {
            Some("ALL_ACTIONS") => RetryMode::All,
            _ => RetryMode::Failed,
        }
    }
}

/// Whether `execution` can be gone back to: it has done the stage, and not by going back itself (recorded).
fn completed(execution: &Execution, stage: &str) -> bool {
    let run = execution.stage(stage);
    execution.rollback.is_none() && run.is_some_and(|r| r.status == StageStatus::Succeeded)
}

impl State {
    /// Begins an execution that runs `stage` as `target` ran it.
    pub(crate) fn roll_back(
        &mut self,
        id: String,
        current: &Definition,
        stage: &str,
        target: &str,
        trigger: Trigger,
        now_ms: i64,
    ) -> Result<(), Refusal> {
        let target = self.execution(target).ok_or(Refusal::NotFound)?;
        if !completed(target, stage) {
            return Err(Refusal::NotCompleted);
        }
        let at = target
            .definition
            .stages
            .iter()
            .position(|s| s.name == stage)
            .filter(|_| target.definition.version == current.version)
            .ok_or(Refusal::Outdated)?;
        let slot = self.stages.iter().find(|s| s.name == stage);
        if slot.is_some_and(|s| s.holder.is_some()) {
            return Err(Refusal::Busy);
        }
        let execution = back_to(id, target, at, trigger, now_ms);
        self.executions.push(execution);
        Ok(())
    }

    /// Rolls the stage that `failed` has failed in back, where that is declared and there is something to go back to: at once,
    /// before anybody who waits, for what came after it would be undone. That order is not recorded. Parallel executions
    /// are not rolled back (user guide, "Configure stage rollback").
    pub(crate) fn rolls_back(
        &mut self,
        failed: &Execution,
        stage: &StageDefinition,
        now_ms: i64,
        new_id: &mut dyn FnMut() -> String,
    ) {
        let declared = stage.on_failure.as_ref();
        let parallel = failed.definition.execution_mode == "PARALLEL";
        let asked = declared.is_some_and(|f| f.result == "ROLLBACK");
        if failed.rollback.is_some() || parallel || !asked {
            return;
        }
        let newest = self.executions.iter().rev().find(|e| {
            e.id != failed.id
                && e.definition.version == failed.definition.version
                && completed(e, &stage.name)
        });
        let Some(target) = newest else {
            return;
        };
        let trigger = Trigger {
            trigger_type: "AutomatedRollback".to_owned(),
            trigger_detail: format!(r#"{{"FailedPipelineExecutionId":"{}"}}"#, failed.id),
        };
        let mut execution = back_to(new_id(), target, failed.at, trigger, now_ms);
        self.take(&mut execution, stage, now_ms, new_id);
        self.executions.push(execution);
    }
}

fn back_to(id: String, target: &Execution, at: usize, trigger: Trigger, now_ms: i64) -> Execution {
    let last = |a: &&ActionRun| {
        let last = target.attempt(&a.stage, &a.action);
        last.is_some_and(|last| last.id == a.id)
    };
    Execution {
        id,
        definition: target.definition.clone(),
        status: ExecutionStatus::InProgress,
        summary: None,
        stop_reason: None,
        trigger,
        started_ms: now_ms,
        updated_ms: now_ms,
        variables: target.variables.clone(),
        overrides: Vec::new(),
        client_token: None,
        at,
        entered: false,
        stages: Vec::new(),
        attempts: Vec::new(),
        artifacts: BTreeMap::clone(&target.artifacts),
        rollback: Some(Rollback {
            target: target.id.clone(),
            before: target.attempts.iter().filter(last).cloned().collect(),
        }),
    }
}
