//! What has a name through the modules that are called: their outputs, and what differs from one instance of a call to the other.

use std::collections::BTreeMap;

use super::{MAX_DEPTH, Named, Naming, each, of_lists, texts};
use crate::module::{Call, Module};
use crate::state::State;
use crate::value::Value;

/// What a call says of how often it is made.
fn count(call: &Call) -> Option<&str> {
    let range = hcl_edit::Span::span(&call.body.get_attribute("count")?.value)?;
    call.place.source.text.get(range)
}

impl State<'_> {
    /// The modules that are called from an instance of one: the name, the index of the instance, and its key.
    fn called(&self, module: &Module, parent: usize) -> Vec<(String, usize, Option<Value>)> {
        let children = module.children.iter();
        let all = children.flat_map(|(name, index)| {
            let instances = self.instances(*index).unwrap_or_default().into_iter();
            instances.filter_map(move |i| {
                let instance = self.instance(i)?;
                let own = instance.parent == Some(parent);
                own.then(|| (name.clone(), i, instance.key))
            })
        });
        all.collect()
    }

    /// The outputs of an instance of a module, called `name`.
    fn outputs(&self, name: &str, instance: usize, naming: Naming, out: &mut Vec<Named>) {
        let module = self.instance(instance).map(|i| i.module);
        let module = module.and_then(|m| self.config.modules.get(m));
        let scope = self.scope(instance);
        for output in module.into_iter().flat_map(|m| m.outputs.keys()) {
            if let Ok(value) = scope.output(output) {
                texts(&format!("{name}.{output}"), &value, naming, MAX_DEPTH, out);
            }
        }
    }

    /// The outputs of all that is called.
    pub(super) fn outputs_of(&self, module: &Module, parent: usize, out: &mut Vec<Named>) {
        for (name, instance, key) in self.called(module, parent) {
            let key = key.map(|key| format!("[{key}]")).unwrap_or_default();
            self.outputs(
                &format!("module.{name}{key}"),
                instance,
                Naming::Output,
                out,
            );
        }
    }

    /// The outputs of what is called for the same key, which is as it stands in addresses. `counted` says how often something
    /// is made that has an index: that of something else is another one.
    pub(super) fn outputs_along(
        &self,
        module: &Module,
        parent: usize,
        key: &str,
        counted: Option<&str>,
        out: &mut Vec<Named>,
    ) {
        for (name, instance, own) in self.called(module, parent) {
            if own.is_none_or(|own| own.to_string() != key) {
                continue;
            }
            let child = module.children.get(&name);
            let child = child.and_then(|c| self.config.modules.get(*c));
            let call = child.and_then(|c| c.call.as_ref());
            let same = call.map(|(_, call)| count(call));
            if same.is_none_or(|same| same != counted) {
                continue;
            }
            let key = if counted.is_some() {
                "count.index"
            } else {
                "each.key"
            };
            self.outputs(
                &format!("module.{name}[{key}]"),
                instance,
                Naming::Each,
                out,
            );
        }
    }

    /// What has a name in one instance of a call only, by the address of that.
    pub(super) fn of_calls(
        &self,
        module: &Module,
        parent: usize,
        path: &str,
        values: &[(String, Value, Naming)],
        out: &mut BTreeMap<String, Vec<Named>>,
    ) {
        let all = self.called(module, parent);
        for (name, instance, key) in &all {
            let (Some(key), Some(instance)) = (key, self.instance(*instance)) else {
                continue;
            };
            let mut names = Vec::new();
            let mut scope = self.scope(parent);
            for (name, value) in &instance.names {
                scope = scope.with(name, value.clone());
            }
            each(&scope, &mut names);
            let several = all.iter().filter(|(other, ..)| other == name).count();
            let index = key.to_string().parse::<usize>().ok();
            if let Some(index) = index.filter(|_| several > 1) {
                names.extend(of_lists(values, several, index));
            }
            let call = self.config.modules.get(instance.module);
            let call = call.and_then(|m| m.call.as_ref());
            let counted = call.and_then(|(_, call)| count(call));
            self.outputs_along(module, parent, &key.to_string(), counted, &mut names);
            out.insert(format!("{path}module.{name}[{key}]"), names);
        }
    }
}
