//! What is wrong wherever it stands, used or not: names that nothing declares, and functions that there are not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Conditional, Expression, ForExpr, FuncCall, Traversal, TraversalOperator};
use hcl_edit::structure::{Block, Body};
use hcl_edit::template::ForDirective;
use hcl_edit::visit::{
    Visit, visit_block, visit_body, visit_expr, visit_for_directive, visit_for_expr,
    visit_func_call, visit_traversal,
};

use crate::block::{labels, place_of};
use crate::config::Configuration;
use crate::module::{Gone, Module};
use crate::{NodeKind, Problem, Source, functions};

/// Names that mean something in some blocks, whatever the module declares.
const OWN: &[&str] = &["count", "each", "path", "self", "terraform"];

impl Configuration {
    /// Names that are used and not declared, and functions that do not exist.
    pub(crate) fn check_names(&self, problems: &mut Vec<Problem>) {
        for (index, module) in self.modules.iter().enumerate().filter(|(_, m)| !m.given) {
            let mut names = Names::new();
            for node in self.nodes.iter().filter(|n| n.module == index) {
                let own = (node.kind, &*node.type_name, &*node.name);
                let repeated = ["count", "for_each"];
                let repeated = repeated.into_iter().find(|name| node.has(name));
                if names.insert(own, repeated).is_some() {
                    let message = format!("{} is declared twice", node.local_address());
                    problems.push(Problem::at(&node.place, message));
                }
            }
            for (source, check) in &module.checks {
                // What it reads itself has a name in it alone.
                let own = check.body.get_blocks("data").map(labels);
                let own: Vec<Vec<String>> = own.collect();
                let mut names = names.clone();
                names.extend(own.iter().filter_map(|l| match l.as_slice() {
                    [kind, name] => Some(((NodeKind::Data, &**kind, &**name), None)),
                    _ => None,
                }));
                let mut check_names = Check::new(module, &names, source);
                for inside in check.body.blocks() {
                    check_names.body(&inside.body);
                }
                problems.append(&mut check_names.problems);
            }
            for (source, import) in &module.imports {
                let mut check = Check::new(module, &names, source);
                check.each = import.body.has_attribute("for_each");
                // What is imported to is an address, and no value.
                let said =
                    ["id", "identity", "for_each"].map(|name| import.body.get_attribute(name));
                for attribute in said.into_iter().flatten() {
                    check.visit_expr(&attribute.value);
                }
                problems.append(&mut check.problems);
            }
            for (source, written) in self.expressions(index) {
                let has = |name: &str| match written {
                    Written::Arguments(body) => body.has_attribute(name),
                    Written::Expression(_) => false,
                };
                let mut check = Check::new(module, &names, source);
                check.counted = has("count");
                check.each = has("for_each");
                match written {
                    Written::Arguments(body) => check.body(body),
                    Written::Expression(expression) => check.visit_expr(expression),
                }
                problems.append(&mut check.problems);
            }
        }
    }

    /// The expressions of a module, wherever they stand: those of its locals, outputs, resources and calls.
    pub(crate) fn expressions(&self, index: usize) -> Vec<(&Arc<Source>, Written<'_>)> {
        let mut out = Vec::new();
        let Some(module) = self.modules.get(index) else {
            return out;
        };
        let locals = module.locals.values();
        out.extend(locals.map(|(source, value)| (source, Written::Expression(value))));
        for output in module.outputs.values() {
            let values = [Some(&output.value), output.depends_on.as_ref()];
            let values = values.into_iter().flatten().map(Written::Expression);
            let conditions = output.preconditions.iter();
            let all = values.chain(conditions.map(|block| Written::Arguments(&block.body)));
            out.extend(all.map(|written| (&output.source, written)));
        }
        let nodes = self.nodes.iter().filter(|n| n.module == index);
        out.extend(nodes.map(|n| (&n.place.source, Written::Arguments(&n.body))));
        let children = module.children.values();
        let calls = children.filter_map(|i| self.modules.get(*i)?.call.as_ref());
        out.extend(calls.map(|(_, c)| (&c.place.source, Written::Arguments(&c.body))));
        out
    }
}

