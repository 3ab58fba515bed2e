//! Makes the resources of a configuration, each as the account of its provider.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sekisho_arn::is_account_id;
use sekisho_engine::Engine;
use sekisho_iac::{Configuration, Node, Problem, Provider, Repetition, Scope};
use serde_json::{Map, Value, json};

use super::{Client, Failure, Options, Patch, image, patch, resources};

pub(super) struct Applied {
    pub(super) pipelines: Vec<(Client, String)>,
    pub(super) failures: Vec<Failure>,
    pub(super) resources: usize,
    /// The values of what was made, by address.
    pub(super) values: BTreeMap<String, Value>,
    /// Which `--image` arguments a pipeline took.
    images: BTreeSet<usize>,
}

pub(super) fn apply(
    engine: &Arc<Engine>,
    configuration: &Configuration,
    order: &[&Node],
    options: &Options,
    patches: &[Patch],
    progress: &mut dyn FnMut(&str),
) -> Result<Applied, Vec<Problem>> {
    let empty = BTreeMap::new();
    let providers = configuration
        .providers(&Scope::new(configuration, &empty))
        .map_err(|p| vec![p])?;
    let mut problems: Vec<Problem> = unknown_accounts(options, &providers).collect();
    let mut clients: BTreeMap<Option<String>, Client> = BTreeMap::new();
    let mut asked: BTreeSet<&Option<String>> = BTreeSet::new();
    for node in order {
        if node.type_name != "aws_iam_policy_document" && asked.insert(&node.provider) {
            match client(engine, &providers, node, options) {
                Ok(client) => {
                    clients.insert(node.provider.clone(), client);
                }
                Err(problem) => problems.push(problem),
            }
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut applied = Applied {
        pipelines: Vec::new(),
        failures: Vec::new(),
        resources: 0,
        values: BTreeMap::new(),
        images: BTreeSet::new(),
    };
    let mut values: BTreeMap<String, Value> = BTreeMap::new();
    let mut broken: Vec<String> = Vec::new();
    for node in order {
        let scope = Scope::new(configuration, &values);
        let client = clients.get(&node.provider);
        match instances(node, &scope, client, options, &mut applied) {
            Ok(value) => {
                if !node.is_data() {
                    progress(&format!("made {}", node.address()));
                }
                if let Some(client) = client.filter(|_| !node.is_data()) {
                    patch::give(client, patches);
                }
                values.insert(node.address(), value);
            }
            Err(problem) => {
                // What depends on a resource that could not be made cannot be made either; that is said once.
                if !broken
                    .iter()
                    .any(|b| problem.message.contains(&format!("`{b}")))
                {
                    progress(&format!("failed {}: {}", node.address(), problem.message));
                    applied.failures.push(Failure {
                        address: node.address(),
                        problem,
                    });
                }
                broken.push(node.address());
            }
        }
    }
    applied.values = values;
    if applied.failures.is_empty() {
        problems.extend(unused_images(options, &applied.images));
    }
    if problems.is_empty() {
        Ok(applied)
    } else {
        Err(problems)
    }
}

/// An account for a provider that is not there is a mistyped name: the rehearsal would be of other accounts.
fn unknown_accounts<'a>(
    options: &'a Options,
    providers: &'a [Provider],
) -> impl Iterator<Item = Problem> + 'a {
    let known = |alias: &str| {
        let full = format!("aws.{alias}");
        alias == "aws" || providers.iter().any(|p| p.name == alias || p.name == full)
    };
    let unknown = options
        .accounts
        .iter()
        .filter(move |(alias, _)| !known(alias));
    unknown.map(|(alias, id)| {
        let names: Vec<&str> = providers
            .iter()
            .map(|p| p.name.strip_prefix("aws.").unwrap_or(&p.name))
            .collect();
        Problem {
            message: format!(
                "--account {alias}={id}: there is no such provider; there are {}",
                names.join(", ")
            ),
            place: None,
        }
    })
}

/// An image that no pipeline reads is a mistyped name: the rehearsal would be of another image.
fn unused_images<'a>(
    options: &'a Options,
    used: &'a BTreeSet<usize>,
) -> impl Iterator<Item = Problem> + 'a {
    let unused = options.images.iter().enumerate();
    unused
        .filter(|(index, _)| !used.contains(index))
        .map(|(_, image)| {
            let tag = image.tag.as_deref().map(|t| format!(":{t}"));
            Problem {
                message: format!(
                    "--image {}{}: no ECR source action of a pipeline reads it",
                    image.repository,
                    tag.unwrap_or_default()
                ),
                place: None,
            }
        })
}

