//! Provider configurations, and how they are passed into modules.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey, ObjectValue};
use hcl_edit::structure::{Block, Body};
use serde_json::{Map, Value};

use crate::block::{Node, dynamic, labels, place_of};
use crate::config::Configuration;
use crate::eval::evaluate;
use crate::module::Call;
use crate::scope::Scope;
use crate::state::State;
use crate::{Place, Problem, Source};

/// A provider configuration.
#[derive(Debug, Clone)]
pub struct Provider {
    /// What it is.
    pub id: ProviderId,
    /// Its evaluated arguments.
    pub values: Map<String, Value>,
    /// Arguments whose values are known only when something is made or read.
    pub unknown: Vec<String>,
    /// Where it stands.
    pub place: Place,
}

/// Which provider configuration a resource has: those of the same name in different directories are different.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProviderId {
    /// The directory whose configuration it is, by its name; empty if there is only one.
    pub directory: String,
    /// The module that configures it.
    pub(crate) module: usize,
    /// `aws`, or `aws.alias`.
    pub name: String,
}

/// A provider block of a directory as it is written.
#[derive(Debug, Clone)]
pub struct ProviderBlock {
    /// Which configuration it is.
    pub id: ProviderId,
    /// Its alias, if it has one.
    pub alias: Option<String>,
    /// Where the blocks stand that say which role it assumes: files and bytes.
    pub assume_role: Vec<(PathBuf, Range<usize>)>,
}

/// The file in which a part of a text stands, and where it is there.
fn within(source: &Arc<Source>, span: Range<usize>) -> Option<(PathBuf, Range<usize>)> {
    let (file, start) = source.part(span.start);
    let own = span.start - start..span.end.checked_sub(start)?;
    Some((PathBuf::from(&file.path), own))
}

/// The blocks of a provider that say which role it assumes.
const ASSUMES: &[&str] = &["assume_role", "assume_role_with_web_identity"];

impl Configuration {
    /// Where the `import` blocks of a directory stand: files and bytes.
    #[must_use]
    pub fn imports(&self, directory: &Path) -> Vec<(PathBuf, Range<usize>)> {
        let roots = self.modules.iter();
        let roots = roots.filter(|m| m.call.is_none() && m.folder == directory);
        let all = roots.flat_map(|m| &m.imports);
        all.filter_map(|(source, block)| within(source, block.span()?))
            .collect()
    }

    /// The `provider "aws"` blocks of a directory.
    #[must_use]
    pub fn root_providers(&self, directory: &Path) -> Vec<ProviderBlock> {
        let roots = self.modules.iter().enumerate();
        let mut roots = roots.filter(|(_, m)| m.call.is_none() && m.folder == directory);
        let Some((index, module)) = roots.next() else {
            return Vec::new();
        };
        let aws = module.providers.iter().filter(|(name, ..)| name == "aws");
        let block = |(name, source, block): &(String, Arc<Source>, Block)| {
            let alias = block
                .body
                .get_attribute("alias")
                .and_then(|a| a.value.as_str());
            let name = alias.map_or_else(|| name.clone(), |alias| format!("{name}.{alias}"));
            ProviderBlock {
                id: ProviderId {
                    directory: module.path.trim_end_matches(':').to_owned(),
                    module: index,
                    name,
                },
                alias: alias.map(str::to_owned),
                assume_role: block
                    .body
                    .blocks()
                    .filter(|b| {
                        let assumes = |name: &str| ASSUMES.contains(&name);
                        let dynamic = b.ident.as_str() == "dynamic"
                            && labels(b).first().is_some_and(|l| assumes(l));
                        dynamic || assumes(b.ident.as_str())
                    })
                    .filter_map(|b| {
                        let span = b.span()?;
                        within(source, span)
                    })
                    .collect(),
            }
        };
        aws.map(block).collect()
    }

    /// Whether a provider configuration is that of a directory's own root.
    #[must_use]
    pub fn is_directory(&self, id: &ProviderId, directory: &Path) -> bool {
        let module = self.modules.get(id.module);
        module.is_some_and(|m| m.call.is_none() && m.folder == directory)
    }

    /// The provider configuration that `node` has, after all passing between modules.
    ///
    /// # Errors
    /// A module that names a provider which it was not passed.
    pub fn provider_of(&self, node: &Node) -> Result<ProviderId, Problem> {
        let by_type = node.type_name.split('_').next().unwrap_or_default();
        let mut name = node.provider.clone().unwrap_or_else(|| by_type.to_owned());
        let mut index = node.module;
        while let Some(module) = self.modules.get(index) {
            let handed = module.call.as_ref();
            let handed = handed.is_some_and(|(_, call)| passed(call, &name).is_some());
            let here = module.providers.iter().any(|(kind, _, block)| {
                !(handed && is_proxy(block)) && block_name(kind, block) == name
            });
            let Some((caller, call)) = module.call.as_ref().filter(|_| !here) else {
                let directory = self.modules.get(module.root).map(|m| m.path.clone());
                return Ok(ProviderId {
                    directory: directory
                        .unwrap_or_default()
                        .trim_end_matches(':')
                        .to_owned(),
                    module: index,
                    name,
                });
            };
            match passed(call, &name) {
                Some(theirs) => name = theirs,
                None if name.contains('.') => {
                    let message = format!(
                        "{} has the provider `{name}`, which module.{} is not passed: add it to `providers`",
                        node.address(),
                        call.name
                    );
                    return Err(Problem::at(&call.place, message));
                }
                None => {}
            }
            index = *caller;
        }
        Err(Problem::at(&node.place, "it has no module"))
    }

