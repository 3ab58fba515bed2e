//! What the assertions of `check` blocks come to, once everything is made: of one that does not hold Terraform warns; one
//! that cannot be worked out it refuses.

use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::structure::Block;

use crate::block::place_of;
use crate::condition::{Condition, Words};
use crate::scope::Scope;
use crate::state::{Refused, State};
use crate::{Node, Problem, Source};

/// What an assertion comes to, where it does not hold.
#[derive(Debug)]
pub enum Asserted {
    /// It does not hold: in its own words.
    Warns(Problem),
    /// It cannot be worked out.
    Refused(Refused),
}

impl State<'_> {
    /// The assertions that do not hold. Of a check that reads something itself, which nobody reads here, nothing is said.
    #[must_use]
    pub fn asserted(&self, holds_more: &dyn Fn(&Node) -> bool) -> Vec<Asserted> {
        let mut out = Vec::new();
        let config = self.config;
        for (index, module) in config.modules.iter().enumerate().filter(|(_, m)| !m.given) {
            for instance in self.instances(index).unwrap_or_default() {
                let scope = self.scope(instance);
                for (source, check) in &module.checks {
                    if check.body.has_blocks("data") {
                        continue;
                    }
                    let name = check.labels.first().map_or("", |label| label.as_str());
                    let address = format!("{}check.{name}", scope.path());
                    // Of what is not made here it would be held to other values than on AWS.
                    let known = |block: &&Block| {
                        let said = block.body.attributes();
                        let mut found = said.flat_map(|a| config.found_in(&a.value, index));
                        !found.any(|node| self.reckoned.contains(&node))
                    };
                    let all = check.body.get_blocks("assert").filter(known);
                    for block in all {
                        let said = block.body.attributes();
                        let found = said.flat_map(|a| config.found_in(&a.value, index));
                        let mut nodes = found.filter_map(|i| config.nodes.get(i));
                        let more = nodes.any(holds_more);
                        out.extend(held(&scope, source, &address, block, more).err());
                    }
                }
            }
        }
        out
    }
}

/// Holds one assertion.
fn held(
    scope: &Scope<'_>,
    source: &Arc<Source>,
    address: &str,
    block: &Block,
    more: bool,
) -> Result<(), Asserted> {
    let refused = |problem: Problem| {
        Asserted::Refused(Refused {
            address: address.to_owned(),
            of_missing: problem.is_unsaid() || (problem.is_of_missing() && more),
            problem,
        })
    };
    let at = |message: String| Problem::at(&place_of(source, block.span()), message);
    let condition = Condition {
        body: &block.body,
        scope,
        source,
    };
    let holds = condition.holds().map_err(refused)?;
    let words = condition.words().map_err(refused)?;
    match (holds, words) {
        (Some(true), _) => Ok(()),
        (None, _) => {
            let message = "the `condition` of `assert` is neither true nor false";
            Err(refused(at(message.to_owned())))
        }
        (Some(false), Words::None) => {
            let message = "the `error_message` of `assert` is no text";
            Err(refused(at(message.to_owned())))
        }
        (Some(false), words) => Err(Asserted::Warns(at(format!(
            "{address} does not hold, of which Terraform only warns: {}",
            words.or("")
        )))),
    }
}
