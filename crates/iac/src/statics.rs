//! What Terraform reads before anything has a value, and takes only as it is written; and how texts and objects may be written.

use std::collections::BTreeSet;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ForExpr, FuncCall, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::structure::{Attribute, Block};
use hcl_edit::template::{Element, StringTemplate};
use hcl_edit::visit::{
    Visit, visit_attr, visit_block, visit_for_expr, visit_func_call, visit_object_key,
    visit_string_template, visit_traversal,
};

use crate::block::place_of;
use crate::syntax::is_static;
use crate::{Problem, Source};

/// What a block of a file says where Terraform takes no expressions. Of JSON nothing is said: texts stand for everything there.
pub(crate) fn check(source: &Arc<Source>, block: &Block, problems: &mut Vec<Problem>) {
    if source.is_json() {
        return;
    }
    let mut check = Check {
        source,
        problems: Vec::new(),
    };
    check.visit_block(block);
    let of = |name: &str| block.body.get_attribute(name);
    match block.ident.as_str() {
        "variable" => {
            of("default")
                .into_iter()
                .for_each(|default| check.constant(&default.value));
            of("type").into_iter().for_each(|kind| check.kind(kind));
        }
        "moved" => {
            let both = [of("from"), of("to")].into_iter().flatten();
            both.for_each(|address| check.address(address));
        }
        "removed" => of("from").into_iter().for_each(|from| check.resource(from)),
        "output" | "resource" | "data" | "ephemeral" | "module" => {
            of("depends_on")
                .into_iter()
                .for_each(|on| check.depends_on(on));
            let lifecycle = block.body.get_blocks("lifecycle").flat_map(|b| {
                ["prevent_destroy", "create_before_destroy"].map(|name| b.body.get_attribute(name))
            });
            let all = lifecycle.flatten();
            all.for_each(|attribute| check.constant(&attribute.value));
        }
        _ => {}
    }
    problems.append(&mut check.problems);
}

/// What there is of an expression that is taken where nothing has a value, as in a file of variables: no functions, and no names.
pub(crate) fn constant(source: &Arc<Source>, value: &Expression) -> Option<Problem> {
    let mut constant = Constant {
        source,
        bound: BTreeSet::new(),
        problem: None,
    };
    constant.visit_expr(value);
    constant.problem
}

struct Constant<'c> {
    source: &'c Arc<Source>,
    /// What a `for` has named.
    bound: BTreeSet<String>,
    problem: Option<Problem>,
}

impl Visit for Constant<'_> {
    fn visit_for_expr(&mut self, node: &ForExpr) {
        let names = node.intro.key_var.iter().chain([&node.intro.value_var]);
        self.bound
            .extend(names.map(|name| name.as_str().to_owned()));
        visit_for_expr(self, node);
    }

    fn visit_func_call(&mut self, node: &FuncCall) {
        let name = &node.name.name;
        let place = place_of(self.source, node.span().or_else(|| name.span()));
        let message = format!(
            "`{}()`: functions are not called here: Terraform takes a value as it is written",
            name.as_str()
        );
        self.problem
            .get_or_insert_with(|| Problem::at(&place, message));
        visit_func_call(self, node);
    }

    fn visit_traversal(&mut self, node: &Traversal) {
        // What a `for` has named is known here, and what is declared is refused when it is asked for.
        if let Expression::Variable(root) = &node.expr
            && matches!(root.as_str(), "path" | "terraform" | "var" | "local")
            && !self.bound.contains(root.as_str())
        {
            let place = place_of(self.source, node.span().or_else(|| root.span()));
            let message = format!(
                "`{}` is not known here: Terraform takes a value as it is written",
                root.as_str()
            );
            self.problem
                .get_or_insert_with(|| Problem::at(&place, message));
        }
        visit_traversal(self, node);
    }
}

