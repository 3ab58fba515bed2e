//! Actions that are not run here: the rehearsal says so before it begins, and goes on without those that the user takes to
//! be done.

use sekisho_codepipeline::{PIPELINES, is_run};
use sekisho_engine::Engine;
use sekisho_iac::Problem;
use sekisho_pipeline::ActionDefinition;

use super::advice::pipeline_place;
use super::fix::policies::Policies;
use super::{Client, Note, Options, PipelineRun, Skip};

/// The actions that are skipped, each as a note.
///
/// # Errors
/// Each action that is not run and is not to be skipped; what is to be skipped and is not there, or would be run.
pub(super) fn check(
    engine: &Engine,
    pipelines: &[(Client, String)],
    options: &Options,
    policies: &Policies<'_>,
) -> Result<Vec<Note>, Vec<Problem>> {
    let (mut notes, mut problems) = (Vec::new(), Vec::new());
    let mut used: Vec<&Skip> = Vec::new();
    for (client, name) in pipelines {
        let row = format!("{}/{}/{name}", client.account, client.region);
        let made = engine.view(|overlay| overlay.get(&PIPELINES, &row));
        let Ok(Some(made)) = made else {
            continue;
        };
        let place = || pipeline_place(name, policies);
        for (stage, action) in made
            .definition
            .stages
            .iter()
            .flat_map(|s| s.actions.iter().map(|a| (&s.name, a)))
        {
            let named = |s: &&Skip| (&s.stage, &s.action) == (stage, &action.name);
            let skip = options.skips.iter().find(named);
            let wanted = format!("{stage}/{}", action.name);
            match (skip, is_run(action)) {
                (None, true) => {}
                (None, false) => problems.push(Problem {
                    message: format!(
                        "the action {wanted} of the pipeline {name} is {}, which sekisho does not run yet. To rehearse all others: --skip {wanted}; what it calls is then not checked{}",
                        kind(action),
                        files(action)
                    ),
                    place: place(),
                }),
                (Some(skip), true) => {
                    used.push(skip);
                    problems.push(Problem {
                        message: format!(
                            "--skip {wanted}: sekisho runs that action; what is run is not skipped"
                        ),
                        place: place(),
                    });
                }
                (Some(skip), false) => {
                    used.push(skip);
                    notes.push(Note {
                        message: format!(
                            "the action {wanted} of the pipeline {name} ({}) was skipped: what it calls is not checked{}",
                            kind(action),
                            files(action)
                        ),
                        place: place(),
                    });
                }
            }
        }
    }
    let unused = options.skips.iter().filter(|s| !used.contains(s));
    // Where no pipeline could be made, that is what has to be said.
    problems.extend(unused.filter(|_| !pipelines.is_empty()).map(|skip| Problem {
        message: format!(
            "--skip {}/{}: no pipeline has such an action; it is named by its stage and its own name",
            skip.stage, skip.action
        ),
        place: None,
    }));
    match problems.is_empty() {
        true => Ok(notes),
        false => Err(problems),
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
