//! What has been made and evaluated so far, and how often modules are there.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::PathBuf;

use crate::Problem;
use crate::block::{Node, Repetition, repetition};
use crate::config::Configuration;
use crate::module::Module;
use crate::scope::Scope;
use crate::secrets::Secrets;
use crate::traverse::Fail;
use crate::value::Value;

/// What has been made and evaluated so far.
///
/// **Invariant:** a variable, local or output that could be evaluated keeps its value: everything that it refers to was
/// made before ([`Configuration::order`]).
#[derive(Debug)]
pub struct State<'c> {
    pub(crate) config: &'c Configuration,
    /// Values of resources and data sources by address, with the keys of the modules that they are in.
    pub(crate) values: BTreeMap<String, Value>,
    instances: RefCell<Vec<Instance>>,
    expanded: RefCell<BTreeMap<usize, Vec<usize>>>,
    pub(crate) known: RefCell<BTreeMap<(usize, String), Value>>,
    /// What could not be evaluated, until something more is made.
    pub(crate) failed: RefCell<BTreeMap<(usize, String), Problem>>,
    /// Where values stand that nothing here reads: the path of the source, and the bytes there.
    pub(crate) idle: Vec<(String, Range<usize>)>,
    /// The nodes of which nothing is made, and whose attributes are reckoned.
    pub(crate) reckoned: BTreeSet<usize>,
    /// Files that the configuration makes, by where they would be.
    pub(crate) files: RefCell<BTreeMap<PathBuf, Vec<u8>>>,
    /// Evaluations that are under way.
    pub(crate) levels: Cell<usize>,
    /// Which attributes are secrets.
    pub(crate) secrets: Secrets,
}

/// A local value or an output that cannot be worked out.
#[derive(Debug)]
pub struct Refused {
    /// Its address.
    pub address: String,
    /// Why not.
    pub problem: Problem,
    /// Whether it asks for what may be there on AWS: then that is nobody's fault.
    pub of_missing: bool,
}

/// An evaluation that is under way, until it is dropped.
pub(crate) struct Level<'s>(pub(crate) &'s Cell<usize>);

impl Drop for Level<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

/// A module as often as it is called.
#[derive(Debug, Clone)]
pub(crate) struct Instance {
    pub(crate) module: usize,
    /// In front of addresses: `module.a["key"].`.
    pub(crate) path: String,
    pub(crate) parent: Option<usize>,
    /// `count` or `each`.
    pub(crate) names: BTreeMap<String, Value>,
    /// Its key among those of the same call.
    pub(crate) key: Option<Value>,
}

impl<'c> State<'c> {
    /// The state in which nothing is made.
    #[must_use]
    pub fn new(config: &'c Configuration) -> Self {
        Self {
            config,
            values: BTreeMap::new(),
            instances: RefCell::default(),
            expanded: RefCell::default(),
            known: RefCell::default(),
            failed: RefCell::default(),
            files: RefCell::default(),
            idle: Vec::new(),
            reckoned: BTreeSet::new(),
            levels: Cell::new(0),
            secrets: |_| Vec::new(),
        }
    }

    /// Says which attributes of resources and data sources their providers call secrets.
    pub fn hide(&mut self, secrets: Secrets) {
        self.secrets = secrets;
    }

    /// Leaves values as they are written where they cannot be evaluated and nothing here reads them.
    pub fn leave(&mut self, idle: Vec<(String, Range<usize>)>) {
        self.idle = idle;
    }

    /// Holds nothing to conditions that stands on what is reckoned: on AWS it is another text.
    pub fn reckon(&mut self, nodes: BTreeSet<usize>) {
        self.reckoned = nodes;
    }

    /// Keeps the value of a resource or data source; the address has the keys of its modules, and not its own.
    pub fn insert(&mut self, address: String, value: Value) {
        self.values.insert(address, value);
        self.failed.borrow_mut().clear();
    }

    /// The values by address.
    #[must_use]
    pub fn values(&self) -> &BTreeMap<String, Value> {
        &self.values
    }

    /// The values, the state being done with.
    #[must_use]
    pub fn into_values(self) -> BTreeMap<String, serde_json::Value> {
        let values = self.values.into_iter();
        values.map(|(k, v)| (k, v.to_json())).collect()
    }

    pub(crate) fn instance(&self, index: usize) -> Option<Instance> {
        self.instances.borrow().get(index).cloned()
    }