struct Check<'c> {
    source: &'c Arc<Source>,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn say(&mut self, span: Option<std::ops::Range<usize>>, message: impl Into<String>) {
        let place = place_of(self.source, span);
        self.problems.push(Problem::at(&place, message));
    }

    fn constant(&mut self, value: &Expression) {
        self.problems.extend(constant(self.source, value));
    }

    fn kind(&mut self, kind: &Attribute) {
        if let Expression::String(text) = &kind.value {
            let message = format!(
                "`type = \"{0}\"`: write it without quotes: `{0}`",
                text.as_str()
            );
            self.say(kind.value.span(), message);
        }
    }

    /// What was moved: names and keys that are written out.
    fn address(&mut self, attribute: &Attribute) {
        let is = match &attribute.value {
            Expression::Traversal(traversal) => is_static(traversal),
            _ => false,
        };
        if !is {
            let name = attribute.key.as_str();
            let message = format!(
                "`{name}` takes an address as it is written, without quotes: `aws_iam_role.this` or `module.m[\"key\"]`"
            );
            self.say(attribute.value.span(), message);
        }
    }

    /// What is removed: with all instances of it.
    fn resource(&mut self, attribute: &Attribute) {
        self.address(attribute);
        if let Expression::Traversal(traversal) = &attribute.value {
            let mut keys = traversal.operators.iter().filter(|o| {
                matches!(
                    o.value(),
                    TraversalOperator::Index(_) | TraversalOperator::LegacyIndex(_)
                )
            });
            if keys.next().is_some() {
                self.say(
                    attribute.value.span(),
                    "`removed` takes no keys: it is about all instances",
                );
            }
        }
    }

    fn depends_on(&mut self, attribute: &Attribute) {
        let Expression::Array(on) = &attribute.value else {
            let message =
                "`depends_on` takes a list that is written out: `[aws_iam_role_policy.x]`";
            self.say(attribute.value.span(), message);
            return;
        };
        for one in on {
            // Quoted, as of old, it is taken still.
            let Expression::Traversal(traversal) = one else {
                if !matches!(one, Expression::String(_)) {
                    let message = "`depends_on` takes addresses, and nothing that is worked out: `aws_iam_role_policy.x`";
                    self.say(one.span(), message);
                }
                continue;
            };
            let root = match &traversal.expr {
                Expression::Variable(name) => name.as_str(),
                _ => "",
            };
            let names = match root {
                "data" | "ephemeral" | "resource" => 2,
                _ => 1,
            };
            let operators = traversal.operators.iter();
            let attributes = operators
                .filter(|o| matches!(o.value(), TraversalOperator::GetAttr(_)))
                .count();
            if !is_static(traversal) {
                let message = "`depends_on` takes addresses, and nothing that is worked out: `aws_iam_role_policy.x`";
                self.say(one.span(), message);
            } else if attributes > names && root != "module" {
                let message =
                    "`depends_on` takes whole objects, and no attributes: `aws_iam_role_policy.x`";
                self.say(one.span(), message);
            }
        }
    }

    /// A text between quotes stands on one line.
    fn line(&mut self, span: Option<std::ops::Range<usize>>) {
        let written = span.clone().and_then(|s| self.source.text.get(s));
        if written.is_some_and(|text| !text.starts_with("<<") && text.contains('\n')) {
            let message = "a text between quotes ends on its line: write `\\n`, or a heredoc";
            self.say(span, message);
        }
    }
}

impl Visit for Check<'_> {
    fn visit_block(&mut self, node: &Block) {
        visit_block(self, node);
    }

    fn visit_attr(&mut self, node: &Attribute) {
        // The keys of what a module is handed are the names of providers.
        if node.key.as_str() != "providers" {
            visit_attr(self, node);
        }
    }

    fn visit_expr(&mut self, node: &Expression) {
        if let Expression::String(text) = node {
            self.line(text.span());
        }
        hcl_edit::visit::visit_expr(self, node);
    }

    fn visit_string_template(&mut self, node: &StringTemplate) {
        for element in node {
            if let Element::Literal(text) = element {
                self.line(text.span());
            }
        }
        visit_string_template(self, node);
    }

    fn visit_object_key(&mut self, node: &ObjectKey) {
        if let ObjectKey::Expression(Expression::Traversal(key)) = node
            && is_static(key)
        {
            let message =
                "a key of an object that is worked out stands in parentheses: `(local.x) = …`";
            self.say(key.span(), message);
        }
        visit_object_key(self, node);
    }
}

#[cfg(test)]
mod tests {
    use crate::{Assignment, Configuration, Reading};