/// Where expressions stand.
#[derive(Clone, Copy)]
pub(crate) enum Written<'c> {
    /// By itself.
    Expression(&'c Expression),
    /// In the arguments of a block.
    Arguments(&'c Body),
}

impl Configuration {
    /// What `moved` and `removed` blocks say is gone, and is declared still. Of instances with a key nothing is said: which
    /// there are is not known here.
    pub(crate) fn check_gone(&self, problems: &mut Vec<Problem>) {
        for (index, module) in self.modules.iter().enumerate() {
            for (nth, gone) in module.gone.iter().enumerate() {
                let from = &gone.from;
                let mut earlier = module.gone.iter().take(nth).filter(|other| other.moved);
                if gone.moved && gone.to == *from {
                    let message = format!("`moved`: {from} moves to itself: drop the block");
                    problems.push(Problem::at(&gone.place, message));
                    continue;
                }
                let same = |other: &&Gone| (other.from == *from) != (other.to == gone.to);
                if let Some(other) = earlier.find(same).filter(|_| gone.moved) {
                    let message = format!(
                        "`moved`: {from} moves to {}, and another block moves {} to {}: only one can be so",
                        gone.to, other.from, other.to
                    );
                    problems.push(Problem::at(&gone.place, message));
                    continue;
                }
                // To an instance with a key, the one without moves, and no more than that.
                let one = gone.to.contains('[');
                if from.contains('[') || !self.declares(index, from, one) {
                    continue;
                }
                let message = match gone.moved {
                    true => format!("`moved`: {from} is declared still: drop one or the other"),
                    false => format!("`removed`: {from} is declared still: drop one or the other"),
                };
                problems.push(Problem::at(&gone.place, message));
            }
        }
    }

    /// Whether a module declares what an address without keys names there; as the `one` that has no key, or as all.
    fn declares(&self, module: usize, address: &str, one: bool) -> bool {
        let is_meant =
            |body: &Body| !one || !(body.has_attribute("count") || body.has_attribute("for_each"));
        let rest = address.strip_prefix("module.");
        let (own, below) = match rest.map(|rest| rest.split_once('.').unwrap_or((rest, ""))) {
            Some((name, below)) => (Some(name), below),
            None => (None, address),
        };
        let Some(name) = own else {
            let mut nodes = self.nodes.iter().filter(|n| n.module == module);
            return nodes.any(|n| {
                n.kind == NodeKind::Resource && n.local_address() == below && is_meant(&n.body)
            });
        };
        let child = self.modules.get(module).and_then(|m| m.children.get(name));
        child.is_some_and(|child| match below {
            "" => {
                let call = self.modules.get(*child).and_then(|m| m.call.as_ref());
                call.is_some_and(|(_, call)| is_meant(&call.body))
            }
            below => {
                // Without a key, what is named is none of the instances of a module that is called for several.
                let call = self.modules.get(*child).and_then(|m| m.call.as_ref());
                let several = call.is_some_and(|(_, call)| {
                    call.body.has_attribute("count") || call.body.has_attribute("for_each")
                });
                !several && self.declares(*child, below, one)
            }
        })
    }
}

/// What a module declares, and by which argument there are several of it.
type Names<'c> = BTreeMap<(NodeKind, &'c str, &'c str), Option<&'static str>>;

struct Check<'c> {
    module: &'c Module,
    names: &'c Names<'c>,
    /// Whether the block is made `count` times, or for each of something.
    counted: bool,
    each: bool,
    source: &'c Arc<Source>,
    /// What `for` and dynamic blocks have named so far; they may shadow what is declared, so these are not looked at.
    bound: BTreeSet<String>,
    /// Whether functions are called for sure.
    calls: bool,
    /// Whether the attributes of several may be asked for at once.
    all: bool,
    problems: Vec<Problem>,
}

impl<'c> Check<'c> {
    fn new(module: &'c Module, names: &'c Names<'c>, source: &'c Arc<Source>) -> Self {
        Self {
            module,
            names,
            counted: false,
            each: false,
            source,
            bound: BTreeSet::new(),
            calls: true,
            all: false,
            problems: Vec::new(),
        }
    }

