//! What a configuration is read with: the command line, the environment, and `sekisho.toml` beside it, in this order.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command, FromArgMatches, ValueEnum};
use sekisho_arn::is_account_id;
use sekisho_executor::Skip;
use sekisho_iac::{Assignment, Reading};
use serde_json::Value;

use super::{CouldNotRun, of_plan};
use crate::rehearse::{self, ImageArgument, Options};
use crate::settings::{self, FILE, Settings};

/// What a configuration is read with, and how it is rehearsed.
#[derive(Debug, clap::Args)]
pub(super) struct ReadingArgs {
    /// The directories of the Terraform configuration: one, or one for each account; or a plan that `terraform show -json`
    /// printed
    #[arg(value_name = "DIR", default_value = ".")]
    directories: Vec<PathBuf>,
    #[command(flatten)]
    assignments: Assignments,
    /// The account that a provider means; DIR:ALIAS=ID where several directories have one of that name
    #[arg(long = "account", value_name = "ALIAS=ID")]
    accounts: Vec<String>,
    /// A value that cannot be read here: of a data source, a foreign resource, or an output of a module
    #[arg(long = "set", value_name = "ADDRESS=VALUE")]
    given: Vec<String>,
    /// Take the variables, and what data sources read that are not here, from this plan of the directory, as `terraform show
    /// -json` printed it
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// Push this OCI layout or `docker save` archive instead of a generated image
    #[arg(long = "image", value_name = "REPO[:TAG]=PATH")]
    images: Vec<ImageArgument>,
    /// Push no generated image: the tag is then missing unless --image brings it
    #[arg(long)]
    no_image: bool,
    /// How manual approvals are answered
    #[arg(long, value_enum, default_value_t = Answer::Yes)]
    approve: Answer,
    /// Take an action to be done that sekisho does not run yet: what it calls is not checked. `*` stands for any part of a name
    #[arg(long = "skip", value_name = "STAGE/ACTION", value_parser = skip)]
    skips: Vec<Skip>,
    /// A value of a variable of a pipeline: an execution with it is started once the first is done
    #[arg(long = "pipeline-variable", value_name = "NAME=VALUE")]
    pipeline_variables: Vec<String>,
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

/// `--var` and `--var-file` in the order in which they stand.
#[derive(Debug)]
struct Assignments(Vec<Assignment>);

impl clap::Args for Assignments {
    fn augment_args(command: Command) -> Command {
        command
            .arg(
                Arg::new("var")
                    .long("var")
                    .value_name("NAME=VALUE")
                    .action(ArgAction::Append)
                    .value_parser(variable)
                    .help("A Terraform variable; also TF_VAR_NAME in the environment"),
            )
            .arg(
                Arg::new("var-file")
                    .long("var-file")
                    .value_name("FILE")
                    .action(ArgAction::Append)
                    .value_parser(file)
                    .help("A file of Terraform variables; of this and --var the last one wins"),
            )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Assignments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let each = ["var", "var-file"].into_iter().flat_map(|name| {
            let indices = matches.indices_of(name).into_iter().flatten();
            indices.zip(matches.get_many::<Assignment>(name).into_iter().flatten())
        });
        let mut each: Vec<(usize, &Assignment)> = each.collect();
        each.sort_by_key(|(index, _)| *index);
        Ok(Self(each.into_iter().map(|(_, a)| a.clone()).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn variable(text: &str) -> Result<Assignment, String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok(Assignment::Variable(name.to_owned(), value.to_owned()))
}

fn skip(text: &str) -> Result<Skip, String> {
    let (stage, action) = text.split_once('/').ok_or("expected STAGE/ACTION")?;
    Ok(Skip {
        stage: stage.to_owned(),
        action: action.to_owned(),
    })
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "clap's form of a parser; every text is the name of a file"
)]
fn file(text: &str) -> Result<Assignment, String> {
    Ok(Assignment::File(PathBuf::from(text)))
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
    // What is no Unicode is of other programs.
    let texts = std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v)));
    let own = texts.filter_map(|(k, v)| Some((k.strip_prefix("TF_VAR_")?.to_owned(), v)));
    own.map(|(name, v)| (name, v.to_string_lossy().into_owned()))
        .collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the binary reads the environment for the user's workspace"
)]
fn workspace() -> Option<String> {
    std::env::var("TF_WORKSPACE").ok().filter(|w| !w.is_empty())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the binary reads the environment for the user's home"
)]
fn home() -> Option<PathBuf> {
    let home = std::env::var_os("HOME").filter(|home| !home.is_empty());
    home.map(PathBuf::from)
}

