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
use crate::references::of_expression;
use crate::syntax::{is_fixed, is_static, key_name};
use crate::{Problem, Source};

/// What a block of a file says where Terraform takes no expressions. How texts stand in JSON is JSON's matter.
pub(crate) fn check(source: &Arc<Source>, block: &Block, problems: &mut Vec<Problem>) {
    let mut check = Check {
        source,
        problems: Vec::new(),
    };
    let of = |name: &str| block.body.get_attribute(name);
    if !source.is_json() {
        check.visit_block(block);
    }
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
        "terraform" => {
            let kept = ["backend", "cloud"].map(|name| block.body.get_blocks(name));
            for kept in kept.into_iter().flatten() {
                let blocks = kept.body.blocks().flat_map(|inner| inner.body.attributes());
                let inside = kept.body.attributes().chain(blocks);
                inside.for_each(|attribute| check.literal(&attribute.value));
            }
            of("required_version")
                .into_iter()
                .for_each(|version| check.version(version));
            let requires = block.body.get_blocks("required_providers");
            let all = requires.flat_map(|requires| requires.body.attributes());
            all.for_each(|requirement| check.requirement(requirement));
        }
        "output" | "resource" | "data" | "ephemeral" | "module" => {
            of("depends_on")
                .into_iter()
                .for_each(|on| check.depends_on(on));
            for lifecycle in block.body.get_blocks("lifecycle") {
                let said = |name: &str| lifecycle.body.get_attribute(name);
                let constant = ["prevent_destroy", "create_before_destroy"].map(said);
                for attribute in constant.into_iter().flatten() {
                    check.constant(&attribute.value);
                }
                said("ignore_changes")
                    .into_iter()
                    .for_each(|ignored| check.ignored(ignored));
                said("replace_triggered_by")
                    .into_iter()
                    .for_each(|by| check.replaced(by));
            }
        }
        _ => {}
    }
    problems.append(&mut check.problems);
}

/// What there is of an expression that is taken where nothing has a value, as in a file of variables: no functions, and no names.
pub(crate) fn constant(source: &Arc<Source>, value: &Expression) -> Option<Problem> {
    Constant::of(source, false, value)
}

struct Constant<'c> {
    source: &'c Arc<Source>,
    /// What a `for` has named.
    bound: BTreeSet<String>,
    /// Whether nothing that is declared may be named: else it is refused when it is asked for.
    nothing: bool,
    problem: Option<Problem>,
}

