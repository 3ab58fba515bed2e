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

/// Whether a reference is to a data source.
fn is_of(path: &[String], node: &Node) -> bool {
    matches!(path, [data, kind, name, ..] if data == "data" && *kind == node.type_name && *name == node.name)
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
        // A local value that is all outputs stands for them.
        let whole = |expression: &hcl_edit::expr::Expression| {
            let paths = of_expression(expression);
            matches!(expression, hcl_edit::expr::Expression::Traversal(_))
                && matches!(paths.as_slice(), [path] if path.len() == 4 && is_of(path, node))
        };
        let named = module.locals.iter().filter(|(_, (_, e))| whole(e));
        let named: BTreeSet<&String> = named.map(|(name, _)| name).collect();
        let (mut read, mut wholes) = (BTreeSet::new(), 0);
        for path in &paths {
            let rest = match path.as_slice() {
                [local, name, rest @ ..] if local == "local" && named.contains(name) => rest,
                [_, _, _, outputs, rest @ ..] if is_of(path, node) && outputs == "outputs" => {
                    if rest.is_empty() {
                        wholes += 1;
                        continue;
                    }
                    rest
                }
                path if is_of(path, node) => return None,
                _ => continue,
            };
            read.insert(rest.first()?.clone());
        }
        (wholes <= named.len()).then_some(read)
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
        let backend = value("backend")?;
        let backend = backend.as_str()?;
        let config = value("config").unwrap_or_else(|| json!({}));
        let from = &self.modules.get(node.module)?.folder;
        let roots = self.modules.iter().enumerate();
        let roots: Vec<(usize, &Module)> = roots
            .filter(|(index, m)| m.root == *index && m.call.is_none())
            .collect();
        let fit = |root: &Module| {
            let kept = self.kept(root, backend);
            let fits = kept
                .iter()
                .map(|kept| fit(backend, (from, &config), (&root.folder, kept)));
            fits.max().unwrap_or(Fit::No)
        };
        let only = |wanted: &dyn Fn(&(usize, &Module)) -> bool| {
            let mut found = roots.iter().filter(|root| wanted(root));
            let first = found.next()?;
            found.next().is_none().then_some(first.0)
        };
        let whole = roots.iter().find(|(_, root)| fit(root) == Fit::Whole);
        let whole = whole.map(|(index, _)| *index);
        whole
            .or_else(|| only(&|(index, root)| *index != node.module && fit(root) == Fit::Part))
            .or_else(|| {
                // Who says no more than the kind of the backend says the rest to `terraform init`: the names of the outputs tell.
                let read = self.read_of(node).filter(|read| !read.is_empty())?;
                only(&|(index, root)| {
                    let all = read.iter().all(|name| root.outputs.contains_key(name));
                    *index != node.module && all && self.is_unsaid(root, backend)
                })
            })
    }

    /// Whether a directory may keep its state anywhere in a backend of this kind: which is said nowhere here.
    fn is_unsaid(&self, root: &Module, backend: &str) -> bool {
        let says = |kept: &Map<String, Value>| {
            let mut names = IDENTIFYING.iter();
            names.any(|name| kept.get(*name).is_some_and(|v| !v.is_null()))
        };
        backend != "local"
            && !root.backends.is_empty()
            && root.backends.iter().all(|(kind, ..)| kind == backend)
            && !self.kept(root, backend).iter().any(says)
    }

    /// What a directory says of where it keeps its state, in a backend of this kind: in its files, and what `terraform init`
    /// wrote down of it.
    fn kept(&self, root: &Module, backend: &str) -> Vec<Map<String, Value>> {
        let written = root.backends.iter().filter(|(kind, ..)| kind == backend);
        let written = written.filter_map(|(_, source, body)| {
            let nothing = Self::default();
            let state = State::new(&nothing);
            values(body, &Scope::constant(&state), source).ok()
        });
        let mut all: Vec<Map<String, Value>> = written.collect();
        // What init wrote down may be of another time: what the files say counts.
        let other = |written: &Map<String, Value>, init: &Map<String, Value>| {
            IDENTIFYING.iter().any(|name| {
                let said = written.get(*name).filter(|v| !v.is_null());
                said.is_some() && said != init.get(*name)
            })
        };
        let init = initialized(&root.folder, backend);
        all.extend(init.filter(|init| !all.iter().any(|written| other(written, init))));
        if all.is_empty() && root.backends.is_empty() && backend == "local" {
            all.push(Map::new());
        }
        all
    }
}

/// How well what is read fits where a state is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    No,
    /// What is said is the same, and not all is said: the rest is handed to `terraform init`.
    Part,
    Whole,
}

fn fit(
    backend: &str,
    (from, config): (&Path, &Value),
    (folder, kept): (&Path, &Map<String, Value>),
) -> Fit {
    if backend == "local" {
        let path = |folder: &Path, path: Option<&Value>| {
            let path = path.and_then(Value::as_str);
            full(&folder.join(path.unwrap_or("terraform.tfstate")))
        };
        return match path(from, config.get("path")) == path(folder, kept.get("path")) {
            true => Fit::Whole,
            false => Fit::No,
        };
    }
    let said = IDENTIFYING
        .iter()
        .filter(|name| kept.get(**name).is_some_and(|v| !v.is_null()));
    let read = IDENTIFYING
        .iter()
        .filter(|name| config.get(**name).is_some());
    let same = |name: &&&str| config.get(**name) == kept.get(**name);
    match (
        said.clone().all(|name| same(&name)),
        read.clone().all(|name| same(&name)),
    ) {
        (true, true) => Fit::Whole,
        (true, false) if said.count() > 0 => Fit::Part,
        _ => Fit::No,
    }
}

/// The backend that `terraform init` wrote down, with what was handed to it.
fn initialized(folder: &Path, backend: &str) -> Option<Map<String, Value>> {
    /// More is no state without resources.
    const LONGEST: u64 = 1 << 20;
    let path = folder.join(".terraform/terraform.tfstate");
    let small = std::fs::metadata(&path).is_ok_and(|m| m.is_file() && m.len() <= LONGEST);
    let text = small
        .then(|| std::fs::read_to_string(&path).ok())
        .flatten()?;
    let state: Value = serde_json::from_str(&text).ok()?;
    let written = state.get("backend")?;
    (written["type"] == backend).then_some(())?;
    written.get("config")?.as_object().cloned()
}

/// What tells one state from another in the arguments of a backend.
const IDENTIFYING: &[&str] = &[
    "bucket",
    "key",
    "container",
    "container_name",
    "path",
    "prefix",
    "storage_account_name",
    "address",
    "organization",
    "workspaces",
];

/// A path from the root of the file system, without `.` and `..`.
#[must_use]
pub fn full(path: &Path) -> PathBuf {
    normal(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
}