/// The accounts of the user's AWS profiles, as far as the AWS configuration file says them.
#[expect(
    clippy::disallowed_methods,
    reason = "the binary reads the environment for the user's AWS configuration"
)]
fn from_profiles() -> BTreeMap<String, String> {
    let file = std::env::var_os("AWS_CONFIG_FILE").map(PathBuf::from);
    let own = || Some(home()?.join(".aws/config"));
    let text = file
        .or_else(own)
        .and_then(|f| std::fs::read_to_string(f).ok());
    settings::profiles(&text.unwrap_or_default())
}

/// Attributes that are texts, whatever stands in them: often JSON.
const TEXTS: &[&str] = &[
    "assume_role_policy",
    "body",
    "content",
    "json",
    "minified_json",
    "policy",
    "rendered",
    "response_body",
    "secret_string",
    "value",
];

/// A value of the command line for what is called `address`: an expression, or else a text.
fn given(address: &str, text: &str) -> Value {
    let literal = || Value::String(text.to_owned());
    let attribute = address.rsplit('.').next().unwrap_or_default();
    match sekisho_iac::expression("--set", text) {
        // Outputs of modules may have any type.
        Ok(Value::Object(_) | Value::Array(_))
            if TEXTS.contains(&attribute) && !address.starts_with("module.") =>
        {
            literal()
        }
        value => value.unwrap_or_else(|_| literal()),
    }
}

impl ReadingArgs {
    /// What is to be read.
    pub(super) fn directories(&self) -> &[PathBuf] {
        &self.directories
    }

    /// What the command line, the environment and `sekisho.toml` say, in this order.
    pub(super) fn options(&self) -> Result<Options, CouldNotRun> {
        let plan = self.plan.as_deref().map(of_plan::read).transpose();
        let plan = plan.map_err(CouldNotRun)?.unwrap_or_default();
        if self.plan.is_some() && self.directories.len() > 1 {
            return Err(CouldNotRun("--plan is a plan of one directory, and several are given: give what it knows with --var and --set instead".to_owned()));
        }
        let mut assignments = plan.variables;
        assignments.extend(self.assignments.0.iter().cloned());
        let mut options = Options {
            waived: Vec::new(),
            quotas: BTreeMap::new(),
            reading: Reading {
                directories: self.directories.clone(),
                assignments,
                planned: plan.values,
                environment: from_environment(),
                workspace: workspace(),
                home: home(),
                given: pairs(&self.given, "--set ADDRESS=VALUE")?
                    .into_iter()
                    .map(|(k, v)| {
                        let value = given(&k, &v);
                        (k, value)
                    })
                    .collect(),
                ..Reading::default()
            },
            accounts: accounts(&self.accounts)?,
            own_accounts: BTreeMap::new(),
            profiles: from_profiles(),
            images: self.images.clone(),
            generate_images: !self.no_image,
            approve: self.approve == Answer::Yes,
            skips: self.skips.clone(),
            pipeline_variables: pairs(&self.pipeline_variables, "--pipeline-variable NAME=VALUE")?
                .into_iter()
                .collect(),
            region: self.region.clone(),
            seed: self.seed,
            timeout: Duration::from_secs(self.timeout),
            policies: BTreeMap::new(),
            roles: BTreeSet::new(),
            organization: None,
            data: None,
        };
        let mut said = Said::default();
        for directory in &self.directories {
            said.read(directory, &mut options)?;
        }
        Ok(options)
    }
}

