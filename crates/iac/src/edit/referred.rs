//! What a name stands for, as it is written.

use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::structure::Body;
use hcl_edit::visit::{Visit, visit_traversal};

use super::At;
use crate::config::Configuration;
use crate::references;
use crate::syntax::{is_fixed, key_name};

/// Arguments by which a policy is seen to be written: whoever has it by these is found.
const SEEN: &[&str] = &[
    "assume_role_policy",
    "override_policy_documents",
    "policy",
    "source_policy_documents",
];

impl Configuration {
    /// Whether a local value goes into something that is not seen to write a policy: into `for_each`, for example. Who has it by
    /// that is not known, so that it is nothing to add to.
    pub(super) fn is_used_elsewhere(&self, at: &At<'_>) -> bool {
        let names = names(at.expression).unwrap_or_default();
        let ["local", name, ..] = names.as_slice() else {
            return false;
        };
        let is = |path: &Vec<String>| {
            path.first().is_some_and(|root| root == "local")
                && path.get(1).is_some_and(|own| own == name)
        };
        let of_body = |body: &Body| {
            let others = body
                .attributes()
                .filter(|a| !SEEN.contains(&a.key.as_str()));
            let mut all = others.flat_map(|a| references::of_expression(&a.value));
            let mut worked_out = WorkedOut { name, found: false };
            worked_out.visit_body(body);
            all.any(|path| is(&path)) || worked_out.found
        };
        let mut nodes = self.nodes.iter().filter(|n| n.module == at.module);
        nodes.any(|node| {
            let mut blocks = node.body.blocks();
            of_body(&node.body) || blocks.any(|block| of_body(&block.body))
        })
    }

    /// The expression that a local, a variable of a module or an output of one stands for; of a part of it, that of the part.
    pub(super) fn referred<'c>(&'c self, at: &At<'_>) -> Option<At<'c>> {
        let names = names(at.expression)?;
        let module = self.modules.get(at.module)?;
        let (named, whole) = match names.as_slice() {
            ["local", name, ..] => {
                let (source, expression) = module.locals.get(*name)?;
                let named = At {
                    expression,
                    source,
                    module: at.module,
                };
                (named, 1)
            }
            ["var", name, ..] => {
                let (caller, call) = module.call.as_ref()?;
                let named = At {
                    expression: &call.body.get_attribute(name)?.value,
                    source: &call.place.source,
                    module: *caller,
                };
                (named, 1)
            }
            ["module", name, output, ..] => {
                let child = *module.children.get(*name)?;
                let output = self.modules.get(child)?.outputs.get(*output)?;
                let named = At {
                    expression: &output.value,
                    source: &output.source,
                    module: child,
                };
                (named, 2)
            }
            _ => return None,
        };
        let Expression::Traversal(traversal) = at.expression else {
            return None;
        };
        let mut left = whole;
        // Behind the names is what is asked of the value; between them, an instance of the module.
        let rest = traversal.operators.iter().skip_while(|operator| {
            let name = matches!(operator.value(), TraversalOperator::GetAttr(_));
            let skip = left > 0;
            left -= usize::from(name && skip);
            skip
        });
        let mut expression = named.expression;
        for operator in rest {
            expression = part(expression, operator.value())?;
        }
        Some(At {
            expression,
            ..named
        })
    }
}

/// The names of a reference, keys of instances left out.
pub(super) fn names(expression: &Expression) -> Option<Vec<&str>> {
    let Expression::Traversal(traversal) = expression else {
        return None;
    };
    let Expression::Variable(root) = &traversal.expr else {
        return None;
    };
    let mut names = vec![root.as_str()];
    for operator in &traversal.operators {
        match operator.value() {
            TraversalOperator::GetAttr(name) => names.push(name.as_str()),
            // Instances of one block are written in one place.
            TraversalOperator::Index(_)
            | TraversalOperator::LegacyIndex(_)
            | TraversalOperator::AttrSplat(_)
            | TraversalOperator::FullSplat(_) => {}
        }
    }
    Some(names)
}

/// Whether parts of a local value are taken whose keys are worked out: which they are is not known here.
struct WorkedOut<'n> {
    name: &'n str,
    found: bool,
}

impl Visit for WorkedOut<'_> {
    fn visit_traversal(&mut self, node: &Traversal) {
        let root = matches!(&node.expr, Expression::Variable(root) if root.as_str() == "local");
        let mut operators = node.operators.iter().map(|o| o.value());
        let own = operators.next().is_some_and(
            |o| matches!(o, TraversalOperator::GetAttr(name) if name.as_str() == self.name),
        );
        self.found |= root && own && !operators.all(is_fixed);
        visit_traversal(self, node);
    }
}

/// What an operator takes of an object or a list that is written out.
fn part<'c>(of: &'c Expression, operator: &TraversalOperator) -> Option<&'c Expression> {
    let key = match operator {
        TraversalOperator::GetAttr(name) => name.as_str(),
        TraversalOperator::Index(Expression::String(name)) => name.as_str(),
        TraversalOperator::Index(Expression::Number(index)) => {
            let index = usize::try_from(index.value().as_u64()?).ok()?;
            let Expression::Array(items) = of else {
                return None;
            };
            return items.get(index);
        }
        _ => return None,
    };
    let Expression::Object(object) = of else {
        return None;
    };
    // Of two with one name the last counts.
    let members = object.iter();
    let found = members.filter(|(name, _)| key_name(name) == Some(key));
    found.last().map(|(_, value)| value.expr())
}
