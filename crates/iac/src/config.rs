//! A configuration: one or more directories of `.tf` files, and the modules that they call.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, OnceLock};

use hcl_edit::structure::Body;
use serde_json::{Map, Value};

use crate::address::without_keys;
use crate::block::Node;
use crate::module::{Call, Found, Module};
use crate::reading::{Assignment, Reading};
use crate::scope::Scope;
use crate::state::State;
use crate::variables::{Assigned, assignments, values_of_json};
use crate::{Place, Problem, Source};

/// What a configuration declares.
#[derive(Debug, Default)]
pub struct Configuration {
    pub(crate) modules: Vec<Module>,
    /// Resources and data sources, in the order of the files.
    pub nodes: Vec<Node>,
    /// What is read and has no effect here.
    pub notes: Vec<Problem>,
    /// The files, by path.
    pub sources: BTreeMap<String, Arc<Source>>,
    pub(crate) overlay: Arc<BTreeMap<PathBuf, String>>,
    pub(crate) given: BTreeMap<String, Value>,
    pub(crate) planned: BTreeMap<String, Map<String, Value>>,
    pub(crate) workspace: Option<String>,
    pub(crate) home: Option<PathBuf>,
    /// The nodes by address, once all are read.
    pub(crate) addresses: OnceLock<BTreeMap<String, usize>>,
    /// The nodes without instances, once somebody asks.
    pub(crate) absent: OnceLock<BTreeSet<usize>>,
}

/// Modules that call each other deeper than this go round in a circle.
const MAX_DEPTH: usize = 32;

fn problem(message: String) -> Problem {
    Problem::new(None, message)
}

/// What is behind the path of a file that is no HCL: its lines are those of what it is read as.
pub const READ: &str = " (read as a configuration)";

/// A path without `.` and `..`, as far as that is possible without the disk.
pub(crate) fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if out.file_name().is_some() => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

