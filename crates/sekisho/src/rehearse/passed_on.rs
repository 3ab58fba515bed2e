//! Artifacts that go from one account to another, neither of them the pipeline's, and those that are kept in another's bucket: AWS's
//! guide says that this cannot be, and what is recorded does not show why it could not.

use std::sync::Arc;

use sekisho_engine::Event;

use super::advice::pipeline_place;
use super::fix::policies::Policies;
use super::{Note, PipelineRun};

/// A note for each such artifact.
pub(super) fn notes(pipelines: &[PipelineRun], policies: &Policies<'_>) -> Vec<Note> {
    let mut out = Vec::new();
    for run in pipelines {
        let Some(execution) = &run.execution else {
            continue;
        };
        let actions = || execution.definition.stages.iter().flat_map(|s| &s.actions);
        let foreign = |role: &Option<String>| {
            let account = role.as_ref()?.split(':').nth(4)?;
            (account != run.account).then(|| account.to_owned())
        };
        for action in actions() {
            let Some(reader) = foreign(&action.role_arn) else {
                continue;
            };
            for input in &action.input_artifacts {
                let maker =
                    actions().find(|a| a.output_artifacts.iter().any(|o| o.name == input.name));
                let Some(writer) = maker.and_then(|a| foreign(&a.role_arn)) else {
                    continue;
                };
                if writer != reader {
                    out.push(Note {
                        message: format!(
                            "the artifact {} goes from account {writer} to account {reader}, and neither is the pipeline's: AWS's guide (\"Create a pipeline that uses resources from another account\") says that artifacts cannot be passed so. It works where the bucket's owner owns what is written (BucketOwnerEnforced), as far as is known; to be sure, let an action of account {} make it",
                            input.name, run.account
                        ),
                        place: pipeline_place(&run.name, policies),
                    });
                }
            }
        }
    }
    out
}

/// A note for each store whose bucket or key is of another account than its pipeline.
pub(super) fn stores(
    pipelines: &[PipelineRun],
    events: &[Arc<Event>],
    policies: &Policies<'_>,
) -> Vec<Note> {
    let mut out = Vec::new();
    for run in pipelines {
        let store = run.execution.as_ref();
        let Some(store) = store.and_then(|e| e.definition.store(&run.region)) else {
            continue;
        };
        let objects = format!("arn:aws:s3:::{}/", store.location);
        let mut checks = events.iter().flat_map(|event| &event.checks);
        let bucket = checks.find(|check| check.resource.starts_with(&objects));
        let bucket = bucket.and_then(|check| check.resource_account.as_deref());
        let key = store.encryption_key.as_ref();
        let key = key.and_then(|key| key.id.split(':').nth(4));
        for (what, account) in [("bucket", bucket), ("key", key)] {
            if let Some(account) = account.filter(|account| *account != run.account) {
                out.push(Note {
                    message: format!(
                        "the {what} of the artifact store is of account {account}, and the pipeline of account {}: AWS's guide wants both in one account (\"Add a cross-Region action\"); whether it refuses others is not known",
                        run.account
                    ),
                    place: pipeline_place(&run.name, policies),
                });
            }
        }
    }
    out
}
