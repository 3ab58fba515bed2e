//! References to variables, `#{namespace.key}`, as far as they can be judged before an execution.

use std::collections::BTreeSet;

use sekisho_engine::prelude::*;
use sekisho_pipeline::{ActionDefinition, Definition};

/// The namespaces that every pipeline has.
const OWN: [&str; 2] = ["codepipeline", "variables"];

/// Checks every reference of every action, and the namespaces.
///
/// # Errors
/// `InvalidActionDeclarationException` with the text of CodePipeline.
pub(crate) fn check(definition: &Definition) -> Result<(), ApiError> {
    let actions = || definition.stages.iter().flat_map(|s| &s.actions);
    namespaces_once(definition)?;
    let namespaces: BTreeSet<&str> = actions()
        .filter_map(|a| a.namespace.as_deref())
        .chain(OWN)
        .collect();
    for stage in &definition.stages {
        for action in &stage.actions {
            for (key, value) in &action.configuration {
                for reference in references(value) {
                    let wrong = judge(definition, &namespaces, action, reference);
                    if let Some(wrong) = wrong {
                        let message = format!(
                            "{wrong}\nStageName=[{}], ActionName=[{}], ActionConfigurationKey=[{key}], VariableReferenceText=[#{{{reference}}}]",
                            stage.name, action.name
                        );
                        return Err(ApiError::new("InvalidActionDeclarationException", message));
                    }
                }
            }
        }
    }
    Ok(())
}

/// Each namespace is of one action, and is none of CodePipeline's own (CodePipeline user guide,
/// "Variables"; the sentences are not recorded).
fn namespaces_once(definition: &Definition) -> Result<(), ApiError> {
    let actions = || definition.stages.iter().flat_map(|s| &s.actions);
    let mut taken = BTreeSet::from(OWN);
    for action in actions() {
        let Some(namespace) = action.namespace.as_deref() else {
            continue;
        };
        let why = if OWN.contains(&namespace) {
            "is reserved"
        } else if !taken.insert(namespace) {
            "is that of another action"
        } else {
            continue;
        };
        let message = format!(
            "The namespace {namespace} of action {} {why}: namespaces must be unique within the pipeline",
            action.name
        );
        return Err(ApiError::new("InvalidStructureException", message));
    }
    Ok(())
}

/// What is wrong with a reference, if anything.
fn judge(
    definition: &Definition,
    namespaces: &BTreeSet<&str>,
    action: &ActionDefinition,
    reference: &str,
) -> Option<&'static str> {
    let (namespace, key) = reference.split_once('.').unwrap_or((reference, ""));
    if namespace == "variables" && action.action_type_id.category == "Source" {
        return Some("Variables at the pipeline level cannot be used in source actions.");
    }
    if namespace == "variables" && !definition.variables.iter().any(|v| v.name == key) {
        return Some("The referenced variables haven't been declared.");
    }
    (key.is_empty() || !namespaces.contains(namespace)).then_some(
        "Valid format for a pipeline execution variable reference is a namespace and a key separated by a period (.). The following pipeline execution variables are referencing a namespace that does not exist.",
    )
}

fn references(value: &str) -> impl Iterator<Item = &str> {
    value
        .split("#{")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('}')?.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(source: &str, deploy: &str) -> Option<String> {
        let action = |category: &str, key: &str, value: &str| {
            json!({"name": category, "namespace": format!("Of{category}"), "configuration": {key: value},
                   "actionTypeId": {"category": category, "owner": "AWS", "provider": "S3", "version": "1"}})
        };
        let definition = serde_json::from_value(json!({
            "name": "p", "roleArn": "r", "variables": [{"name": "known"}],
            "stages": [{"name": "S", "actions": [action("Source", "S3ObjectKey", source)]},
                       {"name": "D", "actions": [action("Deploy", "ObjectKey", deploy)]}],
        }));
        check(&definition.unwrap()).err().map(|e| e.message)
    }

    #[test]
    fn references_are_judged_before_an_execution() {
        assert_eq!(
            error(
                "k",
                "#{OfSource.X}/#{variables.known}/#{codepipeline.PipelineExecutionId}"
            ),
            None
        );
        assert_eq!(
            error("#{variables.known}", "k").unwrap(),
            "Variables at the pipeline level cannot be used in source actions.\nStageName=[S], ActionName=[Source], ActionConfigurationKey=[S3ObjectKey], VariableReferenceText=[#{variables.known}]"
        );
        assert!(
            error("k", "#{variables.other}")
                .unwrap()
                .starts_with("The referenced variables haven't been declared.\n")
        );
        for text in ["#{Typo.X}", "#{OfSource}"] {
            assert!(
                error("k", text)
                    .unwrap()
                    .contains("a namespace that does not exist"),
                "{text}"
            );
        }
    }
}
