//! `sekisho new`.

use std::io::{BufRead as _, IsTerminal as _};
use std::path::PathBuf;

use clap::Subcommand;

use super::{CouldNotRun, Status};
use crate::new::CrossAccountEcr;
use crate::printer::Printer;

/// Options of `sekisho new`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// A pipeline in one account that delivers images from the ECR of another, with least privilege
    CrossAccountEcr(Ecr),
}

#[derive(Debug, clap::Args)]
struct Ecr {
    /// The directory to write; it must be empty, or not be there
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// The account that owns the images
    #[arg(long, value_name = "ID")]
    registry_account: Option<String>,
    /// The account that owns the pipeline
    #[arg(long, value_name = "ID")]
    pipeline_account: Option<String>,
    /// The region of both
    #[arg(long, env = "AWS_REGION", default_value = "us-east-1")]
    region: String,
    /// The name of the pipeline
    #[arg(long, default_value = "delivery")]
    name: String,
    /// The ECR repository
    #[arg(long, value_name = "NAME")]
    repository: Option<String>,
    /// The tag that is delivered
    #[arg(long, default_value = "latest")]
    tag: String,
}

/// The value of a flag, or the answer to a question where somebody can answer.
fn asked(given: Option<&String>, flag: &str, question: &str) -> Result<String, CouldNotRun> {
    if let Some(value) = given {
        return Ok(value.clone());
    }
    if !std::io::stdin().is_terminal() {
        return Err(CouldNotRun(format!("{question} Say it with {flag}.")));
    }
    Printer::default().note(question);
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    read.map_err(|e| CouldNotRun(format!("standard input: {e}")))?;
    Ok(line.trim().to_owned())
}

pub(crate) fn run(args: &Args) -> Result<Status, CouldNotRun> {
    let What::CrossAccountEcr(ecr) = &args.what;
    let new = CrossAccountEcr {
        registry_account: asked(
            ecr.registry_account.as_ref(),
            "--registry-account",
            "Which account owns the images (12 digits)?",
        )?,
        pipeline_account: asked(
            ecr.pipeline_account.as_ref(),
            "--pipeline-account",
            "Which account owns the pipeline (12 digits)?",
        )?,
        region: ecr.region.clone(),
        name: ecr.name.clone(),
        repository: asked(
            ecr.repository.as_ref(),
            "--repository",
            "Which ECR repository is delivered from?",
        )?,
        tag: ecr.tag.clone(),
    };
    new.check().map_err(CouldNotRun)?;
    new.write(&ecr.directory).map_err(CouldNotRun)?;
    let directory = ecr.directory.display();
    Printer::default().result(&format!(
        "wrote {directory}: two accounts, six policies that agree\nhint: sekisho rehearse {directory}"
    ));
    Ok(Status::Passes)
}