    /// A block's arguments, without those that Terraform reads in another way.
    fn body(&mut self, body: &Body) {
        for structure in body {
            match structure {
                hcl_edit::structure::Structure::Attribute(attribute)
                    if matches!(attribute.key.as_str(), "provider" | "providers") => {}
                hcl_edit::structure::Structure::Block(block)
                    if block.ident.as_str() == "lifecycle" =>
                {
                    for inner in block.body.blocks() {
                        self.visit_block(inner);
                    }
                    // What is ignored are arguments of its own.
                    if let Some(on) = block.body.get_attribute("replace_triggered_by") {
                        // Of what there are several, all may be meant.
                        self.all = true;
                        self.visit_expr(&on.value);
                        self.all = false;
                    }
                }
                hcl_edit::structure::Structure::Block(block)
                    if matches!(block.ident.as_str(), "provisioner" | "connection") => {}
                other => self.visit_structure(other),
            }
        }
    }

    /// What is said of one instance and names none, or of one of several where there is one.
    fn misses_key(&self, path: &[&str], node: &Traversal) -> Option<String> {
        let (own, names) = match path {
            ["data", kind, name, ..] => ((NodeKind::Data, *kind, *name), 2),
            ["ephemeral", kind, name, ..] => ((NodeKind::Ephemeral, *kind, *name), 2),
            ["resource", kind, name, ..] => ((NodeKind::Resource, *kind, *name), 2),
            [kind, name, ..] => ((NodeKind::Resource, *kind, *name), 1),
            _ => return None,
        };
        let repeated = *self.names.get(&own)?;
        let address = path.get(..=names)?.join(".");
        let next = node.operators.get(names)?.value();
        match (repeated, next) {
            (
                None,
                TraversalOperator::LegacyIndex(_)
                | TraversalOperator::Index(Expression::Number(_) | Expression::String(_)),
            ) => Some(format!(
                "{address} has neither `count` nor `for_each`: there is one, and no key behind its name"
            )),
            (Some(meta), TraversalOperator::GetAttr(attribute)) if !self.all => Some(format!(
                "{address} has `{meta}`: its `{}` is that of an instance, `{address}[{}].{}`",
                attribute.as_str(),
                if meta == "count" { "0" } else { "\"key\"" },
                attribute.as_str()
            )),
            _ => None,
        }
    }

    fn undeclared(&self, path: &[&str]) -> Option<String> {
        let module = self.module;
        Some(match path {
            ["count", ..] if !self.counted => {
                "`count` is only where the argument `count` is set".to_owned()
            }
            ["each", ..] if !self.each => {
                "`each` is only where the argument `for_each` is set".to_owned()
            }
            ["path", name, ..] if !["cwd", "module", "root"].contains(name) => {
                format!("there is no `path.{name}`: they are path.module, path.root and path.cwd")
            }
            ["terraform", name, ..] if !["applying", "workspace"].contains(name) => {
                format!("there is no `terraform.{name}`: it is terraform.workspace")
            }
            [own, ..] if OWN.contains(own) => return None,
            ["var", name, ..] if !module.variables.contains_key(*name) => {
                format!("the variable `{name}` is not declared")
            }
            ["local", name, ..] if !module.locals.contains_key(*name) => {
                format!("the local value `{name}` is not declared")
            }
            ["module", name, ..] if !module.children.contains_key(*name) => {
                format!("the module `{name}` is not declared")
            }
            ["var" | "local" | "module", ..] => return None,
            ["data", kind, name, ..]
                if !self.names.contains_key(&(NodeKind::Data, *kind, *name)) =>
            {
                format!("the data source `data.{kind}.{name}` is not declared")
            }
            ["ephemeral", kind, name, ..]
                if !self
                    .names
                    .contains_key(&(NodeKind::Ephemeral, *kind, *name)) =>
            {
                format!("the ephemeral resource `ephemeral.{kind}.{name}` is not declared")
            }
            ["data" | "ephemeral", ..] => return None,
            ["resource", kind, name, ..] => return self.undeclared(&[kind, name]),
            [kind, name, ..] if !self.names.contains_key(&(NodeKind::Resource, *kind, *name)) => {
                format!("the resource `{kind}.{name}` is not declared")
            }
            _ => return None,
        })
    }
}

