//! What Terraform refuses to show, because it is sensitive.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;

use crate::block::place_of;
use crate::mark::Marks;
use crate::marks::Walk;
use crate::state::State;
use crate::{Node, Problem, Source};

/// Which attributes of a resource or data source its provider calls secrets.
pub type Secrets = fn(&Node) -> Vec<String>;

impl State<'_> {
    /// What Terraform refuses to show: outputs of directories that hold something sensitive and do not say so, and `for_each` of
    /// something sensitive, whose keys would be in every address. Where it is not certain, nothing is said.
    #[must_use]
    pub fn shown_secrets(&self) -> Vec<(String, Problem)> {
        let mut problems = Vec::new();
        let known = RefCell::default();
        for (index, module) in self.config.modules.iter().enumerate() {
            for instance in self.instances(index).unwrap_or_default() {
                let scope = self.scope(instance);
                let walk = |source: &Arc<Source>, expression: &Expression| {
                    let mut walk = Walk::new(&scope, source, &known);
                    walk.sure = true;
                    walk.of(expression)
                };
                let root = module.call.is_none();
                let outputs = module.outputs.iter().filter(|(_, o)| root && !o.sensitive);
                for (name, output) in outputs {
                    if walk(&output.source, &output.value).any() {
                        let place = place_of(&output.source, output.value.span());
                        let message = "its value is sensitive, and an output shows it: say `sensitive = true`, or take the secret out of it";
                        problems.push((format!("output.{name}"), Problem::at(&place, message)));
                    }
                }
                let nodes = self.config.nodes.iter().filter(|n| n.module == index);
                let nodes = nodes.map(|n| (n.local_address(), &n.place.source, &n.body));
                let children = module.children.values();
                let calls = children.filter_map(|i| self.config.modules.get(*i)?.call.as_ref());
                let calls =
                    calls.map(|(_, c)| (format!("module.{}", c.name), &c.place.source, &c.body));
                for (address, source, body) in nodes.chain(calls) {
                    let Some(each) = body.get_attribute("for_each") else {
                        continue;
                    };
                    if walk(source, &each.value) == Marks::All {
                        let place = place_of(source, each.span());
                        let message = "its `for_each` is sensitive, and the keys would stand in addresses: take the secret out of it, or say nonsensitive()";
                        problems.push((address, Problem::at(&place, message)));
                    }
                }
            }
        }
        // What stands in a module stands in all of its instances.
        let mut said = BTreeSet::new();
        problems.retain(|(_, problem)| said.insert(problem.to_string()));
        problems
    }
}

#[cfg(test)]
mod tests {
    use crate::{Configuration, Node, Reading, State};

    /// What `terraform plan` (1.11.4, hashicorp/aws 5.100) refuses to show, and what it shows.
    #[test]
    fn secrets_that_would_be_shown() {
        let text = r#"
variable "secret" {
  sensitive = true
  default   = "s"
}
variable "open" {
  default = "o"
}
module "m" {
  source = "./m"
  name   = var.secret
}
module "n" {
  source   = "./m"
  for_each = { a = var.open }
  name     = each.value
}
module "o" {
  source = "./m"
  count  = 2
  name   = var.secret
}
resource "aws_iam_access_key" "k" {
  user = "u"
}
resource "aws_iam_user" "u" {
  name = var.secret
}
locals {
  mixed = { a = var.secret, b = var.open }
}
output "refused_1" {
  value = "x-${var.secret}"
}
output "refused_2" {
  value = module.m.name
}
output "refused_3" {
  value = module.m.hidden
}
output "refused_4" {
  value = aws_iam_access_key.k.secret
}
output "refused_5" {
  value = aws_iam_access_key.k
}
output "refused_6" {
  value = aws_iam_user.u.name
}
output "refused_7" {
  value = local.mixed
}
output "refused_8" {
  value = jsonencode(local.mixed)
}
output "refused_9" {
  value = [for k, v in local.mixed : v]
}
output "refused_whole" {
  value = module.m
}
output "refused_whole_list" {
  value = [module.o[0]]
}
output "refused_whole_splat" {
  value = module.o[*].name
}
output "taken_whole" {
  value = module.n["a"]
}
output "taken_8" {
  value = [for k, v in local.mixed : v if k == "b"]
}
output "taken_9" {
  value = { for k, v in local.mixed : k => v if k != "a" }
}
output "taken_7" {
  value = module.n["a"].hidden
}
output "taken_1" {
  value     = var.secret
  sensitive = true
}
output "taken_2" {
  value = module.n["a"].name
}
output "taken_3" {
  value = aws_iam_access_key.k.id
}
output "taken_4" {
  value = local.mixed.b
}
output "taken_5" {
  value = nonsensitive(var.secret)
}
output "taken_6" {
  value = keys(local.mixed)
}
resource "aws_sqs_queue" "refused" {
  for_each = toset([var.secret])
}
resource "aws_sqs_queue" "taken" {
  for_each = local.mixed
}
resource "aws_sqs_queue" "taken_2" {
  for_each = { for k, v in local.mixed : k => v }
}
resource "aws_sqs_queue" "taken_3" {
  for_each = toset([for k, v in local.mixed : k])
}
resource "aws_sqs_queue" "taken_4" {
  for_each = { for e in [{ n = "a", v = var.secret }] : e.n => e.v }
}
"#;
        let module = r#"
variable "name" {
}
output "name" {
  value = var.name
}
output "hidden" {
  value     = var.name
  sensitive = true
}
"#;
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("m")).unwrap();
        std::fs::write(folder.path().join("main.tf"), text).unwrap();
        std::fs::write(folder.path().join("m/main.tf"), module).unwrap();
        let config = Configuration::read(&Reading::of(folder.path())).unwrap();
        let mut state = State::new(&config);
        state.hide(|node: &Node| match &*node.type_name {
            "aws_iam_access_key" => vec!["secret".to_owned()],
            _ => Vec::new(),
        });
        let refused = state.shown_secrets().into_iter();
        let mut refused: Vec<String> = refused.map(|(address, _)| address).collect();
        refused.sort();
        let outputs = (1..=9).map(|i| format!("output.refused_{i}"));
        let mut wanted = vec!["aws_sqs_queue.refused".to_owned()];
        wanted.extend(outputs);
        let whole = ["whole", "whole_list", "whole_splat"].into_iter();
        wanted.extend(whole.map(|name| format!("output.refused_{name}")));
        assert_eq!(refused, wanted);
    }

    /// Resources that name each other twice, and modules.
    #[test]
    fn what_is_named_twice_is_followed_once() {
        let step = |i: usize| {
            let before = format!("aws_iam_user.u{i}.path");
            format!(
                "resource \"aws_iam_user\" \"u{}\" {{\n  path = {before} == \"x\" ? \"/a/\" : {before}\n}}\n",
                i + 1
            )
        };
        let steps: String = (0..50).map(step).collect();
        let text = format!(
            "resource \"aws_iam_user\" \"u0\" {{\n  path = \"/\"\n}}\n{steps}output \"o\" {{\n  value = aws_iam_user.u50.path\n}}\n"
        );
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("main.tf"), text).unwrap();
        let config = Configuration::read(&Reading::of(folder.path())).unwrap();
        assert!(State::new(&config).shown_secrets().is_empty());
    }
}
