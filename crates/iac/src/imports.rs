//! What `import` blocks say: each brings one thing that is on AWS already under something that is declared.

use std::collections::BTreeSet;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, TraversalOperator};
use hcl_edit::structure::Block;

use crate::block::place_of;
use crate::syntax::is_static;
use crate::{NodeKind, config::Configuration};
use crate::{Problem, Source};

impl Configuration {
    /// What Terraform does not take of `import` blocks; what they name in expressions is looked at with all other names.
    pub(crate) fn check_imports(&self, problems: &mut Vec<Problem>) {
        for (index, module) in self.modules.iter().enumerate().filter(|(_, m)| !m.given) {
            let mut seen = BTreeSet::new();
            for (source, import) in &module.imports {
                if module.call.is_some() {
                    let message = "`import` stands in the root module only: name what is meant with its module, `module.m.aws_iam_role.this`";
                    problems.push(Problem::at(&place_of(source, import.span()), message));
                    continue;
                }
                problems.extend(self.import(index, source, import, &mut seen));
            }
        }
    }

    fn import(
        &self,
        module: usize,
        source: &Arc<Source>,
        import: &Block,
        seen: &mut BTreeSet<String>,
    ) -> Option<Problem> {
        let to = &import.body.get_attribute("to")?.value;
        let id = import.body.get_attribute("id");
        let say = |message: String| Some(Problem::at(&place_of(source, to.span()), message));
        let Some((path, keyed)) = address(to).filter(|(path, _)| path.len() >= 2) else {
            return say(
                "`to` takes an address as it is written, without quotes: `aws_iam_role.this` or `aws_iam_role.this[\"key\"]`"
                    .to_owned(),
            );
        };
        if path.contains(&"data") {
            return say(
                "`import` is of resources: there is nothing to import into data".to_owned(),
            );
        }
        if let Some(id) = id.filter(|id| id.value.as_str() == Some("")) {
            let message = "`id` of an `import` is empty".to_owned();
            return Some(Problem::at(&place_of(source, id.value.span()), message));
        }
        let written = to
            .to_string()
            .trim()
            .trim_start_matches("resource.")
            .to_owned();
        if let Expression::Traversal(exact) = to
            && is_static(exact)
            && !seen.insert(written.clone())
        {
            return say(format!("`import`: {written} is imported twice"));
        }
        let name = path.join(".");
        match self.repeated(module, &path) {
            None => say(format!(
                "`import`: {name} is not declared: declare it, or let Terraform write it, with `terraform plan -generate-config-out`"
            )),
            Some(Some(false)) if keyed => say(format!(
                "`import`: {name} has neither `count` nor `for_each`: there is one, and no key behind its name"
            )),
            Some(Some(true)) if !keyed => say(format!(
                "`import`: {name} is there several times: say which one, `{name}[\"key\"]`"
            )),
            Some(_) => None,
        }
    }

    /// Whether what is named by a path without keys is made several times; `None` where it is not declared, and nothing
    /// where nobody knows, in a module that was not read.
    fn repeated(&self, module: usize, path: &[&str]) -> Option<Option<bool>> {
        let path = path.strip_prefix(&["resource"]).unwrap_or(path);
        match path {
            ["module", name, below @ ..] => {
                let child = *self.modules.get(module)?.children.get(*name)?;
                match self.modules.get(child) {
                    Some(module) if module.given => Some(None),
                    _ => self.repeated(child, below),
                }
            }
            [kind, name] => {
                let mut nodes = self.nodes.iter().filter(|n| n.module == module);
                let node = nodes.find(|n| {
                    n.kind == NodeKind::Resource && n.type_name == *kind && n.name == *name
                })?;
                Some(Some(node.has("count") || node.has("for_each")))
            }
            _ => None,
        }
    }
}

/// Whether a key is written out, or that of a `for_each` of the block.
fn is_key(key: &Expression) -> bool {
    match key {
        Expression::String(_) | Expression::Number(_) => true,
        Expression::Traversal(path) => {
            matches!(&path.expr, Expression::Variable(root) if root.as_str() == "each")
        }
        _ => false,
    }
}

