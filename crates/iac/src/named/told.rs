//! Which variables and local values tell what something is: what merely has the same text at the moment does not.

use std::collections::BTreeSet;

use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::visit::{Visit, visit_traversal};

use crate::check::Written;
use crate::config::Configuration;
use crate::references::{of_body, of_expression};
use crate::syntax::is_fixed;

/// A variable or a local value (`var.name`), in the module with this path.
pub type Root = (String, String);

impl Configuration {
    /// The variables and local values that the blocks of these types are made of, through whatever names lie between.
    #[must_use]
    pub fn told(&self, types: &[&str]) -> BTreeSet<Root> {
        let mut told = BTreeSet::new();
        let nodes = self.nodes.iter();
        for node in nodes.filter(|n| types.contains(&&*n.type_name)) {
            for path in of_body(&node.body) {
                self.tell(node.module, &path, &mut told);
            }
            // How often it is there is said where its module is called.
            let mut module = Some(node.module);
            while let Some(at) = module {
                let call = self.modules.get(at).and_then(|m| m.call.as_ref());
                if let Some((caller, call)) = call {
                    let often = ["count", "for_each"].map(|name| call.body.get_attribute(name));
                    for attribute in often.into_iter().flatten() {
                        for path in of_expression(&attribute.value) {
                            self.tell(*caller, &path, &mut told);
                        }
                    }
                }
                module = call.map(|(caller, _)| *caller);
            }
        }
        told
    }

    fn tell(&self, module: usize, path: &[String], told: &mut BTreeSet<Root>) {
        let Some(own) = self.modules.get(module) else {
            return;
        };
        let parts: Vec<&str> = path.iter().map(String::as_str).collect();
        let (at, expression) = match parts.as_slice() {
            ["local", name, ..] => {
                let new = told.insert((own.path.clone(), format!("local.{name}")));
                let value = own.locals.get(*name).map(|(_, value)| value);
                (module, value.filter(|_| new))
            }
            ["var", name, ..] => {
                let new = told.insert((own.path.clone(), format!("var.{name}")));
                let call = own.call.as_ref().filter(|_| new);
                let handed = call.and_then(|(_, c)| c.body.get_attribute(name));
                let caller = call.map_or(module, |(caller, _)| *caller);
                (caller, handed.map(|a| &a.value))
            }
            ["module", name, output, ..] => {
                let child = own.children.get(*name).copied().unwrap_or(module);
                let root = (own.path.clone(), format!("module.{name}.{output}"));
                let new = told.insert(root);
                let output = self.modules.get(child).and_then(|m| m.outputs.get(*output));
                (child, output.map(|o| &o.value).filter(|_| new))
            }
            _ => return,
        };
        for path in expression.map(of_expression).unwrap_or_default() {
            self.tell(at, &path, told);
        }
    }

    /// The variables and local values of which parts are taken by keys that are worked out, or all of them one by one: what a part
    /// is called is no name of what has its text.
    #[must_use]
    pub fn taken_apart(&self) -> BTreeSet<Root> {
        let mut out = BTreeSet::new();
        for (index, module) in self.modules.iter().enumerate().filter(|(_, m)| !m.given) {
            let mut apart = Apart::default();
            for (_, written) in self.expressions(index) {
                match written {
                    Written::Expression(expression) => apart.visit_expr(expression),
                    Written::Arguments(body) => apart.visit_body(body),
                }
            }
            out.extend(
                apart
                    .found
                    .into_iter()
                    .map(|root| (module.path.clone(), root)),
            );
        }
        out
    }
}

#[derive(Default)]
struct Apart {
    found: BTreeSet<String>,
}

impl Visit for Apart {
    fn visit_traversal(&mut self, node: &Traversal) {
        if let Expression::Variable(root) = &node.expr
            && matches!(root.as_str(), "var" | "local")
        {
            let mut operators = node.operators.iter().map(|o| o.value());
            if let Some(TraversalOperator::GetAttr(name)) = operators.next()
                && operators.next().is_none_or(|key| !is_fixed(key))
            {
                self.found
                    .insert(format!("{}.{}", root.as_str(), name.as_str()));
            }
        }
        visit_traversal(self, node);
    }
}
