//! `#{namespace.key}` in configurations.

use std::collections::BTreeMap;

use sekisho_pipeline::Execution;

use crate::failure::Failed;

/// Fills in the variables of `configuration`.
pub(crate) fn resolve(
    execution: &Execution,
    configuration: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, Failed> {
    configuration
        .iter()
        .map(|(k, v)| Ok((k.clone(), text(execution, v)?)))
        .collect()
}

fn text(execution: &Execution, raw: &str) -> Result<String, Failed> {
    let mut out = String::new();
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once("#{") {
        let Some((name, behind)) = after.split_once('}') else {
            break;
        };
        out.push_str(before);
        match value(execution, name) {
            Some(value) => out.push_str(&value),
            None => {
                let message = format!("The variable #{{{name}}} has no value in this execution.");
                return Err(Failed::new("ConfigurationError", message));
            }
        }
        rest = behind;
    }
    out.push_str(rest);
    Ok(out)
}

fn value(execution: &Execution, name: &str) -> Option<String> {
    let (namespace, key) = name.split_once('.')?;
    match namespace {
        "codepipeline" => (key == "PipelineExecutionId").then(|| execution.id.clone()),
        "variables" => execution
            .variables
            .iter()
            .find(|(n, _)| n == key)
            .map(|(_, v)| v.clone()),
        _ => {
            let of = |a: &&sekisho_pipeline::ActionRun| {
                execution
                    .declared(a)
                    .is_some_and(|d| d.namespace.as_deref() == Some(namespace))
            };
            execution
                .attempts
                .iter()
                .rev()
                .find(of)?
                .variables
                .get(key)
                .cloned()
        }
    }
}
