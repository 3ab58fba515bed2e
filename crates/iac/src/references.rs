//! What an expression refers to.

use hcl_edit::expr::{Expression, ForExpr, Traversal, TraversalOperator};
use hcl_edit::structure::Body;
use hcl_edit::template::ForDirective;
use hcl_edit::visit::{Visit, visit_traversal};

/// The dotted names at the front of traversals: `["aws_iam_role", "x", "arn"]`.
#[derive(Default)]
pub(crate) struct References {
    found: Vec<Vec<String>>,
    /// What `for` has named, and stands for nothing else within.
    bound: Vec<String>,
}

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
                    TraversalOperator::Index(_) | TraversalOperator::LegacyIndex(_)
                        if root.as_str() == "module" => {}
                    _ => break,
                }
            }
            if !self.bound.iter().any(|name| name == root.as_str()) {
                self.found.push(path);
            }
        }
        visit_traversal(self, node);
    }

    fn visit_for_expr(&mut self, node: &ForExpr) {
        // What is gone through stands outside.
        self.visit_expr(&node.intro.collection_expr);
        let before = self.bound.len();
        let names = node.intro.key_var.iter().chain([&node.intro.value_var]);
        self.bound
            .extend(names.map(|name| name.as_str().to_owned()));
        if let Some(key) = &node.key_expr {
            self.visit_expr(key);
        }
        self.visit_expr(&node.value_expr);
        if let Some(cond) = &node.cond {
            self.visit_for_cond(cond);
        }
        self.bound.truncate(before);
    }

    fn visit_for_directive(&mut self, node: &ForDirective) {
        self.visit_expr(&node.for_expr.collection_expr);
        let before = self.bound.len();
        let names = node
            .for_expr
            .key_var
            .iter()
            .chain([&node.for_expr.value_var]);
        self.bound
            .extend(names.map(|name| name.as_str().to_owned()));
        self.visit_template(&node.for_expr.template);
        self.bound.truncate(before);
    }
}

pub(crate) fn of_body(body: &Body) -> Vec<Vec<String>> {
    let mut references = References::default();
    references.visit_body(body);
    references.found
}

pub(crate) fn of_expression(expression: &Expression) -> Vec<Vec<String>> {
    let mut references = References::default();
    references.visit_expr(expression);
    references.found
}
