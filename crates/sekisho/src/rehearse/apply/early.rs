//! Executions that begin before what comes after their pipeline: a policy that refers to the pipeline cannot be there when the
//! pipeline begins with its first execution.

use std::collections::{BTreeMap, BTreeSet};

use sekisho_iac::{Configuration, NodeKind, Order, Place, Problem};
use sekisho_pipeline::{Execution, ExecutionStatus};
use serde_json::{Map, json};

use super::{Run, follow};
use crate::rehearse::late::LATE;
use crate::rehearse::{Client, Failure, FailureKind, PipelineRun};

/// A first execution that began before some policies were there.
pub(in crate::rehearse) struct Early {
    client: Client,
    name: String,
    execution: Execution,
    /// The addresses of what comes after the pipeline, and of the pipeline.
    late: Vec<String>,
    pipeline: String,
    place: Place,
}

/// By pipeline: the policies that are made after it, for they refer to it.
pub(in crate::rehearse) fn late(
    configuration: &Configuration,
    order: &Order,
) -> BTreeMap<usize, Vec<usize>> {
    let mut out: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, node) in configuration.nodes.iter().enumerate() {
        let decides = LATE.iter().any(|part| node.type_name.contains(part));
        if node.kind != NodeKind::Resource || !decides {
            continue;
        }
        for pipeline in order.reach(index) {
            let node = configuration.nodes.get(pipeline);
            if node.is_some_and(|n| n.type_name == "aws_codepipeline") {
                out.entry(pipeline).or_default().push(index);
            }
        }
    }
    out
}

impl Run<'_, '_> {
    /// Follows the first executions of a pipeline that was just made, where policies come after it.
    pub(super) fn begin(&mut self, index: usize, known: usize, progress: &mut dyn FnMut(&str)) {
        let nodes = &self.configuration.nodes;
        let (Some(late), Some(node)) = (self.late.get(&index), nodes.get(index)) else {
            return;
        };
        let new = self.applied.pipelines.get(known..).unwrap_or_default();
        let Some((client, _)) = new.first() else {
            return;
        };
        let late = late.iter().filter_map(|i| nodes.get(*i));
        let late: Vec<String> = late.map(sekisho_iac::Node::address).collect();
        // What is wrong with values that were given is said when the executions that count are followed.
        let runs = follow::follow((&client.engine, self.executor), new, self.options, progress);
        let runs = runs.unwrap_or_default().into_iter().zip(new);
        let early = runs.filter_map(|(run, (client, name))| {
            Some(Early {
                client: client.clone(),
                name: name.clone(),
                execution: run.execution?,
                late: late.clone(),
                pipeline: node.address(),
                place: node.place.clone(),
            })
        });
        self.applied.early.extend(early);
    }
}

impl Early {
    /// Whether the delivery passed without what came later.
    fn passed(&self) -> bool {
        self.execution.status == ExecutionStatus::Succeeded
    }

    /// Starts the delivery anew, with everything that is there by now.
    pub(in crate::rehearse) fn start_again(&self) {
        if !self.passed() {
            let input = json!({"name": self.name});
            // Where it does not start, the first execution is what is judged.
            let _ = self
                .client
                .call("codepipeline", "StartPipelineExecution", input);
        }
    }

    /// The ids of the actions that do not count any more: the delivery was started anew.
    pub(in crate::rehearse) fn attempts(&self) -> BTreeSet<&str> {
        let all = self.execution.attempts.iter();
        all.filter(|_| !self.passed()).map(|a| &*a.id).collect()
    }

    /// What is wrong where the delivery passes with what came later, and not without.
    pub(in crate::rehearse) fn failure(&self, now: &[PipelineRun]) -> Option<Failure> {
        let client = &self.client;
        let same = |run: &&PipelineRun| {
            (&run.name, &run.account, &run.region) == (&self.name, &client.account, &client.region)
        };
        let now = now.iter().find(same).and_then(|run| run.execution.as_ref());
        let passes = now.is_some_and(|e| e.status == ExecutionStatus::Succeeded);
        if self.passed() || !passes {
            return None;
        }
        let mut attempts = self.execution.attempts.iter();
        let failed = attempts.find_map(|a| Some((&a.action, &a.failure.as_ref()?.message)));
        let failed = failed.map_or_else(String::new, |(action, message)| {
            format!(": {action}: {message}")
        });
        let message = format!(
            "the first execution of {} fails, for it begins before {}, which refers to it and is made after it{failed}. Write the name or the ARN of the pipeline out there, made of what it is made of, and let the pipeline wait for it; or start the pipeline again after the first apply",
            self.name,
            self.late.join(", "),
        );
        Some(Failure {
            address: self.pipeline.clone(),
            problem: Problem::at(&self.place, message),
            arguments: Map::new(),
            kind: FailureKind::Early,
        })
    }
}
