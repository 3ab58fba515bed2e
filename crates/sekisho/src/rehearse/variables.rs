//! Variables of pipelines: the execution that begins with a pipeline has their defaults, one that somebody starts has what he
//! says.

use std::collections::{BTreeMap, BTreeSet};

use sekisho_engine::Engine;
use sekisho_pipeline::ExecutionStatus;
use serde_json::{Value, json};

use super::{Client, Note, Options, PipelineRun, Problem, follow};

/// The values that are given for variables which a pipeline declares.
fn given<'o>(
    engine: &Engine,
    client: &Client,
    name: &str,
    options: &'o Options,
) -> BTreeMap<&'o str, &'o str> {
    let pipeline = follow::pipeline(engine, client, name);
    let declared = pipeline.iter().flat_map(|p| &p.definition.variables);
    let declared: BTreeSet<String> = declared.map(|v| v.name.clone()).collect();
    let all = options.pipeline_variables.iter();
    all.filter(|(name, _)| declared.contains(*name))
        .map(|(name, value)| (&**name, &**value))
        .collect()
}

/// Starts an execution with the values that are given.
///
/// # Errors
/// What CodePipeline says of values that it does not take.
pub(super) fn start(
    engine: &Engine,
    client: &Client,
    name: &str,
    options: &Options,
) -> Result<(), Vec<Problem>> {
    let given = given(engine, client, name, options);
    let given = given
        .into_iter()
        .map(|(name, value)| json!({"name": name, "value": value}));
    let mut input = json!({"name": name});
    let given: Vec<Value> = given.collect();
    if let (Some(input), false) = (input.as_object_mut(), given.is_empty()) {
        input.insert("variables".to_owned(), json!(given));
    }
    let started = client.call("codepipeline", "StartPipelineExecution", input);
    started.map(drop).map_err(|error| {
        let message = format!("an execution of {name} cannot be started: {error}");
        vec![Problem::new(None, message)]
    })
}

/// Whether a value is given for a variable of a pipeline.
pub(super) fn any(engine: &Engine, client: &Client, name: &str, options: &Options) -> bool {
    !given(engine, client, name, options).is_empty()
}

/// The values that are given for what no pipeline declares.
pub(super) fn unknown(
    engine: &Engine,
    pipelines: &[(Client, String)],
    options: &Options,
) -> Vec<Problem> {
    let declared: BTreeSet<&str> = pipelines
        .iter()
        .flat_map(|(client, name)| given(engine, client, name, options).into_keys())
        .collect();
    let names = options.pipeline_variables.keys();
    let names = names.filter(|name| !declared.contains(&***name));
    names
        .map(|name| {
            let message =
                format!("--pipeline-variable {name}: no pipeline has a variable of that name");
            Problem::new(None, message)
        })
        .collect()
}

/// What to do about executions that never began for want of a value.
pub(super) fn hints(pipelines: &[PipelineRun]) -> Vec<Note> {
    let of = |run: &PipelineRun| {
        let execution = run.execution.as_ref()?;
        let wanting = execution.status == ExecutionStatus::Failed && execution.attempts.is_empty();
        let mut open = execution.definition.variables.iter();
        let open = open
            .find(|v| v.default_value.is_none())
            .filter(|_| wanting)?;
        Some(Note {
            message: format!(
                "the execution that begins with the pipeline {} fails on AWS as well, for its variable `{}` has no default. To rehearse one that is started with a value: --pipeline-variable {}=VALUE",
                run.name, open.name, open.name
            ),
            place: None,
        })
    };
    pipelines.iter().filter_map(of).collect()
}
