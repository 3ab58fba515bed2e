//! One provider, one file.

mod ecr_source;
mod s3_deploy;
mod s3_source;
mod skipped;

pub(crate) use skipped::ANY;

use std::collections::BTreeMap;

use sekisho_engine::Caller;
use sekisho_pipeline::{Failure, Outcome};

use crate::failure::Failed;
use crate::session::Run;
use crate::{replication, variables};

/// Does the work of a provider as the session that it is given, with the resolved configuration.
type Provider = fn(&Run, &Caller, &BTreeMap<String, String>) -> Result<Outcome, Failed>;

/// Runs an attempt to its end.
pub(crate) fn run(run: &Run) -> Outcome {
    let mut resolved = None;
    match attempt(run, &mut resolved) {
        Ok(mut outcome) => {
            outcome.resolved = resolved;
            outcome
        }
        Err(failed) => Outcome {
            failure: Some(Failure {
                code: failed.code.to_owned(),
                message: failed.message,
            }),
            resolved,
            ..Outcome::default()
        },
    }
}

fn attempt(run: &Run, resolved: &mut Option<BTreeMap<String, String>>) -> Result<Outcome, Failed> {
    let Some(declared) = run.declared() else {
        return Err(Failed::new(
            "ConfigurationError",
            "The action is not in the pipeline any more.",
        ));
    };
    if run.skipped {
        return skipped::run(run, declared);
    }
    let configuration = variables::resolve(&run.execution, &declared.configuration)?;
    *resolved = Some(configuration.clone());
    let elsewhere = declared.region.as_ref().filter(|own| **own != run.region);
    let there = elsewhere.map(|region| replication::into(run, region));
    let there = there.transpose()?;
    let run = there.as_ref().unwrap_or(run);
    let caller = run.assume()?;
    let provider: Provider = match (
        declared.action_type_id.category.as_str(),
        declared.action_type_id.provider.as_str(),
    ) {
        ("Source", "ECR") => ecr_source::run,
        ("Source", "S3") => s3_source::run,
        ("Deploy", "S3") => s3_deploy::run,
        ("Approval", _) => {
            let message = "sekisho does not publish to the NotificationArn of an approval yet.";
            return Err(Failed::new("ConfigurationError", message));
        }
        (category, provider) => {
            let message = format!("sekisho does not run {category} actions of {provider} yet.");
            return Err(Failed::new("ConfigurationError", message));
        }
    };
    provider(run, &caller, &configuration)
}
