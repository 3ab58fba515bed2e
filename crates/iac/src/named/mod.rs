//! Texts that have names: what a person would write where a text stands that is another elsewhere.

mod calls;
mod own;
mod told;

use own::{OwnName, own_names};
pub use told::Root;

use std::collections::BTreeMap;

use crate::block::{Node, Repetition};
use crate::eval::evaluate;
use crate::module::{Module, is_name};
use crate::quote::quoted;
use crate::references::of_expression;
use crate::scope::Scope;
use crate::state::State;
use crate::value::{OPEN, Value};
use crate::{Configuration, PolicySource};

/// What a name is a name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// A variable, or something in one.
    Variable,
    /// An output of a module that is called.
    Output,
    /// A local value, or something in one.
    Local,
    /// What is another for each instance of a block: something in `each.value`.
    Each,
    /// An attribute of a data source that says where one is.
    Data(Whereabouts),
    /// The expression of a resource's own name.
    Own(OfResource),
    /// What a provider makes up once, and keeps in the state.
    Random,
}

/// What a data source says of where one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts {
    /// The account.
    Account,
    /// The partition.
    Partition,
    /// The region.
    Region,
}

/// Resources whose names stand in ARNs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfResource {
    /// An artifact that a pipeline makes.
    Artifact,
    /// A bucket.
    Bucket,
    /// A pipeline.
    Pipeline,
    /// A repository.
    Repository,
    /// A role.
    Role,
}

/// A text that has a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// The name: an expression, in quotes if it is a template.
    pub name: String,
    /// What it stands for.
    pub text: String,
    /// What it is a name of.
    pub naming: Naming,
}

/// How deep names go into variables and local values.
const MAX_DEPTH: usize = 4;

/// More names than these are not kept of one module: a value may be a whole file.
const MAX_NAMES: usize = 10_000;

/// The names of everything that is a text in `value`, which is called `name`.
fn texts(name: &str, value: &Value, naming: Naming, depth: usize, out: &mut Vec<Named>) {
    if out.len() >= MAX_NAMES {
        return;
    }
    // What a tag says is not what anything is called, be it the same text.
    if name.to_lowercase().ends_with("tags") {
        return;
    }
    let members = match value {
        Value::String(text) => {
            out.push(Named {
                name: name.to_owned(),
                text: text.to_string(),
                naming,
            });
            return;
        }
        // The only ARN of a list is what the list is for; of several, one is as good as another.
        Value::Tuple(items) | Value::List(_, items) | Value::Set(_, items) => {
            if let [Value::String(text)] = items.as_slice()
                && text.starts_with("arn:")
            {
                let name = match value {
                    Value::Set(..) => format!("one({name})"),
                    _ => format!("{name}[0]"),
                };
                let text = text.to_string();
                out.push(Named { name, text, naming });
            }
            return;
        }
        Value::Object(members) => members,
        Value::Map(_, members) => members,
        _ => return,
    };
    if depth == 0 {
        return;
    }
    for (key, value) in members.iter().filter(|(key, _)| *key != OPEN) {
        let name = match is_name(key) {
            true => format!("{name}.{key}"),
            false => format!("{name}[{}]", quoted(key)),
        };
        texts(&name, value, naming, depth - 1, out);
    }
}

/// The attributes of the random provider's resources that hold what it makes up.
const MADE_UP: &[&str] = &["result", "hex", "dec", "b64_url", "b64_std", "id"];

/// The arguments that hold policies.
const POLICIES: &[&str] = &["policy", "assume_role_policy"];

/// Whether statements of policies may stand in a block.
fn has_statements(node: &Node) -> bool {
    node.is_document() || POLICIES.iter().any(|a| node.has(a))
}

/// What the names in the template of a policy are kept by: what comes before the address, the block, the key of the instance and
/// the argument.
#[must_use]
pub fn template_key(path: &str, node: &Node, key: Option<&str>, argument: &str) -> String {
    let key = key.map(|key| format!("[{key}]")).unwrap_or_default();
    format!("{path}{}{key}#{argument}", node.local_address())
}