impl Configuration {
    /// Reads the `.tf` and `.tfvars` files of the directories, and of the modules that they call: local ones, and those
    /// that `terraform init` has put into `.terraform/modules`.
    ///
    /// # Errors
    /// Everything that cannot be read or is not supported, all at once.
    pub fn read(reading: &Reading) -> Result<Self, Vec<Problem>> {
        let mut config = Self {
            overlay: Arc::clone(&reading.overlay),
            given: reading.given.clone(),
            planned: reading.planned.clone(),
            workspace: reading.workspace.clone(),
            home: reading.home.clone(),
            ..Self::default()
        };
        let mut problems = Vec::new();
        let mut places = BTreeSet::new();
        let mut files = BTreeMap::new();
        for directory in &reading.directories {
            let path = match reading.label(directory) {
                label if label.is_empty() => label,
                label => format!("{label}:"),
            };
            // Under two names, too: what it makes would be made twice.
            let place = directory.canonicalize();
            if !places.insert(place.unwrap_or_else(|_| directory.clone())) {
                let name = directory.display();
                problems.push(problem(format!("the directory `{name}` is given twice")));
                continue;
            }
            let index = config.modules.len();
            if directory.is_file() {
                config.plan(index, path, directory, &mut problems);
                continue;
            }
            let module = Module::new(path, directory.clone(), PathBuf::from("."), index);
            let assigned = config.folder(module, 0, &mut problems);
            let assigned = config.assign(index, assigned, reading, &mut problems);
            files.extend(assigned.into_files());
        }
        config.note_undeclared(files);
        let named = reading.assignments.iter().filter_map(|a| match a {
            Assignment::Variable(name, _) | Assignment::Value(name, _) => Some(name),
            Assignment::File(_) => None,
        });
        let line = || "the command line".to_owned();
        let named: BTreeMap<&String, String> = named.map(|name| (name, line())).collect();
        // A plan has no variables any more, and its settings may be those of what it was made of.
        let plan = reading.directories.iter().any(|d| d.is_file());
        let settled = reading.settled.iter().filter(|_| !plan);
        let settled = settled.map(|(name, file)| (name, file.display().to_string()));
        for (name, who) in named.into_iter().chain(settled) {
            let declares = |m: &Module| m.call.is_none() && m.variables.contains_key(name);
            if !config.modules.iter().any(declares) {
                problems.push(problem(format!(
                    "{who} sets the variable `{name}`, which the configuration does not declare"
                )));
            }
        }
        if problems.is_empty() {
            problems.extend(config.given_to_nothing());
        }
        if problems.is_empty() {
            config.check_calls(&mut problems);
            config.check_names(&mut problems);
            config.check_gone(&mut problems);
            config.check_passing(&mut problems);
            config.check_imports(&mut problems);
        }
        if problems.is_empty() {
            config.check_cycles(&mut problems);
        }
        if problems.is_empty() {
            config.check_variables(&mut problems);
        }
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(problems)
        }
    }

    /// The text of a file: what stands for it, or what is on the disk.
    pub(crate) fn text(&self, path: &Path) -> Result<String, String> {
        if let Some(text) = self.overlay.get(path) {
            return Ok(text.clone());
        }
        std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
    }

    /// The source of a file, as HCL.
    fn source(&mut self, path: &Path) -> Result<Arc<Source>, Problem> {
        let name = path.display().to_string();
        if let Some(known) = self.sources.get(&name) {
            return Ok(Arc::clone(known));
        }
        let mut text = self.text(path).map_err(problem)?;
        let mut path = name.clone();
        if name.ends_with(".tf.json") {
            let hcl = crate::json_syntax::text(&text);
            text = hcl.map_err(|message| problem(format!("{name}: {message}")))?;
            path.push_str(READ);
        }
        let source = Arc::new(Source::new(path, text));
        self.sources.insert(name, Arc::clone(&source));
        Ok(source)
    }

    fn parsed(&mut self, path: &Path) -> Result<(Arc<Source>, Body), Problem> {
        let source = self.source(path)?;
        let body = crate::syntax::body(&source.text).map_err(|error| {
            let place = Place {
                source: Arc::clone(&source),
                offset: error.location().offset(),
            };
            Problem::at(&place, format!("syntax error: {}", error.message()))
        })?;
        Ok((source, body))
    }

    /// Adds a plan, as `terraform show -json` prints it, as a root of its own.
    fn plan(&mut self, index: usize, path: String, file: &Path, problems: &mut Vec<Problem>) {
        let name = file.display();
        if file.extension().is_some_and(|e| e == "tf" || e == "tofu") {
            let folder = file.parent().filter(|f| !f.as_os_str().is_empty());
            problems.push(problem(format!(
                "{name} is a file of a configuration: give the directory that it stands in, `{}`",
                folder.unwrap_or_else(|| Path::new(".")).display()
            )));
            return;
        }
        // What `terraform plan -out` writes is an archive.
        let archive = std::fs::File::open(file).is_ok_and(|mut file| {
            let mut front = [0; 2];
            std::io::Read::read_exact(&mut file, &mut front).is_ok() && front == *b"PK"
        });
        if archive {
            problems.push(problem(format!(
                "{name} is a plan as `terraform plan -out` writes it: give what `terraform show -json {name}` prints"
            )));
            return;
        }
        let plan = self.text(file).and_then(|text| {
            serde_json::from_str::<Value>(&text)
                .map_err(|e| format!("{name}: this is no JSON: {e}"))
        });
        let text = match plan.map(|plan| crate::plan::text(&plan)) {
            Ok(Ok(text)) => text,
            Ok(Err(unsaid)) => {
                problems.extend(unsaid.into_iter().map(|m| problem(format!("{name}: {m}"))));
                return;
            }
            Err(message) => {
                problems.push(problem(message));
                return;
            }
        };
        let folder = file.parent().map(Path::to_owned).unwrap_or_default();
        let mut module = Module::new(path, folder, PathBuf::from("."), index);
        let source = Arc::new(Source::new(format!("{name}{READ}"), text));
        match crate::syntax::body(&source.text) {
            Ok(body) => {
                let nothing = Self::default();
                let state = State::new(&nothing);
                let mut found = Found::default();
                module.file(index, &source, body, &Scope::constant(&state), &mut found);
                problems.append(&mut found.problems);
                self.nodes.append(&mut found.nodes);
            }
            Err(error) => problems.push(problem(format!("{name}: {}", error.message()))),
        }
        self.modules.push(module);
    }

    /// Reads the folder of a module, adds the module and those that it calls, and answers the variables that files of
    /// the folder assign.
    fn folder(
        &mut self,
        mut module: Module,
        depth: usize,
        problems: &mut Vec<Problem>,
    ) -> Assigned {
        let index = self.modules.len();
        let mut assigned = Assigned::default();
        let mut paths: Vec<PathBuf> = match std::fs::read_dir(&module.folder) {
            Ok(entries) => entries.filter_map(Result::ok).map(|e| e.path()).collect(),
            Err(e) => {
                let message = format!("{}: {e}", module.folder.display());
                problems.push(match &module.call {
                    Some((_, call)) => {
                        Problem::at(&call.place, format!("module.{}: {message}", call.name))
                    }
                    None => problem(format!(
                        "{message}: give a directory with .tf files, or what `terraform show -json` printed of a plan"
                    )),
                });
                return assigned;
            }
        };
        paths.retain(|p| p.is_file());
        // In the order in which Terraform takes them: what comes later counts ("Variable Definition Precedence").
        const FIRST: [&str; 2] = ["terraform.tfvars", "terraform.tfvars.json"];
        let rank = |p: &PathBuf| FIRST.iter().position(|f| p.ends_with(f)).unwrap_or(2);
        paths.sort_by_key(|p| (rank(p), p.clone()));
        let nothing = Self::default();
        let state = State::new(&nothing);
        let constants = Scope::constant(&state);
        let mut found = Found::default();
        let (mut files, mut over, mut tofu) = (Vec::new(), Vec::new(), false);
        for path in paths {
            let name = path.file_name().and_then(|n| n.to_str());
            let name = name.unwrap_or_default().to_owned();
            if name.starts_with('.') {
                // What editors leave beside a file.
                continue;
            }
            let path = normal(&path);
            let refuse = |what: &str| problem(format!("{}: {what}", path.display()));
            let json_vars = name == "terraform.tfvars.json" || name.ends_with(".auto.tfvars.json");
            if json_vars && module.call.is_none() {
                match self.text(&path).and_then(|text| values_of_json(&text)) {
                    Ok(values) => assigned.add(&path, values),
                    Err(message) => found.problems.push(refuse(&message)),
                }
            }
            let plain = name.strip_suffix(".json").unwrap_or(&name);
            let overrides = crate::overrides::is_override(plain);
            if plain.ends_with(".tofu") {
                found.notes.push(refuse(
                    "is read by OpenTofu alone, in place of the `.tf` file of the same name; here it is not read, as Terraform does not",
                ));
                tofu = true;
            }
            let is_vars = name == "terraform.tfvars" || name.ends_with(".auto.tfvars");
            if !(plain.ends_with(".tf") || is_vars && module.call.is_none()) {
                continue;
            }
            match self.parsed(&path) {
                Err(problem) => found.problems.push(problem),
                Ok((source, body)) if is_vars => {
                    let (mut values, said) = (BTreeMap::new(), &mut found.problems);
                    assignments(&source, &body, &constants, &mut values, said);
                    assigned.add(&path, values);
                }
                Ok((source, body)) if overrides => over.push((source, body)),
                Ok((source, body)) => files.push((source, body)),
            }
        }
        let any = !files.is_empty();
        if !found.problems.is_empty() {
            // What a file with an error declares is not known, and not said to be missing.
            over.clear();
        }
        let files = crate::overrides::overridden(files, &over).unwrap_or_else(|mut problems| {
            found.problems.append(&mut problems);
            Vec::new()
        });
        for (source, body) in files {
            module.file(index, &source, body, &constants, &mut found);
        }
        // A module that is called may be empty: Terraform finds nothing in it.
        if !any && found.problems.is_empty() && (tofu || module.call.is_none()) {
            let folder = module.folder.display();
            problems.push(problem(match tofu {
                false => format!("{folder}: there are no .tf files"),
                true => format!(
                    "{folder}: there are no .tf files, but .tofu files, which OpenTofu alone reads and sekisho does not: name them .tf"
                ),
            }));
        }
        problems.append(&mut found.problems);
        self.notes.append(&mut found.notes);
        self.nodes.append(&mut found.nodes);
        self.modules.push(module);
        for call in found.calls {
            self.call(index, call, depth + 1, problems);
        }
        assigned
    }

    /// Reads the module that a `module` block calls.
    fn call(&mut self, caller: usize, call: Call, depth: usize, problems: &mut Vec<Problem>) {
        let Some(module) = self.modules.get(caller) else {
            return;
        };
        let source = call.body.get_attribute("source").map(|a| a.value.as_str());
        let Some(Some(source)) = source else {
            let message = format!("module.{} needs a `source`, as a plain text", call.name);
            problems.push(Problem::at(&call.place, message));
            return;
        };
        if depth > MAX_DEPTH {
            let message = format!("module.{} calls itself", call.name);
            problems.push(Problem::at(&call.place, message));
            return;
        }
        let path = format!("{}module.{}.", module.path, call.name);
        let local = source.starts_with("./") || source.starts_with("../");
        let (folder, within) = if local {
            (module.folder.join(source), module.within.join(source))
        } else {
            let Some(within) = self.installed(module.root, &path) else {
                if self.given.keys().any(|k| k.starts_with(&path)) {
                    self.given_module(caller, path, call);
                    return;
                }
                let message = format!(
                    "module.{}: its source `{source}` is not here; run `terraform init`, which puts it into .terraform/modules, or give its outputs with --set {path}OUTPUT=VALUE",
                    call.name
                );
                problems.push(Problem::at(&call.place, message));
                return;
            };
            let root = self.modules.get(module.root).map(|m| m.folder.clone());
            (root.unwrap_or_default().join(&within), within)
        };
        let mut called = Module::new(path, normal(&folder), normal(&within), module.root);
        let (index, name) = (self.modules.len(), call.name.clone());
        called.call = Some((caller, call));
        if let Some(module) = self.modules.get_mut(caller) {
            module.children.insert(name, index);
        }
        self.folder(called, depth, problems);
    }

    /// Adds a module of which somebody gave the outputs.
    fn given_module(&mut self, caller: usize, path: String, call: Call) {
        let (index, name) = (self.modules.len(), call.name.clone());
        let root = self.modules.get(caller).map_or(0, |m| m.root);
        let mut module = Module::new(path, PathBuf::new(), PathBuf::new(), root);
        module.call = Some((caller, call));
        module.given = true;
        if let Some(caller) = self.modules.get_mut(caller) {
            caller.children.insert(name, index);
        }
        self.modules.push(module);
    }

    /// How many directories there are.
    #[must_use]
    pub fn directories(&self) -> usize {
        self.modules.iter().filter(|m| m.call.is_none()).count()
    }

    /// Whether somebody gave values for a resource or data source, or its values come from a directory that is read
    /// together with its own.
    #[must_use]
    pub fn is_given(&self, node: &Node) -> bool {
        let address = node.address();
        // Of all its instances, or of one.
        let given = self
            .given
            .keys()
            .map(|name| without_keys(name))
            .any(|name| {
                let rest = name.strip_prefix(&*address);
                rest.is_some_and(|rest| rest.starts_with('.'))
            });
        given
            || !self.remote(node).is_empty()
            || self.planned.keys().any(|a| without_keys(a) == address)
    }

    /// Whether a node reads the state of a directory that is read together with its own.
    #[must_use]
    pub fn reads_together(&self, node: &Node) -> bool {
        !self.remote(node).is_empty()
    }

    /// What a plan says of an instance of what cannot be read here.
    #[must_use]
    pub fn planned(&self, address: &str) -> Option<&Map<String, Value>> {
        self.planned.get(address)
    }

    /// The values that somebody gave for attributes of a resource or data source.
    #[must_use]
    pub fn given(&self, address: &str) -> Option<Map<String, Value>> {
        let mut out = Map::new();
        for (name, value) in &self.given {
            let below = name
                .strip_prefix(address)
                .and_then(|rest| rest.strip_prefix('.'));
            let Some(below) = below else {
                continue;
            };
            let parts: Vec<&str> = below.split('.').collect();
            let Some((last, front)) = parts.split_last() else {
                continue;
            };
            let mut at = Some(&mut out);
            for part in front {
                let inner = at.map(|map| {
                    map.entry((*part).to_owned())
                        .or_insert_with(|| Value::Object(Map::new()))
                });
                at = inner.and_then(Value::as_object_mut);
            }
            if let Some(map) = at {
                map.insert((*last).to_owned(), value.clone());
            }
        }
        (!out.is_empty()).then_some(out)
    }

    /// Whether some members of an attribute were given one by one: there may be more.
    #[must_use]
    pub fn is_given_in_part(&self, attribute: &str) -> bool {
        let member = |name: &String| name.strip_prefix(attribute)?.strip_prefix('.').map(drop);
        self.given.keys().any(|name| member(name).is_some())
    }

    /// Where `terraform init` has put a module.
    fn installed(&self, root: usize, path: &str) -> Option<PathBuf> {
        let root = self.modules.get(root)?;
        let file = root.folder.join(".terraform/modules/modules.json");
        let manifest: Value = serde_json::from_str(&self.text(&file).ok()?).ok()?;
        let below = path.strip_prefix(&root.path)?.trim_end_matches('.');
        let key = below.split('.').filter(|part| *part != "module");
        let key = key.collect::<Vec<_>>().join(".");
        let modules = manifest.get("Modules")?.as_array()?;
        let entry = modules
            .iter()
            .find(|m| m["Key"] == Value::String(key.clone()))?;
        entry.get("Dir")?.as_str().map(PathBuf::from)
    }
}
