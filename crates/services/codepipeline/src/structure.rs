//! What CreatePipeline and UpdatePipeline refuse.

use std::collections::BTreeSet;

use sekisho_engine::ApiError;
use sekisho_pipeline::{ActionDefinition, Definition};

use crate::{catalogue, triggers, variables};

fn structure(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidStructureException", message)
}

fn declaration(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidActionDeclarationException", message)
}

pub(crate) fn check(definition: &Definition, region: &str) -> Result<(), ApiError> {
    let count = definition.stages.len();
    if count < 2 {
        return Err(structure(format!(
            "Pipeline has only {count} stage(s). There should be a minimum of 2 stages in a pipeline"
        )));
    }
    if count > 50 {
        return Err(ApiError::new(
            "LimitExceededException",
            "A pipeline has at most 50 stages",
        ));
    }
    let is_source = |a: &ActionDefinition| a.action_type_id.category == "Source";
    let first_is_source = definition
        .stages
        .first()
        .is_some_and(|s| !s.actions.is_empty() && s.actions.iter().all(is_source));
    if !first_is_source {
        return Err(structure(
            "Pipeline should start with a stage that only contains source actions.",
        ));
    }
    if definition
        .stages
        .iter()
        .skip(1)
        .flat_map(|s| &s.actions)
        .any(is_source)
    {
        return Err(structure(
            "Source actions are only allowed in the first stage of a pipeline.",
        ));
    }
    stores(definition, region)?;
    variables(definition)?;
    let mut stages = BTreeSet::new();
    let mut made = BTreeSet::new();
    for stage in &definition.stages {
        if !stages.insert(&stage.name) {
            return Err(structure(format!(
                "Stage names must be unique. The following stage name is already in use: {}",
                stage.name
            )));
        }
        let mut names = BTreeSet::new();
        let mut actions: Vec<&ActionDefinition> = stage.actions.iter().collect();
        actions.sort_by_key(|a| a.run_order);
        let mut order = 0;
        let mut fresh: Vec<String> = Vec::new();
        for action in actions {
            if !names.insert(&action.name) {
                return Err(structure(format!(
                    "Action names must be unique in a stage. The following action name is already in use: {}",
                    action.name
                )));
            }
            if action.run_order != order {
                order = action.run_order;
                made.extend(fresh.drain(..));
            }
            check_action(action)?;
            for input in &action.input_artifacts {
                if !made.contains(&input.name) {
                    let message = format!(
                        "Input Artifact Bundle {} in action {} is not declared as Output Artifact Bundle in any of the preceding actions",
                        input.name, action.name
                    );
                    return Err(structure(message));
                }
            }
            for output in &action.output_artifacts {
                if made.contains(&output.name) || fresh.contains(&output.name) {
                    return Err(structure(format!(
                        "Output Artifact Bundle name must be unique within the pipeline. {} has been used more than once.",
                        output.name
                    )));
                }
                fresh.push(output.name.clone());
            }
        }
        made.extend(fresh);
    }
    triggers::check(definition)?;
    variables::check(definition)
}

fn stores(definition: &Definition, region: &str) -> Result<(), ApiError> {
    match (&definition.artifact_store, &definition.artifact_stores) {
        (Some(_), None) => {}
        (None, Some(stores)) if stores.contains_key(region) => {}
        (None, Some(_)) => {
            return Err(structure(format!(
                "The artifactStores of a pipeline must hold its own region, {region}"
            )));
        }
        _ => {
            let message = "Exactly one of artifactStore and artifactStores must be specified";
            return Err(ApiError::new("ValidationException", message));
        }
    }
    let actions = definition.stages.iter().flat_map(|s| &s.actions);
    let elsewhere = actions.filter_map(|action| Some((action, action.region.as_deref()?)));
    for (action, own) in elsewhere.filter(|(_, own)| *own != region) {
        let stores = definition.artifact_stores.as_ref();
        if !stores.is_some_and(|stores| stores.contains_key(own)) {
            return Err(structure(format!(
                "The artifactStores of a pipeline must hold the region of each action: {} is in {own}",
                action.name
            )));
        }
        // User guide, "Add a cross-Region action": not for source actions. AWS's sentence was not seen.
        if action.action_type_id.category == "Source" {
            return Err(declaration(format!(
                "A source action is in the region of its pipeline, {region}: {} is in {own}",
                action.name
            )));
        }
    }
    Ok(())
}

