//! `sekisho rehearse`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use sekisho_arn::is_account_id;
use sekisho_iac::{Problem, Reading};
use serde_json::Value;

use super::{CouldNotRun, Status};
use crate::printer::Printer;
use crate::rehearse::{self, Completion, ImageArgument, Options};
use crate::settings::{self, Settings};

/// Options of `sekisho rehearse`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    reading: ReadingArgs,
    /// The form of the result
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write the statements that are missing into the configuration
    #[arg(long)]
    fix: bool,
    /// With --fix: print the change as a diff instead of writing it; exit code 1 if there is one
    #[arg(long, requires = "fix")]
    check: bool,
    /// Let the real program make the resources, in a copy of the directories; for people who doubt this one's reading
    #[arg(long, value_name = "terraform|tofu")]
    with: Option<String>,
    /// Keep what was made in this directory, which must be empty: `sekisho serve --data DIR` then shows it
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// No progress on standard error
    #[arg(long, short)]
    quiet: bool,
}

/// What a configuration is read with, and how it is rehearsed.
#[derive(Debug, clap::Args)]
pub(super) struct ReadingArgs {
    /// The directories of the Terraform configuration: one, or one for each account; or a plan that `terraform show -json`
    /// printed
    #[arg(value_name = "DIR", default_value = ".")]
    directories: Vec<PathBuf>,
    /// A Terraform variable; also TF_VAR_NAME in the environment
    #[arg(long = "var", value_name = "NAME=VALUE")]
    variables: Vec<String>,
    /// A file of Terraform variables; --var wins over it, wherever it stands
    #[arg(long = "var-file", value_name = "FILE")]
    variable_files: Vec<PathBuf>,
    /// The account that a provider means; DIR:ALIAS=ID where several directories have one of that name
    #[arg(long = "account", value_name = "ALIAS=ID")]
    accounts: Vec<String>,
    /// A value that cannot be read here: of a data source, a foreign resource, or an output of a module
    #[arg(long = "set", value_name = "ADDRESS=VALUE")]
    given: Vec<String>,
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
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One document; docs/rehearse.schema.json describes it
    Json,
    /// For code scanning: the lines that have to change
    Sarif,
    /// For CI systems: a test for each action and each policy that lacks something
    Junit,
    /// For pull requests: with the change as a diff
    Markdown,
    /// One page that stands alone: the pipeline drawn, the calls as a tree, the patch
    Html,
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

fn accounts(list: &[String]) -> Result<BTreeMap<String, String>, CouldNotRun> {
    let accounts = pairs(list, "--account ALIAS=ID")?;
    match accounts.iter().find(|(_, id)| !is_account_id(id)) {
        Some((alias, id)) => Err(CouldNotRun(format!(
            "--account {alias}={id}: an account id has 12 digits"
        ))),
        None => Ok(accounts),
    }
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

#[expect(
    clippy::disallowed_methods,
    reason = "the binary reads the environment for the user's workspace"
)]
fn workspace() -> Option<String> {
    std::env::var("TF_WORKSPACE").ok().filter(|w| !w.is_empty())
}

/// The accounts of the user's AWS profiles, as far as the AWS configuration file says them.
fn from_profiles() -> BTreeMap<String, String> {
    let file = std::env::var_os("AWS_CONFIG_FILE").map(PathBuf::from);
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".aws/config"));
    let text = file
        .or_else(home)
        .and_then(|f| std::fs::read_to_string(f).ok());
    settings::profiles(&text.unwrap_or_default())
}

