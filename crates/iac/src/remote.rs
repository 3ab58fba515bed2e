//! States of other directories that are read together with this one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::Problem;
use crate::address::without_keys;
use crate::block::{Node, Repetition};
use crate::config::{Configuration, normal};
use crate::eval::evaluate;
use crate::module::Module;
use crate::provider::values;
use crate::references::{of_body, of_expression};
use crate::scope::Scope;
use crate::state::State;

/// A directory whose state is read, with the key of the instance of the data source that reads it.
pub type RemoteState = (Option<String>, PathBuf);

impl State<'_> {
    /// The outputs of the directory whose state an instance of a `terraform_remote_state` reads, in the scope of that instance;
    /// none if it is not read together.
    ///
    /// # Errors
    /// What cannot be evaluated.
    pub fn remote_outputs(
        &self,
        node: &Node,
        scope: &Scope<'_>,
    ) -> Option<Result<Map<String, Value>, Problem>> {
        let root = self.config.remote_in(node, scope)?;
        let outputs = || {
            let instance = self.instances(root)?.first().copied().unwrap_or_default();
            let scope = self.scope(instance);
            let read = self.config.read_of(node);
            let names = self.config.modules.get(root).map(|m| m.outputs.keys());
            let mut out = Map::new();
            for name in names.into_iter().flatten() {
                match scope.output(name) {
                    Ok(value) => {
                        out.insert(name.clone(), value.to_json());
                    }
                    // What nobody reads need not be there yet.
                    Err(_) if read.as_ref().is_some_and(|read| !read.contains(name)) => {}
                    Err(problem) => return Err(problem),
                }
            }
            Ok(out)
        };
        Some(outputs())
    }
}

impl Configuration {
    /// Values that were given for what is not there: a mistyped address would silently change nothing.
    pub(crate) fn given_to_nothing(&self) -> Vec<Problem> {
        let addresses: Vec<String> = self.nodes.iter().map(Node::address).collect();
        let below = |name: &str, address: &str| {
            let rest = name.strip_prefix(address);
            rest.is_some_and(|rest| rest.starts_with('.'))
        };
        let modules = || self.modules.iter().filter(|m| m.call.is_some());
        let output = |m: &Module, name: &str| {
            let output = name.strip_prefix(&m.path);
            output.is_some_and(|output| m.given || m.outputs.contains_key(output))
        };
        let known = |name: &&String| {
            let plain = without_keys(name);
            addresses.iter().any(|address| below(&plain, address))
                || modules().any(|m| output(m, &plain))
        };
        let unknown = self.given.keys().filter(|name| !known(name));
        unknown
            .map(|name| {
                let near = addresses.iter().find(|a| {
                    let local = a.split_once(':').map_or(a.as_str(), |(_, local)| local);
                    below(name, local)
                });
                let meant = near.map(|address| format!("; `{address}` has its directory in front"));
                let message = format!(
                    "a value is given for `{name}`, which is no attribute of a data source or resource and no output of a module of the configuration{}",
                    meant.unwrap_or_default()
                );
                Problem::new(None, message)
            })
            .collect()
    }

    /// The outputs that are read of a `terraform_remote_state`, by name; none where that cannot be told.
    pub(crate) fn read_of(&self, node: &Node) -> Option<BTreeSet<String>> {
        let module = self.modules.get(node.module)?;
        let nodes = self.nodes.iter().filter(|n| n.module == node.module);
        let mut paths: Vec<Vec<String>> = nodes.flat_map(|n| of_body(&n.body)).collect();
        let locals = module.locals.values().map(|(_, expression)| expression);
        let outputs = module.outputs.values().map(|o| &o.value);
        paths.extend(locals.chain(outputs).flat_map(of_expression));
        let calls = self.modules.iter().filter_map(|m| m.call.as_ref());
        let calls = calls.filter(|(caller, _)| *caller == node.module);
        paths.extend(calls.flat_map(|(_, call)| of_body(&call.body)));
        let mut read = BTreeSet::new();
        for path in &paths {
            if let [data, kind, name, rest @ ..] = path.as_slice()
                && (data, kind, name) == (&"data".to_owned(), &node.type_name, &node.name)
            {
                match rest {
                    [outputs, name, ..] if outputs == "outputs" => read.insert(name.clone()),
                    _ => return None,
                };
            }
        }
        Some(read)
    }

