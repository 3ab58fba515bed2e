//! What names mean: variables, locals, modules, and what has been made so far.

mod outputs;

use std::collections::BTreeMap;
use std::sync::Arc;

use hcl_edit::expr::Expression;

use crate::block::{Node, NodeKind, place_of};
use crate::config::Configuration;
use crate::eval::evaluate;
use crate::functions::Files;
use crate::mark::Kind;
use crate::module::{Module, Output};
use crate::state::{Level, State};
use crate::traverse::Fail;
use crate::value::Value;
use crate::{Problem, Reason, Source};
use hcl_edit::Span as _;

/// What names mean at one place.
#[derive(Debug, Clone)]
pub struct Scope<'a> {
    pub(crate) state: &'a State<'a>,
    instance: usize,
    names: BTreeMap<String, Value>,
    depth: usize,
    /// Whether only its own names mean anything: in a template.
    bare: bool,
}

/// Values that refer to values deeper than this go round in a circle that goes through resources or repetitions: all others
/// were found when the configuration was read (`cycles.rs`).
const MAX_DEPTH: usize = 1000;

impl<'a> Scope<'a> {
    /// What names mean in an instance of a module.
    pub(crate) fn of(state: &'a State<'a>, instance: usize) -> Self {
        Scope {
            state,
            instance,
            names: BTreeMap::new(),
            depth: 0,
            bare: false,
        }
    }

    /// A scope for what is constant: no name means anything.
    pub(crate) fn constant(state: &'a State<'a>) -> Self {
        state.scope(0)
    }

    /// The same scope in which `name` means `value`.
    #[must_use]
    pub fn with(&self, name: &str, value: Value) -> Self {
        let mut scope = self.clone();
        scope.names.insert(name.to_owned(), value);
        scope
    }

    /// A scope in which only these names mean anything.
    pub(crate) fn only(&self, names: BTreeMap<String, Value>) -> Self {
        Self {
            names,
            depth: self.depth + 1,
            bare: true,
            ..self.clone()
        }
    }

    /// The template of a `template_file` with its `vars`, which are a map of texts as that provider has them: nothing else means
    /// anything in it.
    ///
    /// # Errors
    /// Why it cannot be rendered.
    pub fn rendered(
        &self,
        arguments: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<String, Reason> {
        use serde_json::Value as Json;
        let template = arguments.get("template").filter(|t| !t.is_null());
        let template = template.ok_or("the argument \"template\" is required")?;
        let variables = match arguments.get("vars") {
            None | Some(Json::Null) => serde_json::Map::new(),
            Some(Json::Object(variables)) => variables.clone(),
            Some(_) => return Err("`vars` must be a map".into()),
        };
        let texts = variables.into_iter().map(|(name, value)| match value {
            Json::Null => Ok((name, Json::Null)),
            value => match crate::convert::to_string(&Value::from(value)) {
                Some(text) => Ok((name, Json::String(text))),
                None => Err(format!(
                    "`vars`: `{name}` is no text, number or Boolean, and template_file takes no other (templatefile() does)"
                )),
            },
        });
        let variables = Json::Object(texts.collect::<Result<_, String>>()?);
        let args = [Value::from(template.clone()), Value::from(variables)];
        let rendered = crate::template::function("template_file", &args, self)?;
        rendered
            .to_json()
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| "template_file: it is no text".into())
    }