    /// The provider configurations, evaluated.
    ///
    /// # Errors
    /// What cannot be evaluated.
    pub fn providers(&self) -> Result<Vec<Provider>, Problem> {
        let state = State::new(self);
        let mut out = Vec::new();
        for (index, module) in self.modules.iter().enumerate() {
            let instances = if module.providers.is_empty() {
                Vec::new()
            } else {
                state.instances(index)?
            };
            let Some(instance) = instances.first() else {
                continue;
            };
            let scope = state.scope(*instance);
            for (name, source, block) in &module.providers {
                let values = values(&block.body, &scope, source)?;
                let name = match values.get("alias").and_then(Value::as_str) {
                    Some(alias) => format!("{name}.{alias}"),
                    None => name.clone(),
                };
                let directory = self.modules.get(module.root).map(|m| m.path.clone());
                out.push(Provider {
                    id: ProviderId {
                        directory: directory
                            .unwrap_or_default()
                            .trim_end_matches(':')
                            .to_owned(),
                        module: index,
                        name,
                    },
                    unknown: unknown(&block.body, &values),
                    values,
                    place: place_of(source, block.span()),
                });
            }
        }
        Ok(out)
    }
}

/// What the caller calls a provider that it passes as `name`.
pub(crate) fn passed(call: &Call, name: &str) -> Option<String> {
    let found = all_passed(call).into_iter().find(|(key, _)| key == name);
    found.map(|(_, theirs)| theirs)
}

/// The provider configurations that a caller passes: what the module calls them, and what the caller does.
pub(crate) fn all_passed(call: &Call) -> Vec<(String, String)> {
    let attribute = call.body.get_attribute("providers");
    let Some(Expression::Object(object)) = attribute.map(|a| &a.value) else {
        return Vec::new();
    };
    let pair = |(key, value): (&ObjectKey, &ObjectValue)| {
        let key = match key {
            ObjectKey::Ident(ident) => ident.as_str().to_owned(),
            ObjectKey::Expression(e) => unquoted(e),
        };
        (key, unquoted(value.expr()))
    };
    object.iter().map(pair).collect()
}

/// The name of a provider: in quotes, too, as Terraform's old language had it.
pub(crate) fn unquoted(name: &Expression) -> String {
    name.to_string().trim().trim_matches('"').to_owned()
}

/// Whether a provider block says nothing but its name: such a one stands for what is handed in, as of old.
pub(crate) fn is_proxy(block: &Block) -> bool {
    let mut said = block.body.attributes();
    let empty = said.all(|a| matches!(a.key.as_str(), "alias" | "version"));
    empty && block.body.blocks().next().is_none()
}

/// What a `provider` block is called: `aws`, or `aws.registry` with its alias.
pub(crate) fn block_name(label: &str, block: &Block) -> String {
    let alias = block.body.get_attribute("alias");
    match alias.and_then(|alias| alias.value.as_str()) {
        Some(alias) => format!("{label}.{alias}"),
        None => label.to_owned(),
    }
}

/// The arguments of a provider, its inner blocks as objects. What depends on something that is not made yet is left out:
/// only the account, the region and the tags are asked for, and a missing account is asked of the user.
pub(crate) fn values(
    body: &Body,
    scope: &Scope<'_>,
    source: &Arc<Source>,
) -> Result<Map<String, Value>, Problem> {
    let mut out = Map::new();
    for attribute in body.attributes() {
        match evaluate(&attribute.value, scope, source) {
            Ok(value) => {
                out.insert(attribute.key.as_str().to_owned(), value.to_json());
            }
            Err(problem) if problem.is_unmade() => {}
            Err(problem) => return Err(problem),
        }
    }
    for inner in body.blocks() {
        if inner.ident.as_str() == "dynamic" {
            let (name, items) = dynamic(inner, scope, source)?;
            out.extend(items.into_iter().next().map(|item| (name, item)));
            continue;
        }
        let value = Value::Object(values(&inner.body, scope, source)?);
        out.insert(inner.ident.as_str().to_owned(), value);
    }
    Ok(out)
}

/// The arguments of a body, and those of its blocks, that have no value.
fn unknown(body: &Body, values: &Map<String, Value>) -> Vec<String> {
    let own = body.attributes().map(|a| a.key.as_str());
    let own = own.filter(|name| !values.contains_key(*name));
    let mut out: Vec<String> = own.map(str::to_owned).collect();
    for block in body.blocks() {
        let inner = values.get(block.ident.as_str()).and_then(Value::as_object);
        let names = inner.map(|inner| unknown(&block.body, inner));
        let names = names.into_iter().flatten();
        out.extend(names.map(|name| format!("{}.{name}", block.ident.as_str())));
    }
    out
}
