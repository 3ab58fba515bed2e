//! Which account and region a provider configuration means.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sekisho_arn::is_account_id;
use sekisho_engine::Engine;
use sekisho_iac::{Configuration, Node, Problem, Provider, ProviderId, Reason};
use serde_json::Value;

use super::{Client, Options, applier, resources};

/// The account and the region of each provider.
pub type Places = BTreeMap<ProviderId, (String, String)>;

/// The provider configurations, and what the user says about them.
pub(super) struct Providers<'r> {
    configuration: &'r Configuration,
    options: &'r Options,
    providers: Vec<Provider>,
    /// Names of roles that the configuration makes.
    made: BTreeSet<String>,
}

/// What a user may call a provider: its alias or name, with the directory in front where there are several; the
/// directory alone means its provider without an alias.
fn names(id: &ProviderId) -> Vec<String> {
    let alias = id.name.strip_prefix("aws.").unwrap_or(&id.name);
    let mut names = vec![alias.to_owned(), id.name.clone()];
    if !id.directory.is_empty() {
        names.insert(0, format!("{}:{alias}", id.directory));
        if id.name == "aws" {
            names.insert(1, id.directory.clone());
        }
    }
    names
}

/// What the settings of a directory may call a provider: those of others with the directory in front. The command line
/// (no directory) may call it everything.
fn names_from(id: &ProviderId, directory: Option<&str>) -> Vec<String> {
    let mut names = names(id);
    if directory.is_some_and(|own| own != id.directory) {
        names.retain(|name| {
            let rest = name.strip_prefix(&*id.directory);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
        });
    }
    names
}

