//! What an expression refers to.

use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::structure::Body;
use hcl_edit::visit::{Visit, visit_traversal};

/// The dotted names at the front of traversals: `["aws_iam_role", "x", "arn"]`.
#[derive(Default)]
pub(crate) struct References(pub(crate) Vec<Vec<String>>);

impl Visit for References {
    fn visit_traversal(&mut self, node: &Traversal) {
        if let Expression::Variable(root) = &node.expr {
            // `resource.aws_iam_role.x` is `aws_iam_role.x`.
            let mut path = match root.as_str() {
                "resource" => Vec::new(),
                root => vec![root.to_owned()],
            };
            for operator in &node.operators {
                match operator.value() {
                    TraversalOperator::GetAttr(ident) => path.push(ident.as_str().to_owned()),
                    // `module.a["key"].output` is about that output.
                    TraversalOperator::Index(_) if root.as_str() == "module" => {}
                    _ => break,
                }
            }
            self.0.push(path);
        }
        visit_traversal(self, node);
    }
}

pub(crate) fn of_body(body: &Body) -> Vec<Vec<String>> {
    let mut references = References::default();
    references.visit_body(body);
    references.0
}

pub(crate) fn of_expression(expression: &Expression) -> Vec<Vec<String>> {
    let mut references = References::default();
    references.visit_expr(expression);
    references.0
}