    /// How far this is from where the evaluation began.
    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    /// The files that functions read.
    pub(crate) fn files(&self) -> Files<'a> {
        Files {
            folder: self.folder(),
            home: self.config().home.as_deref(),
            overlay: &self.config().overlay,
            made: &self.state.files,
        }
    }

    /// Whether a value stands where nothing here reads it ([`State::leave`]).
    pub(crate) fn is_idle(
        &self,
        source: &Arc<Source>,
        span: Option<std::ops::Range<usize>>,
    ) -> bool {
        let Some(span) = span else {
            return false;
        };
        let mut idle = self.state.idle.iter();
        idle.any(|(path, range)| *path == source.path && *range == span)
    }

    /// Whether `name` is one of this place alone: `each`, or what a `for` runs over.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// What a name of this place alone means.
    pub(crate) fn own(&self, name: &str) -> Option<&Value> {
        self.names.get(name)
    }

    /// Whether the variable `name` is shown to nobody: what is ephemeral is not, either.
    pub(crate) fn is_hidden(&self, name: &str) -> bool {
        self.is_declared(name, Kind::Sensitive) || self.is_declared(name, Kind::Ephemeral)
    }

    /// Whether the variable `name` is declared to be of a kind.
    pub(crate) fn is_declared(&self, name: &str, kind: Kind) -> bool {
        let variable = self.own_module().and_then(|m| m.variables.get(name));
        variable.is_some_and(|v| match kind {
            Kind::Sensitive => v.sensitive,
            Kind::Ephemeral => v.ephemeral,
        })
    }

    /// The instance of the module that it is the scope of.
    pub(crate) fn instance(&self) -> usize {
        self.instance
    }

    /// What the caller of this module hands it for the variable `name`, and what names mean there.
    pub(crate) fn handed(
        &self,
        name: &str,
    ) -> Option<(Scope<'a>, &'a Arc<Source>, &'a Expression)> {
        let (_, call) = self.own_module()?.call.as_ref()?;
        let parent = self.state.instance(self.instance)?.parent?;
        let given = call.body.get_attribute(name)?;
        Some((self.deeper(parent), &call.place.source, &given.value))
    }

    /// The output `output` of the module that is called `name` here, or of its instance `key`, and what names mean there.
    pub(crate) fn called(
        &self,
        name: &str,
        key: Option<&Value>,
        output: &str,
    ) -> Option<(Scope<'a>, &'a Output)> {
        let index = *self.own_module()?.children.get(name)?;
        let module = self.config().modules.get(index)?;
        let all = self.state.instances(index).ok()?;
        let text = |v: &Value| crate::convert::to_string(v);
        let mine = all.into_iter().find(|i| {
            let instance = self.state.instance(*i);
            instance.is_some_and(|own| {
                let same = key.is_none_or(|key| own.key.as_ref().and_then(text) == text(key));
                own.parent == Some(self.instance) && same
            })
        })?;
        Some((self.deeper(mine), module.outputs.get(output)?))
    }

    /// The outputs of the module that is called `name` here.
    pub(crate) fn outputs_called(&self, name: &str) -> Vec<&'a str> {
        let index = self.own_module().and_then(|m| m.children.get(name));
        let module = index.and_then(|index| self.config().modules.get(*index));
        let outputs = module.into_iter().flat_map(|m| m.outputs.keys());
        outputs.map(String::as_str).collect()
    }

    /// A resource or data source of this module.
    pub(crate) fn node(&self, kind: NodeKind, type_name: &str, name: &str) -> Option<&'a Node> {
        let module = self.module_index()?;
        let mut nodes = self.config().nodes.iter();
        nodes.find(|n| {
            (n.module, n.kind, &*n.type_name, &*n.name) == (module, kind, type_name, name)
        })
    }

    /// The expression of a local value.
    pub(crate) fn local_expression(&self, name: &str) -> Option<&'a (Arc<Source>, Expression)> {
        self.own_module()?.locals.get(name)
    }

    pub(crate) fn config(&self) -> &'a Configuration {
        self.state.config
    }

    fn module_index(&self) -> Option<usize> {
        self.state.instance(self.instance).map(|i| i.module)
    }

    fn own_module(&self) -> Option<&'a Module> {
        self.config().modules.get(self.module_index()?)
    }

    pub(crate) fn path(&self) -> String {
        let instance = self.state.instance(self.instance);
        instance.map(|i| i.path).unwrap_or_default()
    }

    /// The workspace of the directory: what the environment says, or else what `terraform workspace select` left there.
    fn workspace(&self) -> String {
        let config = self.config();
        let selected = || {
            let file = std::path::Path::new(&self.folder()).join(".terraform/environment");
            config.text(&file).ok()
        };
        let name = config.workspace.clone().or_else(selected);
        let name = name.map(|name| name.trim().to_owned());
        name.filter(|n| !n.is_empty())
            .unwrap_or_else(|| "default".to_owned())
    }

    /// The folder in which Terraform would run.
    #[must_use]
    pub fn folder(&self) -> String {
        let root = self.own_module().map(|m| m.root);
        let root = root.and_then(|r| self.config().modules.get(r));
        root.map_or_else(|| ".".to_owned(), |m| m.folder.display().to_string())
    }

    /// One more evaluation is under way; none, where there would be more than `most`.
    pub(crate) fn level(&self, most: usize) -> Option<Level<'a>> {
        let levels = &self.state.levels;
        (levels.get() < most).then(|| {
            levels.set(levels.get() + 1);
            Level(levels)
        })
    }

    /// What was evaluated before, or is now.
    fn once(
        &self,
        name: String,
        make: impl FnOnce() -> Result<Value, Problem>,
    ) -> Result<Value, Problem> {
        let key = (self.instance, name);
        if let Some(known) = self.state.known.borrow().get(&key) {
            return Ok(known.clone());
        }
        if let Some(problem) = self.state.failed.borrow().get(&key) {
            return Err(problem.clone());
        }
        match make() {
            Ok(value) => {
                self.state.known.borrow_mut().insert(key, value.clone());
                Ok(value)
            }
            Err(problem) => {
                self.state.failed.borrow_mut().insert(key, problem.clone());
                Err(problem)
            }
        }
    }

    /// The scope of this module, or of its caller, one step further from where the evaluation began.
    fn deeper(&self, instance: usize) -> Scope<'a> {
        let names = self.state.instance(instance).map(|_| BTreeMap::new());
        Scope {
            state: self.state,
            instance,
            names: names.unwrap_or_default(),
            depth: self.depth + 1,
            bare: false,
        }
    }

    pub(crate) fn local(&self, name: &str) -> Option<Result<Value, Problem>> {
        let (source, expression) = self.own_module()?.locals.get(name)?;
        let scope = self.deeper(self.instance);
        if scope.depth > MAX_DEPTH {
            let place = place_of(source, expression.span());
            let message = format!("local.{name} refers to itself");
            return Some(Err(Problem::at(&place, message)));
        }
        let make = || evaluate(expression, &scope, source);
        Some(self.once(format!("local.{name}"), make))
    }

    pub(crate) fn variable(&self, name: &str) -> Result<Value, Fail> {
        let undeclared = || Fail::from(Reason::unmade(format!("`var.{name}` is not known")));
        let module = self.own_module().ok_or_else(undeclared)?;
        let variable = module.variables.get(name).ok_or_else(undeclared)?;
        let Some((_, call)) = &module.call else {
            return variable.value.clone().ok_or_else(undeclared);
        };
        let make = || {
            let instance = self.state.instance(self.instance);
            let (parent, names) = match instance {
                Some(instance) => (instance.parent.unwrap_or_default(), instance.names),
                None => (0, BTreeMap::new()),
            };
            let mut caller = self.deeper(parent);
            caller.names = names;
            let source = &call.place.source;
            let value = match call.body.get_attribute(name) {
                _ if caller.depth > MAX_DEPTH => {
                    let message = format!("module.{}: `{name}` refers to itself", call.name);
                    return Err(Problem::at(&call.place, message));
                }
                Some(attribute) => evaluate(&attribute.value, &caller, source)?,
                None => variable.default.clone().unwrap_or(Value::null()),
            };
            let refuse = |reason: Reason| {
                let front = format!("module.{}: `{name}`", call.name);
                Problem::at(&call.place, reason.within(front))
            };
            variable.accept(&value).map_err(refuse)
        };
        let fresh = {
            let key = (self.instance, format!("var.{name}"));
            !self.state.known.borrow().contains_key(&key)
        };
        let value = self.once(format!("var.{name}"), make);
        let value = value?;
        if fresh && !self.is_reckoned(call, name) {
            let scope = self.deeper(self.instance);
            variable.validate(name, &scope)?;
        }
        Ok(value)
    }

    /// Whether what a call hands for the variable `name` stands on what is reckoned ([`State::reckon`]).
    fn is_reckoned(&self, call: &crate::module::Call, name: &str) -> bool {
        let caller = self.own_module().and_then(|m| m.call.as_ref());
        let given = call.body.get_attribute(name);
        let found = given
            .zip(caller)
            .map(|(given, (caller, _))| self.config().found_in(&given.value, *caller));
        found.is_some_and(|found| !found.is_disjoint(&self.state.reckoned))
    }

    /// The value that a dotted name begins with, and how many parts of the name it took.
    pub(crate) fn root(&self, path: &[&str]) -> Result<(Value, usize), Fail> {
        let undeclared = || {
            let message = format!("`{}` is not known", path.join("."));
            Fail::from(Reason::unmade(message))
        };
        let folder = |within: Option<&std::path::Path>| {
            let text = within.map(|w| w.display().to_string());
            let text = text.filter(|text| !text.is_empty());
            Value::from(text.unwrap_or_else(|| ".".to_owned()))
        };
        let made = |address: String, used: usize| {
            let value = self.state.values.get(&format!("{}{address}", self.path()));
            value.cloned().map(|v| (v, used)).ok_or_else(undeclared)
        };
        match path {
            [name, ..] if self.names.contains_key(*name) => {
                Ok((self.names.get(*name).cloned().unwrap_or(Value::null()), 1))
            }
            [name, ..] if self.bare => Err(Fail::from(format!(
                "the template asks for `{name}`, which it is not given"
            ))),
            ["var", name, ..] => self.variable(name).map(|v| (v, 2)),
            ["local", name, ..] => match self.local(name) {
                Some(Ok(value)) => Ok((value, 2)),
                Some(Err(problem)) => Err(problem.into()),
                None => Err(undeclared()),
            },
            ["module", name, ..] => self.module(name, None, None).map(|v| (v, 2)),
            ["path", "module", ..] => {
                Ok((folder(self.own_module().map(|m| m.within.as_path())), 2))
            }
            ["path", "cwd", ..] => {
                let full = std::path::absolute(self.folder()).unwrap_or_default();
                Ok((full.display().to_string().into(), 2))
            }
            ["path", "root", ..] => Ok((".".into(), 2)),
            ["terraform", "workspace", ..] => Ok((self.workspace().into(), 2)),
            ["resource", kind, name, ..] => made(format!("{kind}.{name}"), 3),
            [root @ ("data" | "ephemeral"), kind, name, ..] => {
                made(format!("{root}.{kind}.{name}"), 3)
            }
            [kind, name, ..] => made(format!("{kind}.{name}"), 2),
            _ => Err(undeclared()),
        }
    }
}
