//! One event, one step.

use crate::begin::{begin, start};
use crate::definition::{Definition, StageDefinition};
use crate::event::{Command, Event, Outcome, Refusal, RetryMode};
use crate::failed::{again, tries_again};
use crate::state::{
    ActionStatus, Execution, ExecutionStatus, MAX_EXECUTIONS, Stage, StageRun, StageStatus, State,
};

impl State {
    /// Takes `event` at `now_ms`; `new_id` gives ids for new attempts.
    ///
    /// # Errors
    /// Why the event is refused; nothing has changed then.
    pub fn step(
        &mut self,
        event: Event,
        now_ms: i64,
        new_id: &mut dyn FnMut() -> String,
    ) -> Result<Vec<Command>, Refusal> {
        let before: Vec<String> = self.running().map(|(_, a)| a.id.clone()).collect();
        match event {
            Event::Defined(definition) => self.define(&definition, now_ms),
            Event::Start {
                id,
                definition,
                trigger,
                variables,
                overrides,
                client_token,
            } => {
                let execution = begin(
                    id,
                    *definition,
                    trigger,
                    variables,
                    overrides,
                    client_token,
                    now_ms,
                );
                self.executions.push(execution);
                self.forget();
            }
            Event::Ended {
                execution,
                action,
                outcome,
            } => self.end(&execution, &action, *outcome, now_ms)?,
            Event::Stop {
                execution,
                abandon,
                reason,
            } => self.stop(&execution, abandon, reason, now_ms)?,
            Event::Retry {
                execution,
                stage,
                mode,
            } => self.retry(&execution, &stage, mode, now_ms, new_id)?,
            Event::Rollback {
                id,
                definition,
                stage,
                target,
                trigger,
            } => {
                self.roll_back(id, &definition, &stage, &target, trigger, now_ms)?;
                self.forget();
            }
            Event::Transition { stage, disabled } => {
                let stage = self
                    .stages
                    .iter_mut()
                    .find(|s| s.name == stage)
                    .ok_or(Refusal::NotFound)?;
                stage.disabled = disabled;
            }
            Event::Tick => {}
        }
        self.settle(now_ms, new_id);
        Ok(self
            .running()
            .filter(|(_, a)| !before.contains(&a.id))
            .map(|(e, a)| Command::Run {
                execution: e.id.clone(),
                action: a.id.clone(),
            })
            .collect())
    }

    fn define(&mut self, definition: &Definition, now_ms: i64) {
        let old = std::mem::take(&mut self.stages);
        self.stages = definition
            .stages
            .iter()
            .map(|s| {
                let known = old.iter().find(|o| o.name == s.name);
                Stage {
                    name: s.name.clone(),
                    holder: None,
                    latest: known.and_then(|k| k.latest.clone()),
                    disabled: known.and_then(|k| k.disabled.clone()),
                }
            })
            .collect();
        for execution in self
            .executions
            .iter_mut()
            .filter(|e| !e.finished() && e.definition.execution_mode != "PARALLEL")
        {
            execution.status = ExecutionStatus::Cancelled;
            // Recorded.
            execution.summary = Some("Pipeline definition was updated".to_owned());
            execution.updated_ms = now_ms;
            for attempt in execution
                .attempts
                .iter_mut()
                .filter(|a| a.status == ActionStatus::InProgress)
            {
                attempt.status = ActionStatus::Abandoned;
                attempt.updated_ms = now_ms;
            }
            for stage in execution
                .stages
                .iter_mut()
                .filter(|s| s.status == StageStatus::InProgress)
            {
                stage.status = StageStatus::Cancelled;
            }
        }
    }

    /// Drops the oldest finished executions beyond the limit.
    fn forget(&mut self) {
        while self.executions.len() > MAX_EXECUTIONS {
            match self.executions.iter().position(Execution::finished) {
                Some(at) => self.executions.remove(at),
                None => return,
            };
        }
    }

