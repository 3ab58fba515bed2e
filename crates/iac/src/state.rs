//! What a state is asked for from outside: where a block stands, what has a name, what is not met.

use std::collections::BTreeMap;

use crate::Problem;
use crate::block::Node;
use crate::scope::{Scope, State};
use crate::value::Value;

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

    /// The outputs of the directories whose `precondition` is not met: name and why.
    #[must_use]
    pub fn unmet_outputs(&self) -> Vec<(String, Problem)> {
        let mut out = Vec::new();
        for (index, module) in self.config.modules.iter().enumerate() {
            let guarded = module
                .outputs
                .iter()
                .filter(|(_, o)| !o.preconditions.is_empty());
            for (name, _) in guarded.filter(|_| module.call.is_none()) {
                for instance in self.instances(index).unwrap_or_default() {
                    let problem = self.scope(instance).output(name).err();
                    let unmet = problem.filter(|p| p.message.starts_with("precondition: "));
                    out.extend(unmet.map(|p| (format!("{}output.{name}", module.path), p)));
                }
            }
        }
        out
    }

    /// Texts that have a name in each instance of a module, by what comes before addresses there: variables, and the
    /// outputs of the modules that it calls.
    #[must_use]
    pub fn named(&self) -> BTreeMap<String, Vec<(String, String)>> {
        let mut out: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for (index, module) in self.config.modules.iter().enumerate() {
            for instance in self.instances(index).unwrap_or_default() {
                let scope = self.scope(instance);
                let mut names = Vec::new();
                for name in module.variables.keys() {
                    names.push((format!("var.{name}"), scope.variable(name).ok()));
                }
                for (child, index) in &module.children {
                    let outputs = self.config.modules.get(*index).map(|m| m.outputs.keys());
                    for output in outputs.into_iter().flatten() {
                        let value = scope.module(child, None, Some(output)).ok();
                        names.push((format!("module.{child}.{output}"), value));
                    }
                }
                let texts = names.into_iter().filter_map(|(name, value)| match value {
                    Some(Value::String(text)) => Some((name, text.to_string())),
                    _ => None,
                });
                if let Some(instance) = self.instance(instance) {
                    out.insert(instance.path, texts.collect());
                }
            }
        }
        out
    }
}