    pub(crate) fn scope(&self, instance: usize) -> Scope<'_> {
        Scope::of(self, instance)
    }

    /// What `count` means for one of several.
    #[must_use]
    pub fn index(index: usize) -> Value {
        Value::object(BTreeMap::from([("index".to_owned(), index.into())]))
    }

    /// What `each` means for one of several.
    #[must_use]
    pub fn each(key: &str, value: Value) -> Value {
        let key = ("key".to_owned(), key.into());
        Value::object(BTreeMap::from([key, ("value".to_owned(), value)]))
    }

    /// The instances of a module.
    pub(crate) fn instances(&self, module: usize) -> Result<Vec<usize>, Problem> {
        if let Some(known) = self.expanded.borrow().get(&module) {
            return Ok(known.clone());
        }
        let mut new = Vec::new();
        let config: &Configuration = self.config;
        match config.modules.get(module) {
            Some(Module {
                call: Some((caller, call)),
                ..
            }) => {
                for parent in self.instances(*caller)? {
                    let scope = self.scope(parent);
                    let path = scope.path();
                    let name = &call.name;
                    let mut add = |key: Option<Value>, names: BTreeMap<String, Value>| {
                        let bracket = key.as_ref().map(|k| format!("[{k}]"));
                        new.push(Instance {
                            module,
                            path: format!("{path}module.{name}{}.", bracket.unwrap_or_default()),
                            parent: Some(parent),
                            names,
                            key,
                        });
                    };
                    let one =
                        |name: &str, value: Value| BTreeMap::from_iter([(name.to_owned(), value)]);
                    match repetition(&call.body, &call.place.source, &scope)? {
                        Repetition::Once => add(None, BTreeMap::new()),
                        Repetition::Count(count) => {
                            for i in 0..count {
                                let i = usize::try_from(i).unwrap_or(usize::MAX);
                                add(Some(i.into()), one("count", Self::index(i)));
                            }
                        }
                        Repetition::Each(pairs) => {
                            for (key, value) in pairs {
                                let each = Self::each(&key, value);
                                add(Some(key.into()), one("each", each));
                            }
                        }
                    }
                }
            }
            Some(root) => new.push(Instance {
                module,
                path: root.path.clone(),
                parent: None,
                names: BTreeMap::new(),
                key: None,
            }),
            None => {}
        }
        let mut all = self.instances.borrow_mut();
        let indices: Vec<usize> = (all.len()..all.len() + new.len()).collect();
        all.append(&mut new);
        drop(all);
        self.expanded.borrow_mut().insert(module, indices.clone());
        Ok(indices)
    }
}

/// What is asked for from outside: where a block stands, what has a name, what is not met.
impl State<'_> {
    /// The scopes in which `node` stands: one for each instance of its module, with what comes before its address there.
    ///
    /// # Errors
    /// When `count` or `for_each` of a module cannot be evaluated.
    pub fn scopes(&self, node: &Node) -> Result<Vec<(String, Scope<'_>)>, Problem> {
        let of = |i: usize| (self.instance(i).map(|i| i.path), i);
        let indices = self.instances(node.module)?.into_iter().map(of);
        let scopes = indices.filter_map(|(path, i)| Some((path?, self.scope(i))));
        Ok(scopes.collect())
    }

    /// The outputs of the directories and the local values of all modules that cannot be evaluated: address and why. Where
    /// it is of something that is not there, that may be nobody's fault.
    #[must_use]
    pub fn refused_values(&self, holds_more: &dyn Fn(&Node) -> bool) -> Vec<Refused> {
        let mut out: Vec<Refused> = Vec::new();
        for (index, module) in self.config.modules.iter().enumerate() {
            if module.given {
                continue;
            }
            for instance in self.instances(index).unwrap_or_default() {
                let scope = self.scope(instance);
                let path = scope.path();
                let locals = module.locals.iter().filter_map(|(name, (_, written))| {
                    let problem = scope.local(name)?.err()?;
                    Some((
                        format!("{path}local.{name}"),
                        problem,
                        Some((written, index)),
                    ))
                });
                let outputs = module.outputs.iter().filter_map(|(name, output)| {
                    let problem = scope.output(name).err()?;
                    let written = Some((&output.value, index));
                    Some((format!("{path}output.{name}"), problem, written))
                });
                // What a call hands is held to what the module asks for, whether or not anything reads it there.
                let handed = module.call.iter().flat_map(|(caller, call)| {
                    let scope = &scope;
                    let path = &path;
                    module.variables.keys().filter_map(move |name| {
                        let problem = match scope.variable(name).err()? {
                            Fail::Message(message) => Problem::at(&call.place, message),
                            Fail::Problem(problem) => problem,
                        };
                        let written = call.body.get_attribute(name);
                        let written = written.map(|a| (&a.value, *caller));
                        Some((format!("{path}var.{name}"), problem, written))
                    })
                });
                for (address, problem, written) in locals.chain(outputs).chain(handed) {
                    // Where one stands on another, the place is the same: said once.
                    let text = problem.to_string();
                    if out.iter().any(|known| known.problem.to_string() == text) {
                        continue;
                    }
                    let more = || {
                        let found = written.map(|(e, module)| self.config.found_in(e, module));
                        let found = found.into_iter().flatten();
                        let mut nodes = found.filter_map(|i| self.config.nodes.get(i));
                        nodes.any(holds_more)
                    };
                    out.push(Refused {
                        address,
                        of_missing: problem.is_unsaid() || (problem.is_of_missing() && more()),
                        problem,
                    });
                }
            }
        }
        out
    }
}