impl Visit for Check<'_> {
    /// A name that stands alone is one that `for` or a dynamic block has given, and nothing else.
    fn visit_expr(&mut self, node: &Expression) {
        match node {
            Expression::Variable(name) if !self.bound.contains(name.as_str()) => {
                let place = place_of(self.source, name.span());
                let name = name.as_str();
                let message = match name {
                    "count" | "data" | "each" | "local" | "module" | "path" | "self"
                    | "terraform" | "var" => {
                        format!("`{name}` is no value by itself: what is meant is behind a dot")
                    }
                    _ => format!(
                        "`{name}` names nothing: a variable is var.{name}, a local value local.{name}; of a resource its name is behind its type"
                    ),
                };
                self.problems.push(Problem::at(&place, message));
            }
            _ => visit_expr(self, node),
        }
    }

    fn visit_body(&mut self, node: &Body) {
        visit_body(self, node);
    }

    fn visit_block(&mut self, node: &Block) {
        if node.ident.as_str() == "dynamic" {
            let iterator = node.body.get_attribute("iterator").map(|a| &a.value);
            let name = match iterator {
                Some(Expression::Variable(name)) => Some(name.as_str().to_owned()),
                _ => labels(node).first().cloned(),
            };
            self.bound.extend(name);
        }
        visit_block(self, node);
    }

    fn visit_for_expr(&mut self, node: &ForExpr) {
        let names = node.intro.key_var.iter().chain([&node.intro.value_var]);
        self.bound
            .extend(names.map(|name| name.as_str().to_owned()));
        visit_for_expr(self, node);
    }

    fn visit_for_directive(&mut self, node: &ForDirective) {
        let names = node
            .for_expr
            .key_var
            .iter()
            .chain([&node.for_expr.value_var]);
        self.bound
            .extend(names.map(|name| name.as_str().to_owned()));
        visit_for_directive(self, node);
    }

    fn visit_traversal(&mut self, node: &Traversal) {
        if let Expression::Variable(root) = &node.expr {
            let mut path = vec![root.as_str()];
            let mut indexed = false;
            for operator in &node.operators {
                match operator.value() {
                    TraversalOperator::GetAttr(name) => path.push(name.as_str()),
                    TraversalOperator::Index(_) | TraversalOperator::LegacyIndex(_)
                        if path.len() == 2 && path.first() == Some(&"module") && !indexed =>
                    {
                        indexed = true;
                    }
                    _ => break,
                }
            }
            let named = self.bound.contains(root.as_str());
            let message = self.undeclared(&path);
            let message = message.or_else(|| self.misses_key(&path, node));
            if let Some(message) = message.filter(|_| !named) {
                let place = place_of(self.source, node.span().or_else(|| root.span()));
                self.problems.push(Problem::at(&place, message));
            }
            // Its root is no name that stands alone.
            for operator in &node.operators {
                self.visit_traversal_operator(operator);
            }
            return;
        }
        visit_traversal(self, node);
    }

    /// What may fail, or is not taken, may call what is not there: that is found when it is evaluated.
    fn visit_conditional(&mut self, node: &Conditional) {
        self.visit_expr(&node.cond_expr);
        let calls = std::mem::replace(&mut self.calls, false);
        self.visit_expr(&node.true_expr);
        self.visit_expr(&node.false_expr);
        self.calls = calls;
    }

    fn visit_func_call(&mut self, node: &FuncCall) {
        let name = node.name.name.as_str();
        if self.calls && node.name.namespace.is_empty() && !functions::exists(name) {
            let place = place_of(self.source, node.span().or_else(|| node.name.name.span()));
            let message = format!("there is no function `{name}`");
            self.problems.push(Problem::at(&place, message));
        }
        let may_fail = matches!(name, "try" | "can");
        let calls = self.calls;
        self.calls &= !may_fail;
        visit_func_call(self, node);
        self.calls = calls;
    }
}

#[cfg(test)]
mod tests {
    use crate::{Configuration, Reading};

