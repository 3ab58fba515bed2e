//! What a name stands for, as it is written.

use hcl_edit::expr::{Expression, TraversalOperator};

use super::At;
use crate::config::Configuration;
use crate::syntax::key_name;

impl Configuration {
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
