//! `sekisho rehearse`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;

use super::{CouldNotRun, Status};
use crate::printer::Printer;
use crate::rehearse::{self, ImageArgument, Options};

/// Options of `sekisho rehearse`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The directory of the Terraform configuration
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// The form of the result
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// A Terraform variable; also TF_VAR_NAME in the environment
    #[arg(long = "var", value_name = "NAME=VALUE")]
    variables: Vec<String>,
    /// The account that a provider means
    #[arg(long = "account", value_name = "ALIAS=ID")]
    accounts: Vec<String>,
    /// Push this OCI layout or `docker save` archive instead of a generated image
    #[arg(long = "image", value_name = "REPO[:TAG]=PATH")]
    images: Vec<ImageArgument>,
    /// Push no generated image: the tag is then missing unless --image brings it
    #[arg(long)]
    no_image: bool,
    /// How manual approvals are answered
    #[arg(long, value_enum, default_value_t = Answer::Yes)]
    approve: Answer,
    /// The region of providers that name none
    #[arg(long, env = "AWS_REGION", default_value = "us-east-1")]
    region: String,
    /// Seed of ids and keys: the same seed gives the same ids
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How long an execution may take, in seconds
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    timeout: u64,
    /// No progress on standard error
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One document; docs/rehearse.schema.json describes it
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Answer {
    /// Approved
    Yes,
    /// Rejected
    No,
}

fn pairs(list: &[String], what: &str) -> Result<BTreeMap<String, String>, CouldNotRun> {
    let split = |text: &String| {
        let pair = text
            .split_once('=')
            .map(|(k, v)| (k.to_owned(), v.to_owned()));
        pair.ok_or_else(|| CouldNotRun(format!("`{text}`: expected {what}")))
    };
    list.iter().map(split).collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the binary reads the environment for the user's variables"
)]
fn from_environment() -> BTreeMap<String, String> {
    std::env::vars()
        .filter_map(|(k, v)| Some((k.strip_prefix("TF_VAR_")?.to_owned(), v)))
        .collect()
}

pub(crate) fn run(args: &Args) -> Result<Status, CouldNotRun> {
    let printer = Printer { quiet: args.quiet };
    let options = Options {
        variables: pairs(&args.variables, "--var NAME=VALUE")?,
        environment: from_environment(),
        accounts: pairs(&args.accounts, "--account ALIAS=ID")?,
        images: args.images.clone(),
        generate_images: !args.no_image,
        approve: args.approve == Answer::Yes,
        region: args.region.clone(),
        seed: args.seed,
        timeout: Duration::from_secs(args.timeout),
        ..Options::new(&args.directory)
    };
    let outcome =
        rehearse::rehearse(&options, &mut |line| printer.note(line)).map_err(|problems| {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            CouldNotRun(lines.join("\n       "))
        })?;
    match args.format {
        Format::Text => printer.result(&rehearse::text_document(&outcome)),
        Format::Json => {
            let text = serde_json::to_string_pretty(&rehearse::json_document(&outcome));
            printer.result(&text.map_err(|e| CouldNotRun(e.to_string()))?);
        }
    }
    Ok(if outcome.passes() {
        Status::Passes
    } else {
        Status::Fails
    })
}