/// A value of the command line: an expression, or else a text.
fn given(text: &str) -> Value {
    sekisho_iac::expression("--set", text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

impl ReadingArgs {
    /// What the command line, the environment and `sekisho.toml` say, in this order.
    pub(super) fn options(&self) -> Result<Options, CouldNotRun> {
        let mut options = Options {
            reading: Reading {
                directories: self.directories.clone(),
                variables: pairs(&self.variables, "--var NAME=VALUE")?,
                variable_files: self.variable_files.clone(),
                environment: from_environment(),
                workspace: workspace(),
                given: pairs(&self.given, "--set ADDRESS=VALUE")?
                    .into_iter()
                    .map(|(k, v)| (k, given(&v)))
                    .collect(),
                ..Reading::default()
            },
            accounts: accounts(&self.accounts)?,
            profiles: from_profiles(),
            images: self.images.clone(),
            generate_images: !self.no_image,
            approve: self.approve == Answer::Yes,
            region: self.region.clone(),
            seed: self.seed,
            timeout: Duration::from_secs(self.timeout),
            policies: BTreeMap::new(),
            organization: None,
            data: None,
        };
        for directory in &self.directories {
            let settings = Settings::read(directory).map_err(CouldNotRun)?;
            let folder = Settings::folder(directory);
            let policies = rehearse::read_policies(folder, &settings.policies);
            options.policies.extend(policies.map_err(CouldNotRun)?);
            if let Some(organization) = &settings.organization {
                options.organization = Some(organization.read(folder).map_err(CouldNotRun)?);
            }
            for (name, id) in settings.accounts {
                options.accounts.entry(name).or_insert(id);
            }
            options.profiles.extend(settings.profiles);
            for (address, value) in settings.set {
                options.reading.given.entry(address).or_insert(value);
            }
            for (name, value) in settings.variables {
                let text = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                options.reading.environment.entry(name).or_insert(text);
            }
        }
        Ok(options)
    }
}

pub(super) fn could_not(problems: Vec<Problem>) -> CouldNotRun {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    CouldNotRun(lines.join("\n       "))
}

pub(crate) fn run(args: &Args) -> Result<Status, CouldNotRun> {
    let printer = Printer { quiet: args.quiet };
    let mut options = args.reading.options()?;
    options.data.clone_from(&args.data);
    if let Some(data) = &args.data {
        let used = std::fs::read_dir(data).is_ok_and(|mut entries| entries.next().is_some());
        if used {
            let message = format!("--data {}: the directory is not empty", data.display());
            return Err(CouldNotRun(message));
        }
    }
    let mut progress = |line: &str| printer.progress(line);
    let outcome = match &args.with {
        Some(program) => rehearse::rehearse_with_program(program, &options, &mut progress),
        None => rehearse::rehearse(&options, &mut progress),
    };
    let outcome = outcome.map_err(could_not)?;
    if !outcome.passes() && !outcome.denials.is_empty() {
        printer.progress("looking for everything that is missing");
    }
    let (completion, fix) = completed(&options, &outcome)?;
    if let (true, Some(completion)) = (args.fix, &completion) {
        return write(args, completion, fix.as_ref(), printer);
    }
    let report = rehearse::Report {
        outcome: &outcome,
        completion: completion.as_ref(),
        fix: fix.as_ref(),
    };
    let text = match args.format {
        Format::Text => report.text(),
        Format::Junit => report.junit(),
        Format::Markdown => report.markdown(),
        Format::Html => report.html(),
        Format::Json => pretty(&report.json())?,
        Format::Sarif => pretty(&report.sarif())?,
    };
    printer.result(&text);
    Ok(if outcome.passes() {
        Status::Passes
    } else {
        Status::Fails
    })
}

fn pretty(value: &Value) -> Result<String, CouldNotRun> {
    serde_json::to_string_pretty(value).map_err(|e| CouldNotRun(e.to_string()))
}

/// Everything that is missing, and the same in the user's files.
pub(super) fn completed(
    options: &Options,
    outcome: &rehearse::Outcome,
) -> Result<(Option<Completion>, Option<rehearse::Fix>), CouldNotRun> {
    if outcome.passes() || outcome.denials.is_empty() {
        return Ok((None, None));
    }
    let completion = rehearse::complete(options, outcome).map_err(could_not)?;
    let fix = if completion.passes {
        Some(rehearse::fix(options, &completion).map_err(could_not)?)
    } else {
        None
    };
    Ok((Some(completion), fix))
}

/// Writes what is missing, or shows it. Passes when the delivery does with what was written.
fn write(
    args: &Args,
    completion: &Completion,
    fix: Option<&rehearse::Fix>,
    printer: Printer,
) -> Result<Status, CouldNotRun> {
    let Some(fix) = fix else {
        printer.result(&rehearse::text_completion(completion));
        for hint in &completion.hints {
            printer.result(&format!("hint: {}", hint.message));
        }
        printer.error("statements alone do not mend it: nothing was written");
        return Ok(Status::Fails);
    };
    for patch in &fix.unwritten {
        printer.error(&format!(
            "the {} of {} (account {}) is written in a way that --fix does not understand; add {}",
            patch.side, patch.holder, patch.account, patch.statement
        ));
    }
    if !fix.passes {
        printer.result(&fix.diff());
        return Err(CouldNotRun(
            "the change could not be proven to be enough: nothing was written".to_owned(),
        ));
    }
    if args.check {
        // As it is: a last line that is blank belongs to the patch.
        printer.result(fix.diff().strip_suffix('\n').unwrap_or_default());
        return Ok(Status::Fails);
    }
    fix.write().map_err(CouldNotRun)?;
    for (path, ..) in &fix.files {
        printer.note(&format!("changed {path}"));
    }
    let count = completion.patches.len();
    let noun = if count == 1 {
        "statement"
    } else {
        "statements"
    };
    printer.result(&format!(
        "fixed: {count} {noun} added; rehearsed, the delivery passes"
    ));
    Ok(Status::Passes)
}