impl State<'_> {
    /// Texts that have a name in each instance of a module, by what comes before addresses there; and by the address of an
    /// instance, with its key, what only has a name in it.
    #[must_use]
    pub fn named(&self) -> BTreeMap<String, Vec<Named>> {
        let config: &Configuration = self.config;
        let mut out = BTreeMap::new();
        for (index, module) in config.modules.iter().enumerate() {
            let nodes: Vec<&Node> = config.nodes.iter().filter(|n| n.module == index).collect();
            let own: Vec<OwnName<'_>> = nodes.iter().flat_map(|n| own_names(n, module)).collect();
            for instance in self.instances(index).unwrap_or_default() {
                let scope = self.scope(instance);
                let path = scope.path();
                let once = own.iter().filter(|name| !name.repeated);
                let mut all: Vec<Named> = once.flat_map(|name| name.named(&scope)).collect();
                let several = own.iter().filter(|name| name.repeated);
                all.extend(several.flat_map(|name| name.of_instances(&scope)));
                let values = values(module, &scope);
                for (name, value, naming) in &values {
                    texts(name, value, *naming, MAX_DEPTH, &mut all);
                }
                self.outputs_of(module, instance, &mut all);
                self.of_calls(module, instance, &path, &values, &mut out);
                self.whereabouts(&nodes, &path, &mut all);
                for node in nodes.iter().filter(|n| has_statements(n)) {
                    let instances = repeated(node, &scope);
                    self.templates(node, &path, &scope, &instances, &mut out);
                    let several = instances.len();
                    for (index, (key, scope)) in instances.into_iter().enumerate() {
                        let mut names = Vec::new();
                        each(&scope, &mut names);
                        // The only one may be one of any list.
                        if several > 1 && node.has("count") {
                            names.extend(of_lists(&values, several, index));
                        }
                        self.outputs_along(
                            module,
                            instance,
                            &key,
                            node.written("count"),
                            &mut names,
                        );
                        let count = node.written("count");
                        let same =
                            |name: &&OwnName<'_>| name.count.is_none_or(|c| count == Some(c));
                        let own = own.iter().filter(|name| name.repeated).filter(same);
                        names.extend(own.flat_map(|name| name.named(&scope)));
                        out.insert(format!("{path}{}[{key}]", node.local_address()), names);
                    }
                }
                out.insert(path, all);
            }
        }
        out
    }

    /// What the templates of a block's policies are given: names in them, by the address of each instance and the argument.
    fn templates(
        &self,
        node: &Node,
        path: &str,
        scope: &Scope<'_>,
        instances: &[(String, Scope<'_>)],
        out: &mut BTreeMap<String, Vec<Named>>,
    ) {
        for argument in POLICIES {
            let source = node
                .has(argument)
                .then(|| self.config.policy_source(node, argument));
            let Some(Some(
                PolicySource::File {
                    given: Some(given), ..
                }
                | PolicySource::Encoded {
                    given: Some(given), ..
                },
            )) = source
            else {
                continue;
            };
            // What is handed over from another module has its names there.
            if given.module != node.module {
                continue;
            }
            let mut add = |key: Option<&str>, scope: &Scope<'_>| {
                let mut names = Vec::new();
                if let Ok(Value::Object(members)) =
                    evaluate(&given.expression, scope, &given.source)
                {
                    for (name, value) in members.iter() {
                        texts(name, value, Naming::Variable, MAX_DEPTH, &mut names);
                    }
                }
                out.insert(template_key(path, node, key, argument), names);
            };
            match instances {
                [] => add(None, scope),
                all => all.iter().for_each(|(key, scope)| add(Some(key), scope)),
            }
        }
    }

    /// What data sources say of where one is, and what is made up.
    fn whereabouts(&self, nodes: &[&Node], path: &str, out: &mut Vec<Named>) {
        for node in nodes {
            let (naming, attributes): (Naming, &[&str]) = match node.type_name.as_str() {
                "aws_caller_identity" => (Naming::Data(Whereabouts::Account), &["account_id"]),
                "aws_partition" => (Naming::Data(Whereabouts::Partition), &["partition"]),
                // `name` is deprecated in the provider's version 6, `region` is not in 5: `id` is in both.
                "aws_region" => (Naming::Data(Whereabouts::Region), &["id"]),
                kind if kind.starts_with("random_") => (Naming::Random, MADE_UP),
                _ => continue,
            };
            let address = node.local_address();
            let value = self.values.get(&format!("{path}{address}"));
            let Some(Value::Object(members)) = value else {
                continue;
            };
            let texts = attributes.iter().filter_map(|a| match members.get(*a)? {
                Value::String(text) => Some((a, text)),
                _ => None,
            });
            out.extend(texts.map(|(attribute, text)| Named {
                name: format!("{address}.{attribute}"),
                text: text.to_string(),
                naming,
            }));
        }
    }
}

/// The variables and local values that are no secrets, and what they are.
fn values(module: &Module, scope: &Scope<'_>) -> Vec<(String, Value, Naming)> {
    let mut out = Vec::new();
    let open = module
        .variables
        .iter()
        .filter(|(_, v)| !v.sensitive && !v.ephemeral);
    for (name, _) in open {
        if let Ok(value) = scope.variable(name) {
            out.push((format!("var.{name}"), value, Naming::Variable));
        }
    }
    for (name, (_, expression)) in &module.locals {
        let secret = of_expression(expression)
            .iter()
            .any(|path| match path.as_slice() {
                [root, name, ..] if root == "var" => scope.is_hidden(name),
                _ => false,
            });
        if let Some(Ok(value)) = scope.local(name).filter(|_| !secret) {
            out.push((format!("local.{name}"), value, Naming::Local));
        }
    }
    out
}

/// What each of as many instances has of the lists that have as many elements.
fn of_lists(values: &[(String, Value, Naming)], count: usize, index: usize) -> Vec<Named> {
    let mut out = Vec::new();
    for (name, value, _) in values {
        let items = value.as_items().filter(|items| items.len() == count);
        let set = matches!(value, Value::Set(..));
        if let Some(item) = items.and_then(|items| items.get(index)).filter(|_| !set) {
            let name = format!("{name}[count.index]");
            texts(&name, item, Naming::Each, MAX_DEPTH, &mut out);
        }
    }
    out
}

/// The scopes of the instances of a block that is repeated, with their keys as they stand in addresses.
fn repeated<'s>(node: &Node, scope: &Scope<'s>) -> Vec<(String, Scope<'s>)> {
    match node.repetition(scope) {
        Ok(Repetition::Each(all)) => {
            let each = all.into_iter().map(|(key, value)| {
                let name = serde_json::Value::from(key.as_str()).to_string();
                (name, scope.with("each", State::each(&key, value)))
            });
            each.collect()
        }
        Ok(Repetition::Count(count)) => {
            let indices = 0..usize::try_from(count).unwrap_or_default();
            let all = indices.map(|i| (i.to_string(), scope.with("count", State::index(i))));
            all.collect()
        }
        _ => Vec::new(),
    }
}

/// What is in `each.value`.
fn each(scope: &Scope<'_>, out: &mut Vec<Named>) {
    if let Some(Value::Object(each)) = scope.own("each")
        && let Some(value) = each.get("value")
    {
        texts("each.value", value, Naming::Each, MAX_DEPTH, out);
    }
}