/// The names of an address, and whether a key stands at the end of it.
fn address(to: &Expression) -> Option<(Vec<&str>, bool)> {
    let Expression::Traversal(traversal) = to else {
        return None;
    };
    let Expression::Variable(root) = &traversal.expr else {
        return None;
    };
    let mut path = vec![root.as_str()];
    let mut keyed = false;
    for operator in &traversal.operators {
        match operator.value() {
            TraversalOperator::GetAttr(name) => {
                path.push(name.as_str());
                keyed = false;
            }
            TraversalOperator::Index(key) if !keyed && is_key(key) => keyed = true,
            TraversalOperator::LegacyIndex(_) if !keyed => keyed = true,
            _ => return None,
        }
    }
    Some((path, keyed))
}

#[cfg(test)]
mod tests {
    use crate::{Configuration, Reading};

    fn problems(text: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let declared = "resource \"terraform_data\" \"a\" {\n}\nresource \"terraform_data\" \"c\" {\n  count = 1\n}\ndata \"aws_region\" \"r\" {\n}\nmodule \"m\" {\n  source = \"./m\"\n}\n";
        std::fs::write(folder.path().join("declared.tf"), declared).unwrap();
        std::fs::write(folder.path().join("main.tf"), text).unwrap();
        std::fs::create_dir(folder.path().join("m")).unwrap();
        let module = "resource \"terraform_data\" \"x\" {\n}\n";
        std::fs::write(folder.path().join("m/m.tf"), module).unwrap();
        match Configuration::read(&Reading::of(folder.path())) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.into_iter().map(|p| p.message).collect(),
        }
    }

    fn import(to: &str) -> String {
        format!("import {{\n  to = {to}\n  id = \"i\"\n}}\n")
    }

    /// What Terraform 1.11.4 says of each, at `validate` or `plan`.
    #[test]
    fn what_terraform_does_not_import_is_said() {
        let address = "`to` takes an address as it is written, without quotes: `aws_iam_role.this` or `aws_iam_role.this[\"key\"]`";
        let undeclared = |name: &str| {
            format!(
                "`import`: {name} is not declared: declare it, or let Terraform write it, with `terraform plan -generate-config-out`"
            )
        };
        let one = "`import`: terraform_data.a has neither `count` nor `for_each`: there is one, and no key behind its name";
        for (text, message) in [
            (import("\"terraform_data.a\""), address),
            (import("terraform_data"), address),
            (import("terraform_data.z"), &undeclared("terraform_data.z")),
            (
                import("module.m.terraform_data.z"),
                &undeclared("module.m.terraform_data.z"),
            ),
            (
                import("module.n.terraform_data.x"),
                &undeclared("module.n.terraform_data.x"),
            ),
            (import("terraform_data.a[0]"), one),
            (import("terraform_data.c[1 - 1]"), address),
            (
                import("terraform_data.c"),
                "`import`: terraform_data.c is there several times: say which one, `terraform_data.c[\"key\"]`",
            ),
            (
                import("terraform_data.a") + &import("resource.terraform_data.a"),
                "`import`: terraform_data.a is imported twice",
            ),
            (
                import("data.aws_region.r"),
                "`import` is of resources: there is nothing to import into data",
            ),
            (
                import("terraform_data.a").repeat(2),
                "`import`: terraform_data.a is imported twice",
            ),
            (
                import("terraform_data.a").replace("\"i\"", "\"\""),
                "`id` of an `import` is empty",
            ),
            (
                import("terraform_data.a").replace("\"i\"", "var.x"),
                "the variable `x` is not declared",
            ),
            (
                import("terraform_data.a").replace("\"i\"", "each.value"),
                "`each` is only where the argument `for_each` is set",
            ),
        ] {
            assert_eq!(problems(&text), [message], "{text}");
        }
    }

    #[test]
    fn what_is_declared_is_imported() {
        for text in [
            import("terraform_data.a"),
            import("module.m.terraform_data.x"),
            import("terraform_data.c[0]") + &import("terraform_data.c[1]"),
            "import {\n  for_each = { x = \"1\" }\n  to = terraform_data.a\n  id = each.value\n}\n".to_owned(),
            "import {\n  for_each = { 0 = \"i\" }\n  to = terraform_data.c[each.key]\n  id = each.value\n}\n".to_owned(),
        ] {
            assert_eq!(problems(&text), Vec::<String>::new(), "{text}");
        }
    }
}