    /// The `terraform_remote_state` data sources of a directory that read others of these directories, by name.
    #[must_use]
    pub fn remote_states(&self, directory: &Path) -> Vec<(String, Vec<RemoteState>)> {
        let own = |n: &&Node| {
            let module = self.modules.get(n.module);
            module.is_some_and(|m| m.call.is_none() && m.folder == directory)
        };
        let of = |n: &Node| {
            let roots = self.remote(n).into_iter().filter_map(|(key, root)| {
                let root = self.modules.get(root)?;
                Some((key, root.folder.clone()))
            });
            let roots: Vec<_> = roots.collect();
            (!roots.is_empty()).then(|| (n.name.clone(), roots))
        };
        self.nodes.iter().filter(own).filter_map(of).collect()
    }

    /// The folders of all modules, in full, each once.
    #[must_use]
    pub fn folders(&self) -> BTreeSet<PathBuf> {
        let modules = self.modules.iter().filter(|m| !m.given);
        modules.map(|m| full(&m.folder)).collect()
    }

    /// The roots whose states a `terraform_remote_state` data source reads, each with the key of the instance, if all are among
    /// those that are read together.
    pub(crate) fn remote(&self, node: &Node) -> Vec<(Option<String>, usize)> {
        if node.type_name != "terraform_remote_state" {
            return Vec::new();
        }
        let state = State::new(self);
        let instances = state.instances(node.module).unwrap_or_default();
        let Some(instance) = instances.first() else {
            return Vec::new();
        };
        let scope = state.scope(*instance);
        let scopes = match node.repetition(&scope) {
            Ok(Repetition::Once) => vec![(None, scope)],
            Ok(Repetition::Each(all)) => {
                let each = all.into_iter().map(|(key, value)| {
                    let each = State::each(&key, value);
                    (Some(key), scope.with("each", each))
                });
                each.collect()
            }
            _ => return Vec::new(),
        };
        let roots = scopes
            .into_iter()
            .map(|(key, scope)| Some((key, self.remote_in(node, &scope)?)));
        roots.collect::<Option<Vec<_>>>().unwrap_or_default()
    }

    /// The root whose state an instance of a `terraform_remote_state` data source reads, if it is one of those that are read
    /// together: its backend says where it keeps its state.
    fn remote_in(&self, node: &Node, scope: &Scope<'_>) -> Option<usize> {
        if node.type_name != "terraform_remote_state" {
            return None;
        }
        let source = &node.place.source;
        let value = |name: &str| {
            let attribute = node.body.get_attribute(name)?;
            let value = evaluate(&attribute.value, scope, source).ok()?;
            Some(value.to_json())
        };
        let (backend, config) = (value("backend")?, value("config")?);
        let from = &self.modules.get(node.module)?.folder;
        let roots = self.modules.iter().enumerate();
        let mut roots = roots.filter(|(index, m)| m.root == *index && m.call.is_none());
        roots.find_map(|(index, root)| {
            let same = |kept: &Map<String, Value>| match backend.as_str() {
                Some("local") => {
                    let path = |v: Option<&Value>| {
                        let path = v.and_then(Value::as_str).unwrap_or("terraform.tfstate");
                        path.to_owned()
                    };
                    let full = |folder: &std::path::Path, path: String| full(&folder.join(path));
                    full(from, path(config.get("path")))
                        == full(&root.folder, path(kept.get("path")))
                }
                _ => IDENTIFYING
                    .iter()
                    .all(|name| config.get(*name) == kept.get(*name)),
            };
            let own = root.backends.iter();
            let own = own.filter(|(kind, ..)| backend == json!(kind));
            let mut own = own.filter_map(|(_, source, body)| {
                let nothing = Self::default();
                let state = State::new(&nothing);
                values(body, &Scope::constant(&state), source).ok()
            });
            let unsaid = root.backends.is_empty() && backend == "local";
            (own.any(|kept| same(&kept)) || unsaid && same(&Map::new())).then_some(index)
        })
    }
}

/// What tells one state from another in the arguments of a backend.
const IDENTIFYING: &[&str] = &[
    "bucket",
    "key",
    "container",
    "path",
    "address",
    "organization",
    "workspaces",
];

/// A path from the root of the file system, without `.` and `..`.
#[must_use]
pub fn full(path: &Path) -> PathBuf {
    normal(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
}