/// What the `sekisho.toml` of each directory says, and which of them said it: what holds for all directories must not be
/// said twice and differently, for one of the two would silently be dropped, and with it perhaps what denies.
#[derive(Default)]
struct Said {
    by: BTreeMap<String, (PathBuf, String)>,
    organization: Option<PathBuf>,
}

impl Said {
    /// Keeps that `directory` says `value` of `what`.
    fn once(&mut self, directory: &Path, what: String, value: String) -> Result<(), CouldNotRun> {
        match self.by.get(&what) {
            Some((other, earlier)) if *earlier != value => Err(differ(other, directory, &what)),
            Some(_) => Ok(()),
            None => {
                self.by.insert(what, (directory.to_owned(), value));
                Ok(())
            }
        }
    }

    /// Adds what `directory` says to the options.
    fn read(&mut self, directory: &Path, options: &mut Options) -> Result<(), CouldNotRun> {
        let settings = Settings::read(directory).map_err(CouldNotRun)?;
        let folder = Settings::folder(directory);
        let policies = rehearse::read_policies(folder, &settings.policies).map_err(CouldNotRun)?;
        options.roles.extend(settings.roles.iter().cloned());
        for (arn, file) in policies {
            self.once(directory, format!("policies.{arn}"), file.text.clone())?;
            options.policies.insert(arn, file);
        }
        if let Some(organization) = &settings.organization {
            let organization = organization.read(folder).map_err(CouldNotRun)?;
            let earlier = self
                .organization
                .as_ref()
                .zip(options.organization.as_ref());
            if let Some((other, _)) = earlier.filter(|(_, earlier)| !earlier.says(&organization)) {
                return Err(differ(other, directory, "organization"));
            }
            self.organization = Some(directory.to_owned());
            options.organization = Some(organization);
        }
        for (name, most) in settings.quotas {
            self.once(directory, format!("quotas.{name}"), most.to_string())?;
            options.quotas.insert(name, most);
        }
        for (name, id) in settings.profiles {
            self.once(directory, format!("profiles.{name}"), id.clone())?;
            options.profiles.insert(name, id);
        }
        for text in settings.skip {
            let skip = skip(&text).map_err(|why| {
                let file = folder.join(FILE);
                CouldNotRun(format!("{}: skip: `{text}`: {why}", file.display()))
            })?;
            if !options.skips.contains(&skip) {
                options.skips.push(skip);
            }
        }
        for (name, value) in settings.pipeline_variables {
            self.once(
                directory,
                format!("pipeline_variables.{name}"),
                value.clone(),
            )?;
            options.pipeline_variables.entry(name).or_insert(value);
        }
        for (name, value) in settings.variables {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            self.once(directory, format!("variables.{name}"), text.clone())?;
            let file = folder.join(FILE);
            options.reading.settled.entry(name.clone()).or_insert(file);
            options.reading.environment.entry(name).or_insert(text);
        }
        // Accounts and values are of the directory that they stand in.
        let label = options.reading.label(directory);
        for (address, value) in settings.set {
            let address = match label.is_empty() || address.contains(':') {
                true => address,
                false => format!("{label}:{address}"),
            };
            options.reading.given.entry(address).or_insert(value);
        }
        options.own_accounts.insert(label, settings.accounts);
        Ok(())
    }
}

fn differ(one: &Path, other: &Path, what: &str) -> CouldNotRun {
    let file = |directory: &Path| Settings::folder(directory).join(FILE);
    CouldNotRun(format!(
        "{} and {} say different things of `{what}`, which holds for all directories: say it in one of them",
        file(one).display(),
        file(other).display()
    ))
}