/// Makes all instances of a block; the value is what references to it see.
fn instances(
    node: &Node,
    scope: &Scope<'_>,
    client: Option<&Client>,
    options: &Options,
    applied: &mut Applied,
) -> Result<Value, Problem> {
    match node.repetition(scope)? {
        Repetition::Once => instance(node, scope, client, options, applied).map(Value::Object),
        Repetition::Count(count) => {
            let one = |index| {
                let inner = scope.with("count", json!({"index": index}));
                instance(node, &inner, client, options, applied).map(Value::Object)
            };
            (0..count)
                .map(one)
                .collect::<Result<Vec<_>, _>>()
                .map(Value::Array)
        }
        Repetition::Each(pairs) => {
            let mut map = Map::new();
            for (key, value) in pairs {
                let inner = scope.with("each", json!({"key": key, "value": value}));
                map.insert(
                    key,
                    Value::Object(instance(node, &inner, client, options, applied)?),
                );
            }
            Ok(Value::Object(map))
        }
    }
}

fn instance(
    node: &Node,
    scope: &Scope<'_>,
    client: Option<&Client>,
    options: &Options,
    applied: &mut Applied,
) -> Result<Map<String, Value>, Problem> {
    let mut arguments = node.arguments(scope)?;
    if node.type_name == "aws_iam_policy_document" {
        let document = sekisho_iac::policy_document(&arguments.values)
            .map_err(|m| Problem::at(&node.place, m))?;
        let mut values = arguments.values;
        values.insert("json".to_owned(), json!(document));
        values.insert("minified_json".to_owned(), json!(document));
        return Ok(values);
    }
    let client = client.ok_or_else(|| Problem::at(&node.place, "it has no provider"))?;
    if !node.is_data() && !client.default_tags.is_empty() {
        let mut tags = client.default_tags.clone();
        if let Some(Value::Object(own)) = arguments.values.get("tags") {
            tags.extend(own.clone());
        }
        arguments
            .values
            .insert("tags".to_owned(), Value::Object(tags));
    }
    if node.type_name == "aws_s3_object"
        && let Some(Value::String(source)) = arguments.values.get_mut("source")
    {
        // Terraform runs in the directory of the configuration.
        *source = options.directory.join(&*source).display().to_string();
    }
    if node.type_name == "aws_codepipeline" {
        // The first execution starts with the pipeline: the image must be there by then.
        image::push_for(client, &arguments.values, options, &mut applied.images)
            .map_err(|m| Problem::at(&node.place, m))?;
    }
    let made = resources::make(node, client, &arguments)?;
    if !node.is_data() {
        applied.resources += 1;
    }
    if node.type_name == "aws_codepipeline" {
        let name = made
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        applied.pipelines.push((client.clone(), name));
    }
    Ok(made)
}

/// The account and region that a provider means.
fn client(
    engine: &Arc<Engine>,
    providers: &[Provider],
    node: &Node,
    options: &Options,
) -> Result<Client, Problem> {
    let name = node.provider.as_deref().unwrap_or("aws");
    let provider = providers.iter().find(|p| p.name == name);
    let alias = name.strip_prefix("aws.").unwrap_or(name);
    let given = options
        .accounts
        .get(alias)
        .or_else(|| options.accounts.get(name))
        .cloned();
    let values = provider.map(|p| &p.values);
    let text = |v: Option<&Value>| v.and_then(Value::as_str).map(str::to_owned);
    let assumed = values.and_then(|v| {
        v.get("assume_role")?
            .get("role_arn")?
            .as_str()?
            .split(':')
            .nth(4)
            .map(str::to_owned)
    });
    let allowed = values.and_then(
        |v| match v.get("allowed_account_ids")?.as_array()?.as_slice() {
            [only] => only.as_str().map(str::to_owned),
            _ => None,
        },
    );
    let key = values
        .and_then(|v| text(v.get("access_key")))
        .filter(|k| is_account_id(k));
    let account = given.or(assumed).or(allowed).or(key);
    let Some(account) = account.filter(|a| is_account_id(a)) else {
        let place = provider.map_or(&node.place, |p| &p.place);
        return Err(Problem::at(
            place,
            format!(
                "which account does provider `{name}` mean? Set allowed_account_ids, or say --account {alias}=<12 digits>"
            ),
        ));
    };
    let region = values
        .and_then(|v| text(v.get("region")))
        .unwrap_or_else(|| options.region.clone());
    if let Some(provider) = provider
        && provider.values.contains_key("ignore_tags")
    {
        return Err(Problem::at(
            &provider.place,
            "`ignore_tags` of a provider is not supported yet",
        ));
    }
    let default_tags = values
        .and_then(|v| v.get("default_tags")?.get("tags")?.as_object())
        .cloned()
        .unwrap_or_default();
    Ok(Client {
        engine: Arc::clone(engine),
        account,
        region,
        default_tags,
    })
}