    fn end(
        &mut self,
        execution: &str,
        action: &str,
        outcome: Outcome,
        now_ms: i64,
    ) -> Result<(), Refusal> {
        let execution = self.execution_mut(execution).ok_or(Refusal::NotFound)?;
        let attempt = execution
            .attempts
            .iter_mut()
            .find(|a| a.id == action)
            .ok_or(Refusal::NotFound)?;
        if attempt.status != ActionStatus::InProgress {
            return Err(Refusal::AlreadyEnded);
        }
        attempt.status = if outcome.failure.is_some() {
            ActionStatus::Failed
        } else {
            ActionStatus::Succeeded
        };
        attempt.updated_ms = now_ms;
        if let Some(resolved) = outcome.resolved {
            attempt.resolved = resolved;
        }
        attempt.outputs.clone_from(&outcome.outputs);
        attempt.variables = outcome.variables;
        attempt.external_id = outcome.external_id;
        attempt.summary = outcome.summary;
        attempt.failure = outcome.failure;
        attempt.revision = outcome.revision;
        attempt.updated_by = outcome.updated_by;
        execution.artifacts.extend(outcome.outputs);
        execution.updated_ms = now_ms;
        Ok(())
    }

    fn stop(
        &mut self,
        execution: &str,
        abandon: bool,
        reason: Option<String>,
        now_ms: i64,
    ) -> Result<(), Refusal> {
        let execution = self.execution_mut(execution).ok_or(Refusal::NotFound)?;
        match execution.status {
            ExecutionStatus::InProgress => {}
            ExecutionStatus::Stopping if abandon => {}
            ExecutionStatus::Stopping => return Err(Refusal::AlreadyStopping),
            _ => return Err(Refusal::NotStoppable),
        }
        execution.status = ExecutionStatus::Stopping;
        execution.stop_reason = reason;
        execution.updated_ms = now_ms;
        if abandon {
            for index in 0..execution.attempts.len() {
                let approval = execution
                    .attempts
                    .get(index)
                    .and_then(|a| execution.declared(a))
                    .is_some_and(|d| d.is_approval());
                if let Some(attempt) = execution
                    .attempts
                    .get_mut(index)
                    .filter(|a| a.status == ActionStatus::InProgress)
                {
                    attempt.status = ActionStatus::Abandoned;
                    attempt.updated_ms = now_ms;
                    if approval {
                        attempt.summary = Some("The approval action has been canceled.".to_owned());
                    }
                }
            }
        }
        Ok(())
    }

    fn retry(
        &mut self,
        id: &str,
        stage: &str,
        mode: RetryMode,
        now_ms: i64,
        new_id: &mut dyn FnMut() -> String,
    ) -> Result<(), Refusal> {
        let slot = self
            .stages
            .iter()
            .find(|s| s.name == stage)
            .ok_or(Refusal::NotFound)?;
        let current: Vec<String> = self.stages.iter().map(|s| s.name.clone()).collect();
        let latest = slot.latest.clone();
        let held = slot.holder.is_some();
        let execution = self.execution_mut(id).ok_or(Refusal::NotFound)?;
        if latest.as_deref() != Some(id) {
            return Err(Refusal::NotLatest);
        }
        let names: Vec<String> = execution
            .definition
            .stages
            .iter()
            .map(|s| s.name.clone())
            .collect();
        let at = names
            .iter()
            .position(|n| n == stage)
            .ok_or(Refusal::NotRetryable)?;
        let ended = matches!(
            execution.status,
            ExecutionStatus::Failed | ExecutionStatus::Stopped
        );
        let run = execution
            .stages
            .iter_mut()
            .find(|s| s.name == stage)
            .ok_or(Refusal::NotRetryable)?;
        if !ended
            || names != current
            || held
            || !matches!(run.status, StageStatus::Failed | StageStatus::Stopped)
        {
            return Err(Refusal::NotRetryable);
        }
        run.retries += 1;
        run.retried_by_hand = true;
        execution.status = ExecutionStatus::InProgress;
        execution.stop_reason = None;
        execution.summary = None;
        execution.at = at;
        execution.entered = true;
        if let Some(declared) = execution.definition.stages.get(at).cloned() {
            again(execution, &declared, mode, now_ms, new_id);
        }
        if let Some(slot) = self.stages.iter_mut().find(|s| s.name == stage) {
            slot.holder = Some(id.to_owned());
        }
        Ok(())
    }

    /// Moves every execution as far as it can go.
    fn settle(&mut self, now_ms: i64, new_id: &mut dyn FnMut() -> String) {
        loop {
            let ids: Vec<String> = self
                .executions
                .iter()
                .filter(|e| !e.finished())
                .map(|e| e.id.clone())
                .collect();
            let mut moved = false;
            for id in ids {
                moved |= self.advance(&id, now_ms, new_id);
            }
            moved |= self.supersede(now_ms);
            if !moved {
                return;
            }
        }
    }