    fn problems(text: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("main.tf"), text).unwrap();
        std::fs::create_dir(folder.path().join("m")).unwrap();
        std::fs::write(
            folder.path().join("m/m.tf"),
            "output \"o\" {\n  value = 1\n}\n",
        )
        .unwrap();
        let reading = Reading::of(folder.path());
        match Configuration::read(&reading) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.into_iter().map(|p| p.message).collect(),
        }
    }

    #[test]
    fn what_nothing_declares_is_said_wherever_it_stands() {
        for (text, message) in [
            (
                "locals {\n  a = var.x\n}\n",
                "the variable `x` is not declared",
            ),
            (
                "output \"o\" {\n  value = each.key\n}\n",
                "`each` is only where the argument `for_each` is set",
            ),
            (
                "resource \"aws_sns_topic\" \"t\" {\n  for_each = {}\n  name     = count.index\n}\n",
                "`count` is only where the argument `count` is set",
            ),
            (
                "locals {\n  a = try(foo, 1)\n}\n",
                "`foo` names nothing: a variable is var.foo, a local value local.foo; of a resource its name is behind its type",
            ),
            (
                "output \"o\" {\n  value = true ? \"a\" : \"${foo}\"\n}\n",
                "`foo` names nothing: a variable is var.foo, a local value local.foo; of a resource its name is behind its type",
            ),
            (
                "locals {\n  a = [for x in [1] : each]\n}\n",
                "`each` is no value by itself: what is meant is behind a dot",
            ),
            (
                "locals {\n  a = path.modul\n}\n",
                "there is no `path.modul`: they are path.module, path.root and path.cwd",
            ),
            (
                "locals {\n  a = terraform.env\n}\n",
                "there is no `terraform.env`: it is terraform.workspace",
            ),
            (
                "locals {\n  a = try(local.x, 1)\n}\n",
                "the local value `x` is not declared",
            ),
            (
                "output \"o\" {\n  value = \"${aws_kms_key.k.arn}\"\n}\n",
                "the resource `aws_kms_key.k` is not declared",
            ),
            (
                "output \"o\" {\n  value = 1\n  depends_on = [aws_kms_key.k]\n}\n",
                "the resource `aws_kms_key.k` is not declared",
            ),
            (
                "output \"o\" {\n  value = 1\n  precondition {\n    condition = var.x\n    error_message = \"a\"\n  }\n}\n",
                "the variable `x` is not declared",
            ),
            (
                "locals {\n  a = [data.aws_region.r.name]\n}\n",
                "the data source `data.aws_region.r` is not declared",
            ),
            (
                "resource \"aws_sns_topic\" \"t\" {\n  lifecycle {\n    replace_triggered_by = [aws_kms_key.k]\n  }\n}\n",
                "the resource `aws_kms_key.k` is not declared",
            ),
            (
                "check \"c\" {\n  data \"aws_region\" \"r\" {\n  }\n  assert {\n    condition = data.aws_region.r.name == local.x\n    error_message = \"a\"\n  }\n}\n",
                "the local value `x` is not declared",
            ),
            (
                "variable \"v\" {\n  default = 1\n  validation {\n    condition = 1 > 0\n    error_message = \"a\"\n  }\n}\n",
                "the `condition` of a `validation` of `v` must ask for `var.v`",
            ),
            (
                "resource \"aws_sns_topic\" \"t\" {\n}\noutput \"o\" {\n  value = aws_sns_topic.t[0].arn\n}\n",
                "aws_sns_topic.t has neither `count` nor `for_each`: there is one, and no key behind its name",
            ),
            (
                "resource \"aws_sns_topic\" \"t\" {\n  count = 1\n}\nlocals {\n  a = try(aws_sns_topic.t.arn, 1)\n}\n",
                "aws_sns_topic.t has `count`: its `arn` is that of an instance, `aws_sns_topic.t[0].arn`",
            ),
            (
                "data \"aws_region\" \"r\" {\n  for_each = {}\n}\nlocals {\n  a = data.aws_region.r.name\n}\n",
                "data.aws_region.r has `for_each`: its `name` is that of an instance, `data.aws_region.r[\"key\"].name`",
            ),
            (
                "locals {\n  a = nope(1)\n}\n",
                "there is no function `nope`",
            ),
        ] {
            assert_eq!(problems(text), [message], "{text}");
        }
    }

    #[test]
    fn what_is_declared_twice_is_said() {
        for (text, message) in [
            (
                "variable \"v\" {\n  default = 1\n}\nvariable \"v\" {\n  default = 2\n}\n",
                "var.v is declared twice",
            ),
            (
                "locals {\n  a = 1\n}\nlocals {\n  a = 2\n}\n",
                "local.a is declared twice",
            ),
            (
                "resource \"aws_iam_user\" \"u\" {}\nresource \"aws_iam_user\" \"u\" {}\n",
                "aws_iam_user.u is declared twice",
            ),
            (
                "output \"o\" {\n  value = 1\n}\noutput \"o\" {\n  value = 2\n}\n",
                "output.o is declared twice",
            ),
            (
                "provider \"aws\" {\n  alias = \"r\"\n}\nprovider \"aws\" {}\nprovider \"aws\" {\n  alias = \"r\"\n}\n",
                "provider.aws.r is declared twice",
            ),
            (
                "terraform {\n  required_providers {\n  }\n}\nterraform {\n  required_providers {\n  }\n}\n",
                "terraform.required_providers is declared twice",
            ),
        ] {
            assert_eq!(problems(text), [message], "{text}");
        }
    }

    #[test]
    fn a_module_does_not_wait_for_itself() {
        let text = "module \"m\" {\n  source     = \"./m\"\n  depends_on = [module.m]\n}\n";
        let said = "`depends_on`: module.m cannot wait for itself";
        assert_eq!(problems(text), [said]);
    }

    #[test]
    fn what_is_gone_and_declared_still_is_said() {
        let user = "resource \"aws_iam_user\" \"u\" {}\n";
        let module = "module \"m\" {\n  source = \"./m\"\n}\n";
        for (text, message) in [
            (
                format!("{user}removed {{\n  from = aws_iam_user.u\n}}\n"),
                "`removed`: aws_iam_user.u is declared still: drop one or the other",
            ),
            (
                format!("{user}moved {{\n  from = aws_iam_user.u\n  to   = aws_iam_user.u\n}}\n"),
                "`moved`: aws_iam_user.u moves to itself: drop the block",
            ),
            (
                format!("{user}moved {{\n  from = aws_iam_user.a\n  to = aws_iam_user.u\n}}\nmoved {{\n  from = aws_iam_user.b\n  to = aws_iam_user.u\n}}\n"),
                "`moved`: aws_iam_user.b moves to aws_iam_user.u, and another block moves aws_iam_user.a to aws_iam_user.u: only one can be so",
            ),
            (
                format!("{module}removed {{\n  from = module.m\n}}\n"),
                "`removed`: module.m is declared still: drop one or the other",
            ),
            (
                format!("{user}moved {{\n  from = aws_iam_user.u\n  to = aws_iam_user.v\n}}\n"),
                "`moved`: aws_iam_user.u is declared still: drop one or the other",
            ),
            (
                format!("{user}moved {{\n  from = aws_iam_user.v\n  to = aws_iam_user.u\n}}\n"),
                "",
            ),
            (
                format!(
                    "{user}moved {{\n  from = aws_iam_user.u\n  to = aws_iam_user.u[0]\n}}\n"
                ),
                "`moved`: aws_iam_user.u is declared still: drop one or the other",
            ),
            (
                "resource \"aws_iam_user\" \"u\" {\n  count = 1\n}\nmoved {\n  from = aws_iam_user.u\n  to = aws_iam_user.u[0]\n}\n".to_owned(),
                "",
            ),
            (
                format!("{module}removed {{\n  from = module.m.aws_iam_user.u\n}}\n"),
                "",
            ),
            (
                "module \"m\" {\n  source = \"./m\"\n  count  = 1\n}\nmoved {\n  from = module.m.aws_iam_user.u\n  to = module.m[0].aws_iam_user.u\n}\n".to_owned(),
                "",
            ),
        ] {
            let said = problems(&text);
            assert_eq!(said.first().map_or("", |m| m), message, "{text}");
        }
    }

    #[test]
    fn what_is_declared_or_bound_is_not() {
        let text = r#"
variable "x" {
  default = 1
}
module "m" {
  source   = "./m"
  for_each = { a = 1 }
}
resource "aws_iam_role" "r" {
  count = 1
  name  = "${count.index}-${path.module}-${terraform.workspace}"
  dynamic "inline_policy" {
    for_each = [for s in ["a"] : { n = s.length, k = count.index }]
    content {
      name = inline_policy.value.n
    }
  }
  dynamic "inline_policy" {
    for_each = {}
    iterator = it
    content {
      name = it.key
    }
  }
  provider   = aws.other
  depends_on = [module.m]
  lifecycle {
    ignore_changes = [tags.a]
  }
}
locals {
  a = [module.m["a"].o, module.m, aws_iam_role.r[0].arn, resource.aws_iam_role.r, var.x]
  b = "%{ for k, v in { a = { b = 1 } } }${v.b}%{ endfor }"
  c = [for data in [{ x = { y = 1 } }] : data.x.y]
  d = [for module in [{ a = 1 }] : module.a]
  e = resource.aws_iam_role.r[0].arn
  f = try(module.m["a"].not_there, 1)
}
"#;
        assert_eq!(problems(text), Vec::<String>::new());
    }
}
