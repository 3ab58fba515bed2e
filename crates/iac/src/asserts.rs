//! What the assertions of `check` blocks come to, once everything is made: of one that does not hold Terraform warns; one
//! that cannot be worked out it refuses.

use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::structure::Block;

use crate::block::place_of;
use crate::eval::evaluate;
use crate::marks::is_sensitive;
use crate::scope::Scope;
use crate::state::{Refused, State};
use crate::value::Value;
use crate::{Node, Problem, Source, convert};

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
    let said = |name: &str| {
        let attribute = block.body.get_attribute(name);
        let value = attribute.map(|a| evaluate(&a.value, scope, source));
        value.transpose().map_err(refused)
    };
    let at = |message: String| Problem::at(&place_of(source, block.span()), message);
    let condition = said("condition")?;
    // Terraform works out what it would say whether or not it says it.
    let why = said("error_message")?;
    let holds = condition.as_ref().and_then(convert::to_bool);
    match holds {
        Some(true) => return Ok(()),
        Some(false) => {}
        None => {
            let message = "the `condition` of `assert` is neither true nor false";
            return Err(refused(at(message.to_owned())));
        }
    }
    let secret = block.body.get_attribute("error_message");
    let secret = secret.is_some_and(|a| is_sensitive(&a.value, scope, source));
    match why.as_ref().and_then(Value::as_str) {
        Some(_) if secret => Err(Asserted::Warns(at(format!(
            "{address} does not hold, of which Terraform only warns; what it says is sensitive"
        )))),
        Some(why) => Err(Asserted::Warns(at(format!(
            "{address} does not hold, of which Terraform only warns: {why}"
        )))),
        None => {
            let message = "the `error_message` of `assert` is no text";
            Err(refused(at(message.to_owned())))
        }
    }
}
