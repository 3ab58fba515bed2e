//! What is on AWS already and somebody else's, as `sekisho.toml` says it: the organization of the accounts, managed
//! policies that the configuration names, boundaries above all, and roles that its policies name.

use std::collections::BTreeMap;
use std::sync::Arc;

use sekisho_engine::Engine;
use sekisho_iac::{Place, Problem, Source, Spot};
use sekisho_policy::{Document, Kind, validate};
use serde_json::{Value, json};

use super::applier::id;
use super::{Client, Note, Options};
use crate::settings::Organized;

/// Prepares an engine, before anything is made: it knows the accounts, their organization, and the policies that were
/// given. What comes back is to be noted.
///
/// # Errors
/// What IAM says of each policy that it does not take.
pub(super) fn prepare(
    engine: &Arc<Engine>,
    options: &Options,
    accounts: &[String],
) -> Result<Vec<Note>, Vec<Problem>> {
    engine.know_accounts(accounts.to_vec());
    let mut notes = Vec::new();
    if let Some(organization) = &options.organization {
        notes = strangers(organization, accounts);
        engine.organize(organization.with(accounts.to_vec()));
    }
    let organized = options.organization.iter().flat_map(Organized::files);
    for source in options.policies.values().chain(organized) {
        let asked = unsaid(options, accounts, &source.text);
        let Some((message, offset)) = asked else {
            continue;
        };
        if !notes.iter().any(|n| n.message == message) {
            let source = Arc::clone(source);
            notes.push(Note {
                message: message.to_owned(),
                place: Some(Place { source, offset }),
            });
        }
    }
    policies(engine, options)?;
    roles(engine, options)?;
    Ok(notes)
}

/// Roles that policies may name: those that the settings name, and those of which the ARN is given for a data source.
fn roles(engine: &Arc<Engine>, options: &Options) -> Result<(), Vec<Problem>> {
    let mut problems = Vec::new();
    for arn in &options.roles {
        match is_role(arn) {
            true => engine.know_role(arn, &id("AROA", arn)),
            false => {
                let message = format!("sekisho.toml: roles: {arn} is no ARN of a role");
                problems.push(Problem::new(None, message));
            }
        }
    }
    let read = options.reading.given.iter();
    let read = read.filter(|(address, _)| address.contains("data.aws_iam_role."));
    let arns = read.filter_map(|(address, value)| match address.ends_with(".arn") {
        true => value.as_str(),
        false => value.get("arn")?.as_str(),
    });
    for arn in arns.filter(|arn| is_role(arn)) {
        engine.know_role(arn, &id("AROA", arn));
    }
    match problems.is_empty() {
        true => Ok(()),
        false => Err(problems),
    }
}

/// Whether a text is the ARN of a role.
pub(super) fn is_role(arn: &str) -> bool {
    let mut parts = arn.splitn(6, ':').skip(2);
    let (service, account, resource) = (parts.next(), parts.nth(1), parts.next());
    let name = resource.and_then(|r| r.strip_prefix("role/"));
    service == Some("iam")
        && account.is_some_and(sekisho_arn::is_account_id)
        && name.is_some_and(|n| !n.is_empty())
}

fn policies(engine: &Arc<Engine>, options: &Options) -> Result<(), Vec<Problem>> {
    let of_aws = |arn: &str| arn.starts_with("arn:aws:iam::aws:policy/");
    let (aws, own): (BTreeMap<_, _>, BTreeMap<_, _>) =
        options.policies.iter().partition(|(arn, _)| of_aws(arn));
    let mut texts = BTreeMap::new();
    let mut problems = Vec::new();
    for (arn, file) in aws {
        match validate(&file.text, Kind::Identity) {
            Ok(_) => {
                texts.insert(arn.clone(), file.text.clone());
            }
            Err(e) => {
                let message = format!("sekisho.toml: policies: {arn}: {}", e.message);
                problems.push(Problem::new(None, message));
            }
        }
    }
    if let Err(arn) = engine.know_aws_policies(texts) {
        let message = format!("sekisho.toml: policies: {arn} has no name");
        problems.push(Problem::new(None, message));
    }
    let made = own.into_iter().map(|(arn, file)| {
        one(engine, options, arn, &file.text).map_err(|message| {
            Problem::new(None, format!("sekisho.toml: policies: {arn}: {message}"))
        })
    });
    problems.extend(made.filter_map(Result::err));
    match problems.is_empty() {
        true => Ok(()),
        false => Err(problems),
    }
}

