//! Blocks without instances, and conditions, as far as the configuration alone decides them: before anything is made.

use std::collections::BTreeSet;
use std::sync::Arc;

use hcl_edit::expr::Expression;

use crate::block::{Node, Repetition};
use crate::config::Configuration;
use crate::eval::evaluate;
use crate::state::State;
use crate::value::Value;
use crate::{Problem, Source};

impl Configuration {
    /// The nodes of which there is no instance.
    #[must_use]
    pub fn absent(&self) -> &BTreeSet<usize> {
        self.absent.get_or_init(|| {
            let state = State::new(self);
            let none = |node: &Node| {
                // `try` and `can` would take what is not made for what is not there.
                if !self.repeated_by(node).is_empty() {
                    return Ok(false);
                }
                let scopes = state.scopes(node)?;
                for (_, scope) in &scopes {
                    match node.repetition(scope)? {
                        Repetition::Count(0) => {}
                        Repetition::Each(pairs) if pairs.is_empty() => {}
                        _ => return Ok::<bool, Problem>(false),
                    }
                }
                Ok(true)
            };
            let nodes = self.nodes.iter().enumerate();
            let absent = nodes.filter(|(_, n)| none(n).unwrap_or(false));
            absent.map(|(i, _)| i).collect()
        })
    }

    /// The nodes of which there is no instance, whatever the variables of the directories are.
    #[must_use]
    pub fn never_there(&self) -> BTreeSet<usize> {
        let node = |index: &usize| self.nodes.get(*index);
        let never = |index: &usize| node(index).is_some_and(|n| !self.repeated_as_asked(n));
        self.absent().iter().copied().filter(never).collect()
    }

    /// What a condition in a module comes to, where it is the same for all of its instances.
    pub(crate) fn decided(
        &self,
        module: usize,
        condition: &Expression,
        source: &Arc<Source>,
    ) -> Option<bool> {
        // `try` and `can` would take what is not made for what is not there.
        if !self.found_in(condition, module).is_empty() {
            return None;
        }
        let state = State::new(self);
        let instances = state.instances(module).ok()?;
        let mut values =
            instances
                .into_iter()
                .map(|i| match evaluate(condition, &state.scope(i), source) {
                    Ok(Value::Bool(value)) => Some(value),
                    _ => None,
                });
        let first = values.next()??;
        values.all(|v| v == Some(first)).then_some(first)
    }
}