impl<'c> Constant<'c> {
    fn of(source: &'c Arc<Source>, nothing: bool, value: &Expression) -> Option<Problem> {
        let mut constant = Constant {
            source,
            bound: BTreeSet::new(),
            nothing,
            problem: None,
        };
        constant.visit_expr(value);
        constant.problem
    }
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
            && (self.nothing || matches!(root.as_str(), "path" | "terraform" | "var" | "local"))
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
        self.problems.push(Problem::at(&place, message.into()));
    }

    fn constant(&mut self, value: &Expression) {
        self.problems.extend(constant(self.source, value));
    }

    /// What is read before anything that is declared is known.
    fn literal(&mut self, value: &Expression) {
        self.problems.extend(Constant::of(self.source, true, value));
    }

    /// Which versions of Terraform are taken: constraints between commas.
    /// What a block `required_providers` says of one provider.
    fn requirement(&mut self, attribute: &Attribute) {
        const KNOWN: [&str; 3] = ["configuration_aliases", "source", "version"];
        let name = attribute.key.as_str();
        // As of old, the version alone.
        let Expression::Object(object) = &attribute.value else {
            return self.constraint(&attribute.value, name);
        };
        for (key, value) in object {
            match key_name(key) {
                Some("version") => self.constraint(value.expr(), name),
                Some(known) if KNOWN.contains(&known) => {}
                other => {
                    let message = format!(
                        "`required_providers`: `{}` of {name} is none of source, version and configuration_aliases",
                        other.unwrap_or_default()
                    );
                    self.say(attribute.span(), message);
                }
            }
        }
    }

    fn version(&mut self, attribute: &Attribute) {
        self.literal(&attribute.value);
        self.constraint(&attribute.value, "required_version");
    }

    /// Constraints of versions, where they are a text; `of` what they are.
    fn constraint(&mut self, value: &Expression, of: &str) {
        let is_constraint = |text: &str| {
            let text = text.trim();
            let version = ["~>", ">=", "<=", "!=", ">", "<", "="]
                .into_iter()
                .find_map(|operator| text.strip_prefix(operator))
                .unwrap_or(text)
                .trim_start();
            // Of itself Terraform takes no versions before a release; builds may be of anything.
            let numbers = version.split('+').next().unwrap_or_default();
            let numbers = match of {
                "required_version" => numbers,
                _ => numbers.split('-').next().unwrap_or_default(),
            };
            let number = |n: &str| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit());
            let numbers = numbers.trim_end();
            numbers
                .strip_prefix('v')
                .unwrap_or(numbers)
                .split('.')
                .all(number)
        };
        let Some(text) = value.as_str() else {
            return;
        };
        if !text.split(',').all(is_constraint) {
            let message =
                format!("`{of}`: \"{text}\" says no versions: write `>= 1.5, < 2.0` or the like");
            self.say(value.span(), message);
        }
    }

    /// What is not changed: arguments of its own, or all.
    fn ignored(&mut self, attribute: &Attribute) {
        let message = "`ignore_changes` takes names of arguments that are written out, or all: `[tags]`, or `all`";
        let all =
            |e: &Expression| matches!(e, Expression::Variable(name) if name.as_str() == "all");
        let is_path = |text: &str| {
            let part = |c: char| c.is_ascii_alphanumeric() || "_-.[]\"".contains(c);
            !text.is_empty() && text != "all" && text.chars().all(part)
        };
        match &attribute.value {
            Expression::Array(names) => {
                for name in names {
                    match name {
                        name if all(name) => {
                            let message = "`ignore_changes = all` is written without brackets";
                            self.say(name.span(), message);
                        }
                        Expression::Variable(_) => {}
                        Expression::String(text) if is_path(text.as_str()) => {}
                        Expression::Traversal(path) if is_static(path) => {}
                        other => self.say(other.span(), message),
                    }
                }
            }
            one if all(one) => {}
            other => self.say(other.span(), message),
        }
    }

    /// What replaces it: resources, instances of them by a key that is written out or its own, and their attributes.
    fn replaced(&mut self, attribute: &Attribute) {
        const NO_RESOURCE: &[&str] = &[
            "count",
            "data",
            "each",
            "ephemeral",
            "local",
            "module",
            "path",
            "self",
            "terraform",
            "var",
        ];
        let message = "`replace_triggered_by` takes resources, their instances and attributes, and nothing that is worked out: `[aws_iam_role.x.arn]`";
        let Expression::Array(all) = &attribute.value else {
            self.say(attribute.value.span(), message);
            return;
        };
        let key = |o: &TraversalOperator| match o {
            TraversalOperator::Index(Expression::Traversal(path)) => {
                let root = match &path.expr {
                    Expression::Variable(root) => root.as_str(),
                    _ => "",
                };
                let name = match path.operators.as_slice() {
                    [one] => match one.value() {
                        TraversalOperator::GetAttr(name) => name.as_str(),
                        _ => "",
                    },
                    _ => "",
                };
                matches!((root, name), ("each", "key") | ("count", "index"))
            }
            other => is_fixed(other),
        };
        for one in all {
            let taken = match one {
                Expression::Traversal(path) => {
                    let resource = match &path.expr {
                        Expression::Variable(root) => !NO_RESOURCE.contains(&root.as_str()),
                        _ => false,
                    };
                    resource && path.operators.iter().all(|o| key(o.value()))
                }
                _ => false,
            };
            if !taken {
                self.say(one.span(), message);
            }
        }
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
        let kind = node.ident.as_str();
        let condition = node.body.get_attribute("condition").filter(|_| {
            matches!(kind, "precondition" | "postcondition" | "assert")
                && node.body.has_attribute("error_message")
        });
        if let Some(condition) = condition
            && of_expression(&condition.value).is_empty()
        {
            let message = format!(
                "the `condition` of `{kind}` asks for nothing: it would say the same of any configuration"
            );
            self.say(condition.value.span(), message);
        }
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
        let ignored = "`ignore_changes` takes names of arguments that are written out, or all: `[tags]`, or `all`";
        let by = "`replace_triggered_by` takes resources, their instances and attributes, and nothing that is worked out: `[aws_iam_role.x.arn]`";
        let replaced = |by: &str| {
            format!(
                "resource \"terraform_data\" \"b\" {{\n  for_each = {{}}\n  lifecycle {{\n    replace_triggered_by = [{by}]\n  }}\n}}\n"
            )
        };
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
                "terraform {\n  backend \"s3\" {\n    bucket = \"b-${var.v}\"\n  }\n}\n",
                name,
            ),
            (
                "terraform {\n  backend \"s3\" {\n    bucket = upper(\"x\")\n  }\n}\n",
                function,
            ),
            ("terraform {\n  required_version = var.v\n}\n", name),
            (
                "terraform {\n  required_providers {\n    aws = {\n      source  = \"hashicorp/aws\"\n      version = \"latest\"\n    }\n  }\n}\n",
                "`aws`: \"latest\" says no versions: write `>= 1.5, < 2.0` or the like",
            ),
            (
                "terraform {\n  required_providers {\n    aws = {\n      foo = 1\n    }\n  }\n}\n",
                "`required_providers`: `foo` of aws is none of source, version and configuration_aliases",
            ),
            (
                "terraform {\n  required_version = \"foo 1\"\n}\n",
                "`required_version`: \"foo 1\" says no versions: write `>= 1.5, < 2.0` or the like",
            ),
            (
                "resource \"terraform_data\" \"b\" {\n  lifecycle {\n    ignore_changes = \"all\"\n  }\n}\n",
                ignored,
            ),
            (
                "resource \"terraform_data\" \"b\" {\n  lifecycle {\n    ignore_changes = concat([input], [])\n  }\n}\n",
                ignored,
            ),
            (
                "resource \"terraform_data\" \"b\" {\n  lifecycle {\n    ignore_changes = [all]\n  }\n}\n",
                "`ignore_changes = all` is written without brackets",
            ),
            (
                "output \"o\" {\n  value = 1\n  precondition {\n    condition = length([for x in [1] : x]) == 1\n    error_message = \"m\"\n  }\n}\n",
                "the `condition` of `precondition` asks for nothing: it would say the same of any configuration",
            ),
            (
                "check \"c\" {\n  assert {\n    condition = 1 == 1\n    error_message = \"m\"\n  }\n}\n",
                "the `condition` of `assert` asks for nothing: it would say the same of any configuration",
            ),
            (
                "terraform {\n  cloud {\n    workspaces {\n      name = var.v\n    }\n  }\n}\n",
                name,
            ),
            (
                "terraform {\n  required_version = \">= 1.0.0-beta\"\n}\n",
                "`required_version`: \">= 1.0.0-beta\" says no versions: write `>= 1.5, < 2.0` or the like",
            ),
            (
                "resource \"terraform_data\" \"b\" {\n  lifecycle {\n    ignore_changes = [\"*\"]\n  }\n}\n",
                ignored,
            ),
            (&replaced("each.value"), by),
            (&replaced("var.v"), by),
            (&replaced("local.k"), by),
            (&replaced("terraform_data.c[var.v]"), by),
            (&replaced("terraform_data.c[*].id"), by),
            (&replaced("\"terraform_data.a\""), by),
            (&replaced("\"${terraform_data.a}\""), by),
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
            "resource \"terraform_data\" \"b\" {\n  count = 1\n  lifecycle {\n    ignore_changes = [input, \"input.a\", input[\"a\"]]\n    replace_triggered_by = [terraform_data.a, terraform_data.c[count.index].id, resource.terraform_data.c[0]]\n  }\n}\nresource \"terraform_data\" \"d\" {\n  for_each = {}\n  lifecycle {\n    ignore_changes = all\n    replace_triggered_by = [terraform_data.c[each.key].output[\"a\"]]\n  }\n}\n",
            "terraform {\n  required_version = \">= 1.0, < 2.0.0,!=1.4, ~> v1.2\"\n  backend \"s3\" {\n    bucket = \"b\"\n    assume_role = {\n      role_arn = \"r\"\n    }\n  }\n}\n",
            "check \"c\" {\n  assert {\n    condition = path.module != \"\" && terraform.workspace != \"x\"\n    error_message = \"m\"\n  }\n}\n",
            "moved {\n  from = module.z[\"k\"].terraform_data.z[0]\n  to = terraform_data.a\n}\n",
            "removed {\n  from = terraform_data.z\n}\n",
            "provider \"aws\" {\n  alias = \"a\"\n}\nmodule \"m\" {\n  source = \"./m\"\n  providers = { aws.b = aws.a }\n}\n",
            "locals {\n  l = [\"a\"]\n  i = 0\n  o = { local.l[local.i] = 1, jsondecode(\"{}\").a = 2 }\n}\n",
            "variable \"w\" {\n  default = [for path in [{ a = 1 }] : path.a]\n}\n",
            "locals {\n  o = { (local.k) = 1, \"${local.k}b\" = 2, \"c\" : 3 }\n  t = \"a\\nb${\n    local.k\n  }\"\n  h = <<-X\n    a\n    b${local.k}\n  X\n}\n",
        ] {
            assert_eq!(problems("main.tf", text), Vec::<String>::new(), "{text}");
        }
        let json = r#"{"terraform": {"backend": {"s3": {"bucket": "${var.v}"}}}, "resource": {"terraform_data": {"b": {"depends_on": "terraform_data.a", "lifecycle": {"ignore_changes": ["all"]}}}}}"#;
        assert_eq!(
            problems("main.tf.json", json),
            [
                "`var` is not known here: Terraform takes a value as it is written",
                "`depends_on` takes a list that is written out: `[aws_iam_role_policy.x]`",
                "`ignore_changes = all` is written without brackets"
            ]
        );
        let json = r#"{"resource": {"terraform_data": {"b": {"depends_on": ["terraform_data.a"], "lifecycle": {"ignore_changes": "all", "prevent_destroy": false, "replace_triggered_by": ["terraform_data.c[0].id"]}}}}}"#;
        assert_eq!(problems("main.tf.json", json), Vec::<String>::new());
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