fn variables(definition: &Definition) -> Result<(), ApiError> {
    let v2 = definition.pipeline_type.as_deref() == Some("V2");
    if !definition.variables.is_empty() && !v2 {
        return Err(structure(
            "Pipeline variable can only be used with V2 pipelines",
        ));
    }
    if definition.execution_mode != "SUPERSEDED" && !v2 {
        return Err(structure(format!(
            "Execution mode {} can only be used with V2 pipelines",
            definition.execution_mode
        )));
    }
    // Their sentence is not recorded.
    if !v2 && !definition.triggers.is_empty() {
        return Err(structure("Triggers can only be used with V2 pipelines"));
    }
    // AWS has it for V2 only (user guide, "Pipeline types"); its sentence is not recorded.
    if !v2 && definition.stages.iter().any(|s| s.on_failure.is_some()) {
        return Err(structure(
            "Stage conditions can only be used with V2 pipelines",
        ));
    }
    let mut names = BTreeSet::new();
    match definition.variables.iter().find(|v| !names.insert(&v.name)) {
        Some(twice) => Err(ApiError::new(
            "ValidationException",
            format!(
                "Variable names must be unique. The following variable name is already in use: {}",
                twice.name
            ),
        )),
        None => Ok(()),
    }
}

fn check_action(action: &ActionDefinition) -> Result<(), ApiError> {
    // CodePipeline API reference, ActionDeclaration: of approvals alone; the sentence is not recorded.
    if action.timeout_in_minutes.is_some() && action.action_type_id.category != "Approval" {
        return Err(declaration(format!(
            "timeoutInMinutes is of manual approvals, and action '{}' is none",
            action.name
        )));
    }
    if let Some(declared) = catalogue::declared_only(action) {
        return artifacts(action, declared.inputs, declared.outputs);
    }
    let Some(known) = catalogue::find(action) else {
        let id = &action.action_type_id;
        return Err(declaration(format!(
            "sekisho does not support the action type {}/{}/{}/{} yet (action {})",
            id.owner, id.category, id.provider, id.version, action.name
        )));
    };
    artifacts(action, known.inputs, known.outputs)?;
    for name in known.required {
        if !action.configuration.contains_key(*name) {
            return Err(declaration(format!(
                "Action configuration for action '{}' is missing required configuration '{name}'",
                action.name
            )));
        }
    }
    let unknown = action
        .configuration
        .keys()
        .find(|k| !known.required.contains(&k.as_str()) && !known.optional.contains(&k.as_str()));
    if let Some(name) = unknown {
        return Err(declaration(format!(
            "Action configuration for action '{}' contains unknown configuration '{name}'",
            action.name
        )));
    }
    Ok(())
}

/// Whether an action has as many artifacts as its type takes.
fn artifacts(
    action: &ActionDefinition,
    inputs: (usize, usize),
    outputs: (usize, usize),
) -> Result<(), ApiError> {
    for (what, given, (least, most)) in [
        ("input", action.input_artifacts.len(), inputs),
        ("output", action.output_artifacts.len(), outputs),
    ] {
        if given < least || given > most {
            return Err(structure(format!(
                "Pipeline action declares {given} {what} artifacts, but {} are allowed: action {} of provider {}",
                if least == most {
                    least.to_string()
                } else {
                    format!("{least} to {most}")
                },
                action.name,
                action.action_type_id.provider
            )));
        }
    }
    Ok(())
}