    /// Of the executions that wait in front of a stage only the newest stays, unless they queue.
    fn supersede(&mut self, now_ms: i64) -> bool {
        let names: Vec<String> = self.stages.iter().map(|s| s.name.clone()).collect();
        let mut moved = false;
        for name in names {
            let waiting: Vec<String> = self
                .inbound(&name)
                .filter(|e| e.definition.execution_mode == "SUPERSEDED" && e.rollback.is_none())
                .map(|e| e.id.clone())
                .collect();
            let Some((_, older)) = waiting.split_last() else {
                continue;
            };
            for id in older {
                if let Some(execution) = self.execution_mut(id) {
                    execution.status = ExecutionStatus::Superseded;
                    execution.updated_ms = now_ms;
                    moved = true;
                }
            }
        }
        moved
    }

    fn advance(&mut self, id: &str, now_ms: i64, new_id: &mut dyn FnMut() -> String) -> bool {
        let Some(index) = self.executions.iter().position(|e| e.id == id) else {
            return false;
        };
        let Some(mut execution) = self.executions.get(index).cloned() else {
            return false;
        };
        let moved = if execution.entered {
            self.inside(&mut execution, now_ms, new_id)
        } else {
            self.enter(&mut execution, now_ms, new_id)
        };
        if moved && let Some(slot) = self.executions.get_mut(index) {
            *slot = execution;
        }
        moved
    }

    fn enter(
        &mut self,
        execution: &mut Execution,
        now_ms: i64,
        new_id: &mut dyn FnMut() -> String,
    ) -> bool {
        if execution.status == ExecutionStatus::Stopping {
            execution.status = ExecutionStatus::Stopped;
            execution.updated_ms = now_ms;
            return true;
        }
        let Some(stage) = execution.definition.stages.get(execution.at).cloned() else {
            return false;
        };
        let parallel = execution.definition.execution_mode == "PARALLEL";
        let older_waits = self
            .inbound(&stage.name)
            .take_while(|e| e.id != execution.id)
            .next()
            .is_some();
        let queued = execution.definition.execution_mode == "QUEUED";
        let Some(slot) = self.stages.iter().find(|s| s.name == stage.name) else {
            return false;
        };
        if slot.disabled.is_some()
            || (!parallel && slot.holder.is_some())
            || (queued && older_waits)
        {
            return false;
        }
        self.take(execution, &stage, now_ms, new_id);
        true
    }

    /// Lets `execution` into the stage that it has come to.
    pub(crate) fn take(
        &mut self,
        execution: &mut Execution,
        stage: &StageDefinition,
        now_ms: i64,
        new_id: &mut dyn FnMut() -> String,
    ) {
        let parallel = execution.definition.execution_mode == "PARALLEL";
        if let Some(slot) = self.stages.iter_mut().find(|s| s.name == stage.name) {
            if !parallel {
                slot.holder = Some(execution.id.clone());
            }
            slot.latest = Some(execution.id.clone());
        }
        execution.entered = true;
        execution.updated_ms = now_ms;
        execution.stages.push(StageRun {
            name: stage.name.clone(),
            status: StageStatus::InProgress,
            retries: 0,
            automatic_retries: 0,
            retried_by_hand: false,
            since: 0,
        });
        let first = stage.actions.iter().map(|a| a.run_order).min();
        start(execution, &stage.name, first, now_ms, new_id);
    }