    fn problems(file: &str, text: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let declared = "variable \"v\" {\n  default = 1\n}\nlocals {\n  k = \"a\"\n}\nresource \"terraform_data\" \"a\" {\n}\nresource \"terraform_data\" \"c\" {\n  count = 1\n}\n";
        std::fs::write(folder.path().join("declared.tf"), declared).unwrap();
        std::fs::write(folder.path().join(file), text).unwrap();
        std::fs::create_dir(folder.path().join("m")).unwrap();
        std::fs::write(folder.path().join("m/m.tf"), "locals {}\n").unwrap();
        match Configuration::read(&Reading::of(folder.path())) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.into_iter().map(|p| p.message).collect(),
        }
    }

    /// Terraform 1.11.4 refuses all of these.
    #[test]
    fn what_is_worked_out_is_refused_where_nothing_has_a_value() {
        let on = "`depends_on` takes a list that is written out: `[aws_iam_role_policy.x]`";
        let address = |name: &str| {
            format!(
                "`{name}` takes an address as it is written, without quotes: `aws_iam_role.this` or `module.m[\"key\"]`"
            )
        };
        let function =
            "`upper()`: functions are not called here: Terraform takes a value as it is written";
        let name = "`var` is not known here: Terraform takes a value as it is written";
        let whole = "`depends_on` takes whole objects, and no attributes: `aws_iam_role_policy.x`";
        let key = "a key of an object that is worked out stands in parentheses: `(local.x) = …`";
        let line = "a text between quotes ends on its line: write `\\n`, or a heredoc";
        for (text, message) in [
            ("variable \"w\" {\n  default = upper(\"x\")\n}\n", function),
            (
                "variable \"w\" {\n  type = \"string\"\n  default = \"\"\n}\n",
                "`type = \"string\"`: write it without quotes: `string`",
            ),
            (
                "resource \"terraform_data\" \"b\" {\n  lifecycle {\n    prevent_destroy = var.v\n  }\n}\n",
                name,
            ),
            (
                "resource \"terraform_data\" \"b\" {\n  depends_on = concat([terraform_data.a], [])\n}\n",
                on,
            ),
            (
                "output \"o\" {\n  value = 1\n  depends_on = [terraform_data.a.id]\n}\n",
                whole,
            ),
            (
                "moved {\n  from = \"terraform_data.z\"\n  to = terraform_data.a\n}\n",
                &address("from"),
            ),
            (
                "moved {\n  from = terraform_data.z[local.k]\n  to = terraform_data.a\n}\n",
                &address("from"),
            ),
            (
                "removed {\n  from = terraform_data.z[0]\n}\n",
                "`removed` takes no keys: it is about all instances",
            ),
            ("locals {\n  o = { local.k = 1 }\n}\n", key),
            ("locals {\n  o = \"a\nb\"\n}\n", line),
            ("locals {\n  o = \"a${local.k}\nb\"\n}\n", line),
        ] {
            assert_eq!(problems("main.tf", text), [message], "{text}");
        }
        assert_eq!(
            problems("terraform.tfvars", "v = upper(\"x\")\n"),
            [function]
        );
        assert_eq!(
            problems("terraform.tfvars", "v = path.module\n"),
            ["`path` is not known here: Terraform takes a value as it is written"]
        );
    }

    #[test]
    fn what_is_written_out_is_taken() {
        for text in [
            "variable \"w\" {\n  default = { a = [for x in [1] : x], \"b\" = -1 }\n}\n",
            "resource \"terraform_data\" \"b\" {\n  depends_on = [terraform_data.a, terraform_data.c[0], \"terraform_data.a\"]\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n",
            "moved {\n  from = module.z[\"k\"].terraform_data.z[0]\n  to = terraform_data.a\n}\n",
            "removed {\n  from = terraform_data.z\n}\n",
            "provider \"aws\" {\n  alias = \"a\"\n}\nmodule \"m\" {\n  source = \"./m\"\n  providers = { aws.b = aws.a }\n}\n",
            "locals {\n  l = [\"a\"]\n  i = 0\n  o = { local.l[local.i] = 1, jsondecode(\"{}\").a = 2 }\n}\n",
            "variable \"w\" {\n  default = [for path in [{ a = 1 }] : path.a]\n}\n",
            "locals {\n  o = { (local.k) = 1, \"${local.k}b\" = 2, \"c\" : 3 }\n  t = \"a\\nb${\n    local.k\n  }\"\n  h = <<-X\n    a\n    b${local.k}\n  X\n}\n",
        ] {
            assert_eq!(problems("main.tf", text), Vec::<String>::new(), "{text}");
        }
        let json = r#"{"variable": {"w": {"type": "string", "default": "a\nb"}}, "moved": {"from": "terraform_data.z", "to": "terraform_data.a"}}"#;
        assert_eq!(problems("main.tf.json", json), Vec::<String>::new());
    }

    #[test]
    fn values_of_the_command_line_call_no_functions() {
        let folder = tempfile::tempdir().unwrap();
        let text = "variable \"v\" {\n  type = list(string)\n}\n";
        std::fs::write(folder.path().join("main.tf"), text).unwrap();
        let mut reading = Reading::of(folder.path());
        let given = |text: &str| vec![Assignment::Variable("v".to_owned(), text.to_owned())];
        for text in [
            "[\"a\"]\n",
            " [\"a\"] ",
            "# said\n[\"a\"]",
            "[<<E\na\nE\n]\n",
        ] {
            reading.assignments = given(text);
            assert!(Configuration::read(&reading).is_ok(), "{text:?}");
        }
        reading.assignments = given("split(\",\", \"a\")");
        let problems = Configuration::read(&reading).unwrap_err();
        assert!(
            problems[0]
                .message
                .contains("`split()`: functions are not called here")
        );
    }
}
