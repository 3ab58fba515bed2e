//! `#{namespace.key}` in configurations.

use std::collections::BTreeMap;

use sekisho_codepipeline::is_run;
use sekisho_pipeline::{ActionStatus, Execution};

use crate::failure::Failed;
use crate::providers::ANY;

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
            let mut attempts = execution.known();
            let (attempt, declared) = attempts.find_map(|a| {
                let declared = execution.declared(a)?;
                (declared.namespace.as_deref() == Some(namespace)).then_some((a, declared))
            })?;
            let done = attempt.status == ActionStatus::Succeeded;
            let any = (done && !is_run(declared)).then(|| ANY.to_owned());
            attempt.variables.get(key).cloned().or(any)
        }
    }
}
