//! An action that is taken to be done: its output artifacts are there, with a file that stands for any.

use sekisho_engine::Caller;
use sekisho_pipeline::{ActionDefinition, Outcome};

use crate::artifacts::{self, once, zip_of};
use crate::failure::Failed;
use crate::session::Run;

/// What stands for all that is not known of an action that is not run: the name of the one file in its output artifacts, and
/// the value of each variable that it has. Who writes the files somewhere needs to be allowed any name; a Deny of some
/// names only is not seen.
pub(crate) const ANY: &str = "*";

/// The artifacts are given: who would write them on AWS is not known here. Who reads them is checked.
pub(crate) fn run(run: &Run, declared: &ActionDefinition) -> Result<Outcome, Failed> {
    let root = Caller::root(&run.account);
    let mut outputs = Vec::new();
    for artifact in &declared.output_artifacts {
        let zip = zip_of(ANY, b"")?;
        let written = artifacts::put(run, &root, &artifact.name, "", once(zip))?;
        outputs.push((artifact.name.clone(), written));
    }
    Ok(Outcome {
        outputs,
        summary: Some("Skipped: taken to be done".to_owned()),
        ..Outcome::default()
    })
}