    fn inside(
        &mut self,
        execution: &mut Execution,
        now_ms: i64,
        new_id: &mut dyn FnMut() -> String,
    ) -> bool {
        let Some(stage) = execution.definition.stages.get(execution.at).cloned() else {
            return false;
        };
        let latest = |name: &str| execution.counted(&stage.name, name).map(|a| a.status);
        let statuses: Vec<(u32, Option<ActionStatus>)> = stage
            .actions
            .iter()
            .map(|a| (a.run_order, latest(&a.name)))
            .collect();
        if statuses
            .iter()
            .any(|(_, s)| *s == Some(ActionStatus::InProgress))
        {
            return false;
        }
        let failed = statuses
            .iter()
            .any(|(_, s)| *s == Some(ActionStatus::Failed));
        let next = statuses
            .iter()
            .filter(|(_, s)| s.is_none())
            .map(|(order, _)| *order)
            .min();
        let stopping = execution.status == ExecutionStatus::Stopping;
        if let (Some(order), false, false) = (next, failed, stopping) {
            start(execution, &stage.name, Some(order), now_ms, new_id);
            return true;
        }
        if failed && !stopping && tries_again(execution, &stage, now_ms, new_id) {
            return true;
        }
        let (stage_status, execution_status) = if stopping {
            (Some(StageStatus::Stopped), Some(ExecutionStatus::Stopped))
        } else if failed {
            (Some(StageStatus::Failed), Some(ExecutionStatus::Failed))
        } else {
            (Some(StageStatus::Succeeded), None)
        };
        if let (Some(run), Some(status)) = (
            execution
                .stages
                .iter_mut()
                .rev()
                .find(|s| s.name == stage.name),
            stage_status,
        ) {
            run.status = status;
        }
        if let Some(slot) = self
            .stages
            .iter_mut()
            .find(|s| s.holder.as_deref() == Some(&execution.id))
        {
            slot.holder = None;
        }
        execution.updated_ms = now_ms;
        match execution_status {
            Some(status) => {
                execution.status = status;
                if status == ExecutionStatus::Stopped {
                    execution.summary.clone_from(&execution.stop_reason);
                } else {
                    self.rolls_back(execution, &stage, now_ms, new_id);
                }
            }
            None if execution.rollback.is_some()
                || execution.at + 1 == execution.definition.stages.len() =>
            {
                execution.status = ExecutionStatus::Succeeded
            }
            None => {
                execution.at += 1;
                execution.entered = false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{Disabled, Failure, Trigger};
    use proptest::prelude::*;
    use serde_json::json;

    fn definition(mode: &str) -> Definition {
        let action = |name: &str, category: &str, order: u32| {
            json!({"name": name, "runOrder": order,
                   "actionTypeId": {"category": category, "owner": "AWS", "provider": "X", "version": "1"}})
        };
        serde_json::from_value(json!({
            "name": "p", "roleArn": "r", "executionMode": mode, "version": 1,
            "stages": [
                {"name": "Source", "actions": [action("A", "Source", 1), action("B", "Source", 1), action("C", "Source", 2)]},
                {"name": "Deploy", "actions": [action("D", "Deploy", 1)]},
            ],
        }))
        .unwrap()
    }

    struct World {
        state: State,
        ids: u32,
        /// What executions run, where it is not the ordinary one.
        definition: Option<Definition>,
    }

    impl World {
        fn new(mode: &str) -> Self {
            let mut world = Self {
                state: State::default(),
                ids: 0,
                definition: None,
            };
            world
                .step(Event::Defined(Box::new(definition(mode))))
                .unwrap();
            world
        }

        fn step(&mut self, event: Event) -> Result<Vec<Command>, Refusal> {
            let ids = &mut self.ids;
            self.state.step(event, 1, &mut || {
                *ids += 1;
                format!("a{ids}")
            })
        }

        fn start(&mut self, id: &str, mode: &str) -> Vec<Command> {
            let trigger = Trigger {
                trigger_type: "T".into(),
                trigger_detail: "d".into(),
            };
            let definition = self.definition.clone();
            let definition = Box::new(definition.unwrap_or_else(|| self::definition(mode)));
            self.step(Event::Start {
                id: id.into(),
                definition,
                trigger,
                variables: vec![],
                overrides: vec![],
                client_token: None,
            })
            .unwrap()
        }

        fn end(&mut self, execution: &str, action: &str, fails: bool) -> Vec<Command> {
            let failure = fails.then(|| Failure {
                code: "JobFailed".into(),
                message: "no".into(),
            });
            let id = {
                let e = self.state.execution(execution).unwrap();
                e.attempts
                    .iter()
                    .rev()
                    .find(|a| a.action == action)
                    .unwrap()
                    .id
                    .clone()
            };
            let outcome = Box::new(Outcome {
                failure,
                ..Outcome::default()
            });
            self.step(Event::Ended {
                execution: execution.into(),
                action: id,
                outcome,
            })
            .unwrap()
        }

        fn status(&self, id: &str) -> ExecutionStatus {
            self.state.execution(id).unwrap().status
        }
    }

    #[test]
    fn groups_run_in_order_and_together() {
        let mut w = World::new("SUPERSEDED");
        assert_eq!(
            w.start("e1", "SUPERSEDED").len(),
            2,
            "A and B begin together"
        );
        assert!(w.end("e1", "A", false).is_empty());
        assert_eq!(
            w.end("e1", "B", false).len(),
            1,
            "C follows when both are done"
        );
        assert_eq!(w.end("e1", "C", false).len(), 1);
        w.end("e1", "D", false);
        assert_eq!(w.status("e1"), ExecutionStatus::Succeeded);
    }

    #[test]
    fn a_failure_waits_for_siblings_and_can_be_retried() {
        let mut w = World::new("SUPERSEDED");
        w.start("e1", "SUPERSEDED");
        w.end("e1", "A", true);
        assert_eq!(w.status("e1"), ExecutionStatus::InProgress, "B still runs");
        w.end("e1", "B", false);
        assert_eq!(w.status("e1"), ExecutionStatus::Failed);
        let retry = Event::Retry {
            execution: "e1".into(),
            stage: "Source".into(),
            mode: RetryMode::Failed,
        };
        assert_eq!(w.step(retry.clone()).unwrap().len(), 1, "only A runs again");
        assert_eq!(w.step(retry), Err(Refusal::NotRetryable));
        w.end("e1", "A", false);
        w.end("e1", "C", false);
        w.end("e1", "D", false);
        assert_eq!(w.status("e1"), ExecutionStatus::Succeeded);
    }

    #[test]
    fn a_retry_of_all_actions_runs_every_action_again() {
        for abandoned in [false, true] {
            let mut w = World::new("SUPERSEDED");
            w.start("e1", "SUPERSEDED");
            w.end("e1", "A", false);
            w.end("e1", "B", false);
            if abandoned {
                w.step(Event::Stop {
                    execution: "e1".into(),
                    abandon: true,
                    reason: None,
                })
                .unwrap();
            } else {
                w.end("e1", "C", true);
            }
            let retry = Event::Retry {
                execution: "e1".into(),
                stage: "Source".into(),
                mode: RetryMode::All,
            };
            assert_eq!(w.step(retry).unwrap().len(), 2, "A and B again");
            w.end("e1", "A", false);
            assert_eq!(w.end("e1", "B", false).len(), 1, "C is not skipped");
            assert_eq!(w.end("e1", "C", false).len(), 1);
            let execution = w.state.execution("e1").unwrap();
            assert_eq!(execution.attempts.len(), 7, "no attempt is forgotten");
            w.end("e1", "D", false);
            assert_eq!(w.status("e1"), ExecutionStatus::Succeeded);
        }
    }

    fn declared(world: &mut World, result: &str, mode: Option<&str>) {
        let mut definition = definition("SUPERSEDED");
        definition.stages[1].on_failure = Some(crate::OnFailure {
            result: result.to_owned(),
            retry_configuration: mode.map(|m| crate::RetryConfiguration {
                retry_mode: Some(m.to_owned()),
            }),
        });
        world.definition = Some(definition);
    }

    fn through_sources(world: &mut World, id: &str) {
        world.start(id, "SUPERSEDED");
        for action in ["A", "B", "C"] {
            world.end(id, action, false);
        }
    }

    #[test]
    fn a_stage_that_fails_is_tried_again_by_itself_once() {
        for mode in [None, Some("FAILED_ACTIONS"), Some("ALL_ACTIONS")] {
            let mut w = World::new("SUPERSEDED");
            declared(&mut w, "RETRY", mode);
            through_sources(&mut w, "e1");
            assert_eq!(w.end("e1", "D", true).len(), 1, "D again");
            assert_eq!(w.status("e1"), ExecutionStatus::InProgress);
            assert!(w.end("e1", "D", true).is_empty(), "once");
            assert_eq!(w.status("e1"), ExecutionStatus::Failed);
            let run = w.state.execution("e1").unwrap().stage("Deploy").unwrap();
            assert_eq!((run.retries, run.automatic_retries), (0, 1));
            assert!(w.state.stages.iter().all(|s| s.holder.is_none()));
        }
    }

    #[test]
    fn a_stage_that_fails_goes_back_to_what_succeeded_in_it() {
        let mut w = World::new("SUPERSEDED");
        declared(&mut w, "ROLLBACK", None);
        through_sources(&mut w, "e1");
        w.end("e1", "D", true);
        assert_eq!(
            w.state.executions.len(),
            1,
            "there is nothing to go back to"
        );
        through_sources(&mut w, "e2");
        w.end("e2", "D", false);
        through_sources(&mut w, "e3");
        assert_eq!(w.end("e3", "D", true).len(), 1, "D as e2 had it");
        assert_eq!(w.status("e3"), ExecutionStatus::Failed);
        let back = w.state.executions.last().unwrap();
        assert_eq!(back.rollback.as_ref().unwrap().target, "e2");
        assert_eq!(
            back.trigger.trigger_detail,
            r#"{"FailedPipelineExecutionId":"e3"}"#
        );
        let id = back.id.clone();
        w.end(&id, "D", true);
        assert_eq!(w.status(&id), ExecutionStatus::Failed);
        assert_eq!(w.state.executions.len(), 4, "it does not go back once more");

        // It goes before what waits; what waits is not given up for one that goes back by hand.
        through_sources(&mut w, "e4");
        through_sources(&mut w, "e5");
        w.end("e4", "D", true);
        let back = w.state.executions.last().unwrap().id.clone();
        assert_eq!(w.state.stages[1].holder.as_ref(), Some(&back));
        assert_eq!(w.status("e5"), ExecutionStatus::InProgress);
        w.end(&back, "D", false);
        assert_eq!(w.state.stages[1].holder.as_deref(), Some("e5"));
    }

    #[test]
    fn going_back_runs_one_stage_and_only_to_what_was_done() {
        let mut w = World::new("SUPERSEDED");
        through_sources(&mut w, "e1");
        w.end("e1", "D", false);
        let back = |id: &str, stage: &str, target: &str, version: u32| Event::Rollback {
            id: id.into(),
            definition: Box::new(Definition {
                version,
                ..definition("SUPERSEDED")
            }),
            stage: stage.into(),
            target: target.into(),
            trigger: Trigger {
                trigger_type: "T".into(),
                trigger_detail: "d".into(),
            },
        };
        assert_eq!(
            w.step(back("r", "Deploy", "none", 1)),
            Err(Refusal::NotFound)
        );
        assert_eq!(w.step(back("r", "Deploy", "e1", 2)), Err(Refusal::Outdated));
        assert_eq!(w.step(back("r1", "Source", "e1", 1)).unwrap().len(), 2);
        assert_eq!(w.step(back("r2", "Source", "e1", 1)), Err(Refusal::Busy));
        for action in ["A", "B", "C"] {
            w.end("r1", action, false);
        }
        assert_eq!(
            w.status("r1"),
            ExecutionStatus::Succeeded,
            "Deploy does not follow"
        );
        assert_eq!(
            w.step(back("r2", "Source", "r1", 1)),
            Err(Refusal::NotCompleted)
        );
        through_sources(&mut w, "e2");
        assert_eq!(
            w.step(back("r2", "Deploy", "e2", 1)),
            Err(Refusal::NotCompleted)
        );
    }

    #[test]
    fn a_newer_execution_supersedes_one_that_waits() {
        let mut w = World::new("SUPERSEDED");
        w.start("e1", "SUPERSEDED");
        w.start("e2", "SUPERSEDED");
        w.start("e3", "SUPERSEDED");
        assert_eq!(w.status("e2"), ExecutionStatus::Superseded);
        assert_eq!(w.status("e3"), ExecutionStatus::InProgress);
        for action in ["A", "B", "C"] {
            w.end("e1", action, false);
        }
        assert!(
            w.state.execution("e3").unwrap().entered,
            "the lock was released"
        );
    }

    #[test]
    fn queued_executions_all_run_and_parallel_ones_at_once() {
        let mut w = World::new("QUEUED");
        w.start("e1", "QUEUED");
        w.start("e2", "QUEUED");
        w.start("e3", "QUEUED");
        assert_eq!(w.status("e2"), ExecutionStatus::InProgress);
        for action in ["A", "B", "C"] {
            w.end("e1", action, false);
        }
        assert!(w.state.execution("e2").unwrap().entered);
        assert!(!w.state.execution("e3").unwrap().entered);
        let mut w = World::new("PARALLEL");
        assert_eq!(
            w.start("e1", "PARALLEL").len() + w.start("e2", "PARALLEL").len(),
            4
        );
    }

    #[test]
    fn stopping_waits_or_abandons() {
        let mut w = World::new("SUPERSEDED");
        w.start("e1", "SUPERSEDED");
        let stop = |abandon| Event::Stop {
            execution: "e1".into(),
            abandon,
            reason: Some("why".into()),
        };
        w.step(stop(false)).unwrap();
        assert_eq!(w.status("e1"), ExecutionStatus::Stopping);
        assert_eq!(w.step(stop(false)), Err(Refusal::AlreadyStopping));
        w.step(stop(true)).unwrap();
        assert_eq!(w.status("e1"), ExecutionStatus::Stopped);
        assert_eq!(w.step(stop(true)), Err(Refusal::NotStoppable));
        assert_eq!(
            w.state.execution("e1").unwrap().summary.as_deref(),
            Some("why")
        );
    }

    #[test]
    fn a_new_declaration_cancels_what_runs_and_leaves_what_is_parallel() {
        for (mode, status) in [
            ("SUPERSEDED", ExecutionStatus::Cancelled),
            ("QUEUED", ExecutionStatus::Cancelled),
            ("PARALLEL", ExecutionStatus::InProgress),
        ] {
            let mut w = World::new(mode);
            w.start("e1", mode);
            w.end("e1", "A", false);
            w.step(Event::Defined(Box::new(definition(mode)))).unwrap();
            let execution = w.state.execution("e1").unwrap();
            assert_eq!(execution.status, status, "{mode}");
            let cancelled = status == ExecutionStatus::Cancelled;
            assert_eq!(
                execution.summary.as_deref(),
                cancelled.then_some("Pipeline definition was updated")
            );
            let attempts = execution.attempts.iter();
            let abandoned = attempts.filter(|a| a.status == ActionStatus::Abandoned);
            assert_eq!(abandoned.count(), usize::from(cancelled), "B was running");
            assert!(
                w.state.stages.iter().all(|s| s.holder.is_none()),
                "the next execution may enter"
            );
        }
    }

    #[test]
    fn a_disabled_transition_holds_executions_back() {
        let mut w = World::new("SUPERSEDED");
        let disabled = Some(Disabled {
            reason: "r".into(),
            by: "b".into(),
            at_ms: 0,
        });
        w.step(Event::Transition {
            stage: "Deploy".into(),
            disabled,
        })
        .unwrap();
        w.start("e1", "SUPERSEDED");
        for action in ["A", "B", "C"] {
            w.end("e1", action, false);
        }
        assert_eq!(w.state.inbound("Deploy").count(), 1);
        let commands = w
            .step(Event::Transition {
                stage: "Deploy".into(),
                disabled: None,
            })
            .unwrap();
        assert_eq!(commands.len(), 1);
    }

    proptest! {
        /// Whatever the order in which actions end, every execution ends and no lock is left behind.
        #[test]
        fn every_schedule_ends(
            result in prop::sample::select(vec!["FAIL", "RETRY", "ROLLBACK"]),
            choices in prop::collection::vec((0usize..8, any::<bool>()), 0..80),
        ) {
            let mut w = World::new("SUPERSEDED");
            declared(&mut w, result, None);
            w.start("e1", "SUPERSEDED");
            for (index, (choice, fails)) in choices.into_iter().enumerate() {
                if index % 5 == 4 && w.state.executions.len() < 6 {
                    let id = format!("e{}", w.state.executions.len() + 1);
                    w.start(&id, "SUPERSEDED");
                }
                let running: Vec<(String, String)> =
                    w.state.running().map(|(e, a)| (e.id.clone(), a.action.clone())).collect();
                if let Some((execution, action)) = running.get(choice % running.len().max(1)) {
                    w.end(execution, action, fails);
                }
            }
            loop {
                let next = w.state.running().next().map(|(e, a)| (e.id.clone(), a.action.clone()));
                let Some((execution, action)) = next else { break };
                w.end(&execution, &action, false);
            }
            prop_assert!(w.state.executions.iter().all(Execution::finished));
            prop_assert!(w.state.stages.iter().all(|s| s.holder.is_none()));
        }
    }
}
