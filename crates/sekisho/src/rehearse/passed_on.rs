//! Artifacts that go from one account to another, neither of them the pipeline's: AWS's guide says that this cannot be, and what is
//! recorded does not show why it could not.

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
