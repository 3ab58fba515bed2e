//! Actions that are not run here: the rehearsal says so before it begins, and goes on without those that the user takes to
//! be done.

use std::collections::BTreeMap;

use sekisho_codepipeline::is_run;
use sekisho_engine::Engine;
use sekisho_iac::{Place, Problem};
use sekisho_pipeline::ActionDefinition;
use serde_json::Map;

use super::advice::pipeline_place;
use super::fix::policies::Policies;
use super::{Client, Failure, FailureKind, Note, Options, PipelineRun, follow};

/// What was found of the actions that are not run.
#[derive(Default)]
pub(super) struct Checked {
    /// Each that is skipped.
    pub(super) notes: Vec<Note>,
    /// Each that is not to be skipped, by its address; what is to be skipped and would be run, or is not there.
    pub(super) failures: Vec<Failure>,
}

impl Checked {
    /// Where all is made as it should be, what is wrong with the actions keeps the rehearsal from running; where other
    /// things went wrong, these come with them.
    pub(super) fn into_notes(
        self,
        others: &mut Vec<Failure>,
        patched: bool,
    ) -> Result<Vec<Note>, Vec<Problem>> {
        if others.is_empty() && !patched && !self.failures.is_empty() {
            return Err(self.failures.into_iter().map(|f| f.problem).collect());
        }
        others.extend(self.failures);
        Ok(self.notes)
    }
}

/// Looks at every action of the pipelines that were made. `all`: whether that is all of them.
pub(super) fn check(
    engine: &Engine,
    pipelines: &[(Client, String)],
    options: &Options,
    policies: &Policies<'_>,
    all: bool,
) -> Checked {
    let mut out = Checked::default();
    // Which of those that are to be skipped there are, and whether one of that name is not run.
    let mut found: BTreeMap<usize, bool> = BTreeMap::new();
    let mut skippable = Vec::new();
    for (client, name) in pipelines {
        let Some(made) = follow::pipeline(engine, client, name) else {
            continue;
        };
        let stages = made.definition.stages.iter();
        for (stage, action) in stages.flat_map(|s| s.actions.iter().map(|a| (&s.name, a))) {
            let skips = options.skips.iter().enumerate();
            let skips = skips.filter(|(_, s)| s.names(stage, &action.name));
            let mut skip = None;
            for (index, named) in skips {
                *found.entry(index).or_default() |= !is_run(action);
                skip = skip.or(Some(named));
            }
            if is_run(action) {
                continue;
            }
            let wanted = format!("{stage}/{}", action.name);
            if skip.is_none() && !skippable.contains(&wanted) {
                skippable.push(wanted.clone());
            }
            let place = pipeline_place(name, policies);
            let kind = kind(action);
            match skip {
                None => out.failures.push(failure(&wanted, place, format!(
                    "the action {wanted} of the pipeline {name} is {kind}, which sekisho does not run yet. To rehearse all others: --skip {wanted}; what it calls is then not checked{}",
                    files(action)
                ))),
                Some(_) => out.notes.push(Note {
                    message: format!(
                        "the action {wanted} of the pipeline {name} ({kind}) was skipped: its configuration and what it calls are not checked{}",
                        files(action)
                    ),
                    place,
                }),
            }
        }
    }
    for (index, skip) in options.skips.iter().enumerate() {
        let named = format!("{}/{}", skip.stage, skip.action);
        let why = match found.get(&index) {
            Some(true) => continue,
            // A pattern takes what there is.
            _ if named.contains(['*', '?']) => continue,
            Some(false) => "sekisho runs that action; what is run is not skipped".to_owned(),
            // A pipeline that could not be made may have it.
            None if !all => continue,
            None => format!("no pipeline has such an action; {}", choice(&skippable)),
        };
        out.failures
            .push(failure(&named, None, format!("--skip {named}: {why}")));
    }
    out
}

/// What can be skipped, in words.
fn choice(skippable: &[String]) -> String {
    match skippable {
        [] => "sekisho runs all that there are".to_owned(),
        names => format!("what can be skipped: {}", names.join(", ")),
    }
}

fn failure(address: &str, place: Option<Place>, message: String) -> Failure {
    Failure {
        address: address.to_owned(),
        problem: Problem::new(place, message),
        arguments: Map::new(),
        kind: FailureKind::NotRun,
    }
}

/// How many actions were taken to be done.
pub(super) fn count(pipelines: &[PipelineRun]) -> usize {
    let executions = pipelines.iter().filter_map(|p| p.execution.as_ref());
    let attempts = executions.flat_map(|e| e.attempts.iter().filter_map(|a| e.declared(a)));
    attempts.filter(|action| !is_run(action)).count()
}

/// What is said of the files in its output artifacts.
fn files(action: &ActionDefinition) -> &'static str {
    match action.output_artifacts.is_empty() {
        true => "",
        false => ", and the files that it makes may have any name",
    }
}

/// What an action is, in words.
fn kind(action: &ActionDefinition) -> String {
    if action.notifies() {
        return "an approval with a NotificationArn".to_owned();
    }
    let id = &action.action_type_id;
    let article = match id.category.as_str() {
        "Approval" | "Invoke" => "an",
        _ => "a",
    };
    format!("{article} {} action of {}", id.category, id.provider)
}