/// The accounts that a provider allows. It makes numbers texts.
fn allowed_accounts(provider: Option<&Provider>) -> Vec<String> {
    let all = provider.and_then(|p| p.values.get("allowed_account_ids")?.as_array());
    let text = |account: &Value| match account {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    all.into_iter().flatten().filter_map(text).collect()
}

impl<'r> Providers<'r> {
    /// Reads them.
    ///
    /// # Errors
    /// What cannot be evaluated, and accounts for providers that are not there: that is a mistyped name, and the
    /// rehearsal would be of other accounts.
    pub(super) fn new(
        configuration: &'r Configuration,
        options: &'r Options,
    ) -> Result<Self, Vec<Problem>> {
        let providers = configuration.providers().map_err(|p| vec![p])?;
        let used = configuration.nodes.iter();
        let used = used.filter_map(|node| configuration.provider_of(node).ok());
        let mut known: Vec<ProviderId> = providers.iter().map(|p| p.id.clone()).collect();
        known.extend(used);
        let means = |said: &str, label: Option<&str>| {
            said == "aws"
                || known
                    .iter()
                    .any(|id| names_from(id, label).iter().any(|n| n == said))
        };
        let told = options.accounts.iter().map(|said| (None, said));
        let own = options.own_accounts.iter();
        let own = own.flat_map(|(label, all)| all.iter().map(move |said| (Some(&**label), said)));
        let unknown = told
            .chain(own)
            .filter(|(label, (said, _))| !means(said, *label));
        let problems: Vec<Problem> = unknown
            .map(|(label, (said, id))| {
                let names = providers.iter().filter_map(|p| {
                    let mut names = names_from(&p.id, label).into_iter();
                    names.next()
                });
                let names: Vec<String> = names.collect();
                let from = match label {
                    None => "--account ".to_owned(),
                    Some("") => "sekisho.toml: accounts: ".to_owned(),
                    Some(label) => format!("sekisho.toml of {label}: accounts: "),
                };
                let message = format!(
                    "{from}{said}={id}: there is no such provider; there are {}",
                    names.join(", ")
                );
                Problem::new(None, message)
            })
            .collect();
        let of_aws = |p: &&Provider| p.id.name.split('.').next() == Some("aws");
        let wrong = providers.iter().filter(of_aws);
        let wrong = wrong.filter_map(|p| resources::schema::check_provider(p).err());
        let problems: Vec<Problem> = problems.into_iter().chain(wrong).collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            configuration,
            options,
            providers,
            made: applier::made(configuration),
        })
    }

    /// A client for each provider of the nodes.
    ///
    /// # Errors
    /// Every provider of which nothing says the account.
    pub(super) fn clients<'n>(
        &self,
        engine: &Arc<Engine>,
        nodes: impl Iterator<Item = &'n Node>,
    ) -> Result<BTreeMap<ProviderId, Client>, Vec<Problem>> {
        let mut clients: BTreeMap<ProviderId, Client> = BTreeMap::new();
        let mut asked = Vec::new();
        let mut problems = Vec::new();
        for node in nodes {
            if !node.type_name.starts_with("aws_") || node.type_name == "aws_iam_policy_document" {
                continue;
            }
            let id = match self.configuration.provider_of(node) {
                Ok(id) => id,
                Err(problem) => {
                    problems.push(problem);
                    continue;
                }
            };
            if asked.contains(&id) {
                continue;
            }
            match self.client(engine, &id, node) {
                Ok(mut client) => {
                    // Who applies in several regions of an account does it by one session.
                    let key = |c: &Client| c.session().map(|s| s.access_key_id.clone());
                    let other = clients.values().find(|c| key(c) == key(&client));
                    if let Some(applier) = other.map(|c| c.applier.clone()) {
                        client.applier = applier;
                    }
                    clients.insert(id.clone(), client);
                }
                Err(problem) => problems.push(problem),
            }
            asked.push(id);
        }
        if problems.is_empty() {
            Ok(clients)
        } else {
            Err(problems)
        }
    }

    fn client(
        &self,
        engine: &Arc<Engine>,
        id: &ProviderId,
        node: &Node,
    ) -> Result<Client, Problem> {
        let provider = self.providers.iter().find(|p| p.id == *id);
        let place = provider.map_or(&node.place, |p| &p.place);
        let text = |name: &str| {
            let value = provider.and_then(|p| p.values.get(name));
            value.and_then(Value::as_str).map(str::to_owned)
        };
        let Some(account) = self.account(id, provider).filter(|a| is_account_id(a)) else {
            let alias = id.name.strip_prefix("aws.").unwrap_or(&id.name);
            let name = names(id).into_iter().next().unwrap_or_default();
            let several = allowed_accounts(provider).len() > 1;
            let profile = text("profile").map(|p| {
                format!(" Its profile `{p}` says none: neither [profiles] of sekisho.toml nor the AWS configuration file.")
            });
            let message = format!(
                "which account does provider `{}` mean?{} {}, or say --account {name}=<12 digits>, or write it into sekisho.toml: [accounts] {alias} = \"<12 digits>\"",
                id.name,
                profile.unwrap_or_default(),
                match several {
                    true => "Leave one of its allowed_account_ids",
                    false => "Set allowed_account_ids in it",
                }
            );
            return Err(Problem::at(place, message));
        };
        let unknown = provider.into_iter().flat_map(|p| &p.unknown);
        let mut matter = unknown.filter(|n| matches!(n.as_str(), "region" | "default_tags.tags"));
        if let Some(name) = matter.next() {
            let message = format!(
                "`{name}` of provider `{}` is made of what is known only when it is made or read, and what it decides would be guessed: write it down, or give what it reads with --set ADDRESS=VALUE",
                id.name
            );
            return Err(Problem::at(place, message));
        }
        let allowed = allowed_accounts(provider);
        if !allowed.is_empty() && !allowed.contains(&account) {
            let message = format!(
                "provider `{}` means account {account}, and its allowed_account_ids are {}: the provider refuses that",
                id.name,
                allowed.join(", ")
            );
            return Err(Problem::at(place, message));
        }
        let region = text("region").unwrap_or_else(|| self.options.region.clone());
        if !sekisho_arn::is_region(&region) {
            let message = format!(
                "provider `{}`: `{region}` is no region of AWS: they are called like us-east-1",
                id.name
            );
            return Err(Problem::at(place, message));
        }
        if sekisho_arn::is_of_other_partition(&region) {
            let message = format!(
                "provider `{}` is for {region}: partitions other than `aws` are not supported yet",
                id.name
            );
            return Err(Problem::at(place, Reason::unsupported(message)));
        }
        let tags = provider.and_then(|p| p.values.get("default_tags")?.get("tags")?.as_object());
        let applier = applier::of(engine, &account, provider.map(|p| &p.values), &self.made);
        let applier = applier.map_err(|e| Problem::at(place, e.to_string()))?;
        Ok(Client {
            default_tags: tags.cloned().unwrap_or_default(),
            applier: Some(applier),
            ..Client::root(engine, account, region)
        })
    }

    /// The account: what the user says, the role that it assumes, the only account that it allows, its profile, its key.
    fn account(&self, id: &ProviderId, provider: Option<&Provider>) -> Option<String> {
        let own = self.options.own_accounts.iter();
        let (own, others): (Vec<_>, Vec<_>) = own.partition(|(label, _)| **label == id.directory);
        let told = own.into_iter().chain(others);
        let told = told.map(|(label, accounts)| (Some(&**label), accounts));
        let given = std::iter::once((None, &self.options.accounts))
            .chain(told)
            .find_map(|(label, accounts)| {
                let names = names_from(id, label);
                names.iter().find_map(|n| accounts.get(n)).cloned()
            });
        let values = provider.map(|p| &p.values);
        let assumed = || {
            let blocks = ["assume_role", "assume_role_with_web_identity"];
            let arns = blocks.iter().filter_map(|name| {
                let arn = values?.get(*name)?.get("role_arn")?;
                arn.as_str()?.split(':').nth(4)
            });
            arns.map(str::to_owned).next()
        };
        let allowed = || match allowed_accounts(provider).as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        };
        let profile = || {
            let name = values?.get("profile")?.as_str()?;
            self.options.profiles.get(name).cloned()
        };
        let key = || values?.get("access_key")?.as_str().map(str::to_owned);
        let key = || key().filter(|k| is_account_id(k));
        given
            .or_else(assumed)
            .or_else(allowed)
            .or_else(profile)
            .or_else(key)
    }
}
