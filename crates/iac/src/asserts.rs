//! What the assertions of `check` blocks come to, once everything is made: of one that does not hold Terraform warns; one
//! that cannot be worked out it refuses.

use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::structure::Block;

use crate::block::place_of;
use crate::eval::evaluate;
use crate::scope::Scope;
use crate::state::{Refused, State};
use crate::value::Value;
use crate::{Problem, Source, convert};

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
    pub fn asserted(&self) -> Vec<Asserted> {
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
                    let all = all.filter_map(|block| held(&scope, source, &address, block).err());
                    out.extend(all);
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
) -> Result<(), Asserted> {
    let refused = |problem: Problem| {
        Asserted::Refused(Refused {
            address: address.to_owned(),
            of_missing: problem.is_of_missing(),
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
    let holds = condition.as_ref().and_then(convert::to_bool);
    match holds {
        Some(true) => return Ok(()),
        Some(false) => {}
        None => {
            let message = "the `condition` of `assert` is neither true nor false";
            return Err(refused(at(message.to_owned())));
        }
    }
    let why = said("error_message")?;
    match why.as_ref().and_then(Value::as_str) {
        Some(why) => Err(Asserted::Warns(at(format!(
            "{address} does not hold, of which Terraform only warns: {why}"
        )))),
        None => {
            let message = "the `error_message` of `assert` is no text";
            Err(refused(at(message.to_owned())))
        }
    }
}
