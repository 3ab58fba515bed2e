//! What modules answer: their outputs, by the module or by one instance of it.

use std::collections::BTreeMap;

use super::{MAX_DEPTH, Scope};
use crate::eval::evaluate;
use crate::traverse::{Fail, attribute};
use crate::value::Value;
use crate::{Problem, Reason};

impl Scope<'_> {
    /// `module.name`, one instance of it, or one output.
    pub(crate) fn module(
        &self,
        name: &str,
        key: Option<&Value>,
        output: Option<&str>,
    ) -> Result<Value, Fail> {
        let undeclared = || Reason::unmade(format!("`module.{name}` is not known"));
        let own = self.own_module().ok_or_else(undeclared)?;
        let index = *own.children.get(name).ok_or_else(undeclared)?;
        let all = self.state.instances(index)?;
        let mine: Vec<(usize, Option<Value>)> = all
            .into_iter()
            .filter_map(|i| Some((i, self.state.instance(i)?)))
            .filter(|(_, instance)| instance.parent == Some(self.instance))
            .map(|(i, instance)| (i, instance.key))
            .collect();
        let value = |instance: usize| {
            let scope = self.deeper(instance);
            if scope.depth > MAX_DEPTH {
                return Err(Fail::from(format!("`module.{name}` refers to itself")));
            }
            Ok(match output {
                // What has no place of its own is said where it is asked for.
                Some(output) => scope.output(output).map_err(|p| match p.place {
                    None => Fail::from(p.into_reason()),
                    Some(_) => Fail::from(p),
                })?,
                None => scope.outputs().map(Value::object)?,
            })
        };
        if let (Some(wanted), [(only, None)]) = (key, mine.as_slice())
            && let Some(name) = wanted.as_str()
        {
            // Of a module that is there once, a key is the name of an output.
            let found = self.deeper(*only).output(name)?;
            return match output {
                None => Ok(found),
                Some(part) => attribute(&found, part).map_err(Fail::from),
            };
        }
        if let Some(wanted) = key {
            let text = |v: &Value| crate::convert::to_string(v);
            let same = |k: &Option<Value>| k.as_ref().is_some_and(|k| text(k) == text(wanted));
            let found = mine.iter().find(|(_, k)| same(k));
            let missing = || Fail::from(format!("`module.{name}` has no instance {wanted}"));
            return found.map(|(i, _)| value(*i)).ok_or_else(missing)?;
        }
        match mine.as_slice() {
            [(only, None)] => value(*only),
            _ if output.is_some() => {
                Err(Fail::from(format!("`module.{name}` has several instances")))
            }
            _ if self.is_for_each(index) => {
                let pairs = mine
                    .iter()
                    .filter_map(|(i, k)| Some((k.as_ref()?.as_str()?, *i)));
                let map: Result<BTreeMap<_, _>, Fail> =
                    pairs.map(|(k, i)| Ok((k.to_owned(), value(i)?))).collect();
                map.map(Value::object)
            }
            _ => {
                let all: Result<Vec<_>, Fail> = mine.iter().map(|(i, _)| value(*i)).collect();
                all.map(Value::tuple)
            }
        }
    }

    /// Whether a module is called for each of something: none of it is then an empty map.
    fn is_for_each(&self, module: usize) -> bool {
        let called = self
            .config()
            .modules
            .get(module)
            .and_then(|m| m.call.as_ref());
        called.is_some_and(|(_, call)| call.body.has_attribute("for_each"))
    }

    pub(crate) fn output(&self, name: &str) -> Result<Value, Problem> {
        // By the module, or by one instance of it.
        let all = self.own_module().map(|m| m.path.as_str());
        for path in [self.path().as_str()].into_iter().chain(all) {
            if let Some(value) = self.config().given.get(&format!("{path}{name}")) {
                return Ok(Value::of_provider(value.clone()));
            }
        }
        let Some(output) = self.own_module().and_then(|m| m.outputs.get(name)) else {
            let path = self.path();
            // Of a module that is not here nobody knows which there are.
            let here = self.own_module().is_some_and(|m| !m.given);
            let reason = match (path.strip_suffix('.'), here) {
                (Some(module), true) => format!("`{module}` has no output `{name}`").into(),
                _ => Reason::unmade(format!("`{path}{name}` is not known")),
            };
            return Err(Problem::new(None, reason));
        };
        let make = || {
            for block in &output.preconditions {
                crate::condition::hold("precondition", block, self, &output.source)?;
            }
            evaluate(&output.value, self, &output.source)
        };
        self.once(format!("output.{name}"), make)
    }

    pub(crate) fn outputs(&self) -> Result<BTreeMap<String, Value>, Problem> {
        let names = self.own_module().into_iter().flat_map(|m| m.outputs.keys());
        names.map(|n| Ok((n.clone(), self.output(n)?))).collect()
    }
}