fn one(engine: &Arc<Engine>, options: &Options, arn: &str, document: &str) -> Result<(), String> {
    let no_policy = || "this is no ARN of a managed policy of an account".to_owned();
    let mut parts = arn.splitn(6, ':');
    let (account, resource) = (parts.nth(4), parts.next());
    let account = account.filter(|a| sekisho_arn::is_account_id(a));
    let name = resource.and_then(|r| r.strip_prefix("policy"));
    let name = name.filter(|n| n.starts_with('/'));
    let (account, (path, name)) = account
        .zip(name.and_then(|n| n.rsplit_once('/')))
        .ok_or_else(no_policy)?;
    let client = Client::root(engine, account, &*options.region);
    let input = json!({"PolicyName": name, "Path": format!("{path}/"), "PolicyDocument": document});
    let made = client.call("iam", "CreatePolicy", input);
    let made = made.map_err(|e| e.to_string())?;
    match made.pointer("/Policy/Arn").and_then(Value::as_str) {
        Some(own) if own == arn => Ok(()),
        own => Err(format!(
            "the ARN of a policy of that name is {}",
            own.unwrap_or_default()
        )),
    }
}

/// What a text of policies asks about the organization of the accounts, and nobody has said; and where in the text.
pub(super) fn unsaid(
    options: &Options,
    accounts: &[String],
    text: &str,
) -> Option<(&'static str, usize)> {
    const IDS: &[&str] = &["aws:principalorg", "aws:resourceorg", "aws:sourceorg"];
    const PATHS: &[&str] = &[
        "aws:principalorgpaths",
        "aws:resourceorgpaths",
        "aws:sourceorgpaths",
    ];
    const NOTHING: &str = "policies ask which organization an account is of, which is not said: no account is taken to be of one. Write it into sekisho.toml: [organization] with id = \"o-...\"";
    const NO_PATH: &str = "policies ask where in its organization an account is, which is not said of each: such a condition holds for none of those. Write it into sekisho.toml: [organization.members.ACCOUNT] with path = \"o-.../r-.../ou-.../\"";
    let (keys, message) = match &options.organization {
        None => (IDS, NOTHING),
        Some(organization) if organization.lacks_paths(accounts) => (PATHS, NO_PATH),
        Some(_) => return None,
    };
    let text = text.to_ascii_lowercase();
    let found = keys.iter().find_map(|key| text.find(key))?;
    Some((message, found))
}

/// A note for each member of the organization that is no account of the configuration: its policies bind nobody here.
fn strangers(organization: &Organized, accounts: &[String]) -> Vec<Note> {
    let note = |account: &String| Note {
        message: format!(
            "sekisho.toml: organization.members.{account}: no provider of the configuration is of this account; what binds it binds nobody here"
        ),
        place: None,
    };
    organization.strangers(accounts).map(note).collect()
}

/// Where the statement of a given policy stands that denies: in a policy of the organization, or in a managed one of
/// `account`, by the names that a denial has of policy and statement.
pub(super) fn spot(
    options: &Options,
    account: &str,
    policy: &str,
    statement: &str,
) -> Option<Spot> {
    let organization = options.organization.as_ref();
    let of_account = || {
        let name = policy.strip_prefix("managed policy ")?;
        let owned = format!(":{account}:policy/");
        let mut all = options.policies.iter();
        let found = all.find(|(arn, _)| arn.contains(&owned) && arn.ends_with(&format!("/{name}")));
        found.map(|(_, file)| file)
    };
    let source = organization
        .and_then(|o| o.file(policy))
        .or_else(of_account)?;
    let document: Document = source.text.parse().ok()?;
    let index =
        (0..document.statements().len()).find(|index| document.label(*index) == statement)?;
    Some(Spot {
        source: Arc::clone(source),
        range: document.statement_range(index)?,
    })
}

/// The documents by ARN, read from the files of `folder`.
///
/// # Errors
/// The file that cannot be read.
pub fn read(
    folder: &std::path::Path,
    files: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, Arc<Source>>, String> {
    let text = |(arn, file): (&String, &String)| {
        let path = folder.join(file);
        let text =
            std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let source = Source::new(path.display().to_string(), text);
        Ok((arn.clone(), Arc::new(source)))
    };
    files.iter().map(text).collect()
}
