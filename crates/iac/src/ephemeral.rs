//! Where Terraform takes nothing ephemeral: in what goes to a state or a plan.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::Body;

use crate::block::place_of;
use crate::config::Configuration;
use crate::mark::{Kind, Marks};
use crate::marks::Walk;
use crate::scope::Scope;
use crate::state::State;
use crate::value::Value;
use crate::{NodeKind, Problem, Source};

impl Configuration {
    /// Whether anything is declared to be ephemeral.
    fn has_ephemeral(&self) -> bool {
        let declared = self.modules.iter().any(|module| {
            module.variables.values().any(|v| v.ephemeral)
                || module.outputs.values().any(|o| o.ephemeral)
        });
        declared || self.nodes.iter().any(|n| n.kind == NodeKind::Ephemeral)
    }
}

impl State<'_> {
    /// What is ephemeral and stands where it would be kept: in arguments that are not write-only, in `count`, in variables and
    /// outputs that do not say that they are ephemeral; and ephemeral outputs that are not (Terraform 1.11, "Ephemerality in
    /// resources"). By the address of where it stands. Where it is not certain, nothing is said.
    #[must_use]
    pub fn kept_ephemeral(&self) -> Vec<(String, Problem)> {
        let mut problems = Vec::new();
        if !self.config.has_ephemeral() {
            return problems;
        }
        let known = RefCell::default();
        for (index, module) in self.config.modules.iter().enumerate() {
            // What stands in a module stands in all of its instances.
            let Some(instance) = self.instances(index).unwrap_or_default().first().copied() else {
                continue;
            };
            let scope = self.scope(instance);
            let is = |source: &Arc<Source>, expression: &Expression| {
                let mut walk = Walk::new(&scope, source, &known).following(Kind::Ephemeral);
                walk.sure = true;
                walk.of(expression).any()
            };
            let mut say = |address: String, source: &Arc<Source>, at: &Expression, what: &str| {
                problems.push((address, Problem::at(&place_of(source, at.span()), what)));
            };
            for (name, output) in &module.outputs {
                let what = match (is(&output.source, &output.value), output.ephemeral) {
                    (true, false) => {
                        "its value is ephemeral, and an output keeps it: say `ephemeral = true` in a module, or ephemeralasnull()"
                    }
                    (false, true) => {
                        "it is declared to be ephemeral, and its value is not: drop `ephemeral = true`"
                    }
                    _ => continue,
                };
                let address = format!("output.{name}");
                say(address, &output.source, &output.value, what);
            }
            for child in module.children.values() {
                let Some(child) = self.config.modules.get(*child) else {
                    continue;
                };
                let Some((_, call)) = &child.call else {
                    continue;
                };
                let source = &call.place.source;
                for argument in call.body.attributes() {
                    let variable = child.variables.get(argument.key.as_str());
                    if variable.is_some_and(|v| !v.ephemeral) && is(source, &argument.value) {
                        let what = format!(
                            "`{}` is given something ephemeral, and the variable does not say `ephemeral = true`",
                            argument.key.as_str()
                        );
                        let address = format!("module.{}", call.name);
                        say(address, source, &argument.value, &what);
                    }
                }
            }
            let nodes = self.config.nodes.iter().filter(|n| n.module == index);
            for node in nodes.filter(|n| n.kind != NodeKind::Ephemeral) {
                let source = &node.place.source;
                for (name, value) in arguments(&node.body) {
                    if is(source, value) {
                        let what = format!(
                            "`{name}` is given something ephemeral, which would be kept in the state: ephemeralasnull(), or a write-only argument"
                        );
                        say(node.local_address(), source, value, &what);
                    }
                }
            }
        }
        problems
    }
}

/// A value without what of it is ephemeral.
pub(crate) fn as_null(
    value: Value,
    expression: &Expression,
    scope: &Scope<'_>,
    source: &Arc<Source>,
) -> Value {
    let known = RefCell::default();
    let marks = Walk::new(scope, source, &known).following(Kind::Ephemeral);
    without(value, &marks.of(expression))
}

/// A value with null where it is marked. What nothing is known of stays as it is.
fn without(value: Value, marks: &Marks) -> Value {
    let each = |items: &[Value], marks: &[Marks]| -> Vec<Value> {
        let marked = |(index, item): (usize, &Value)| {
            let own = marks.get(index).unwrap_or(&Marks::Plain);
            without(item.clone(), own)
        };
        items.iter().enumerate().map(marked).collect()
    };
    match (value, marks) {
        (value, Marks::All) => Value::null_of(value.kind()),
        (Value::Tuple(items), Marks::List(marks)) => Value::tuple(each(&items, marks)),
        (Value::List(of, items), Marks::List(marks)) => {
            Value::List(of, Arc::new(each(&items, marks)))
        }
        (Value::Object(members), Marks::Map(marks)) => Value::object(bare(&members, marks)),
        (Value::Map(of, members), Marks::Map(marks)) => {
            Value::Map(of, Arc::new(bare(&members, marks)))
        }
        (value, _) => value,
    }
}

fn bare(
    members: &BTreeMap<String, Value>,
    marks: &BTreeMap<String, Marks>,
) -> BTreeMap<String, Value> {
    let one = |(name, value): (&String, &Value)| {
        let own = marks.get(name).unwrap_or(&Marks::Plain);
        (name.clone(), without(value.clone(), own))
    };
    members.iter().map(one).collect()
}

/// The arguments of a resource, those of its blocks too, in which nothing ephemeral may stand. `for_each` asks for keys only;
/// what is write-only ends in `_wo`, in all that the AWS provider has.
fn arguments(body: &Body) -> Vec<(&str, &Expression)> {
    let own = body.attributes().map(|a| (a.key.as_str(), &a.value));
    let own = own.filter(|(name, _)| !name.ends_with("_wo") && *name != "for_each");
    let mut out: Vec<_> = own.collect();
    let inner = body.blocks().filter(|block| {
        !matches!(
            block.ident.as_str(),
            "connection" | "provisioner" | "lifecycle" | "dynamic"
        )
    });
    out.extend(inner.flat_map(|block| arguments(&block.body)));
    out
}

#[cfg(test)]
mod tests {
    use crate::{Configuration, Reading, State};

    /// As `terraform validate` (1.11.4).
    #[test]
    fn what_is_ephemeral_is_not_kept() {
        let main = r#"
variable "e" {
  ephemeral = true
  default   = "x"
}
variable "p" {
  default = "y"
}
locals {
  l = "a-${var.e}"
  o = { a = var.e, b = var.p }
  z = split(",", "z")
}
resource "terraform_data" "refused_a" { input = local.l }
resource "terraform_data" "b" { input = local.o.b }
resource "terraform_data" "c" { input = ephemeralasnull(var.e) }
resource "terraform_data" "refused_d" { count = var.e == "x" ? 1 : 0 }
resource "terraform_data" "f" { for_each = local.o }
resource "terraform_data" "refused_g" { triggers_replace = [1, { z = var.e }] }
output "refused_o1" { value = var.e }
output "o2" { value = ephemeralasnull(local.o) }
output "o3" { value = length(local.o) }
output "o5" { value = keys(local.o) }
output "o6" { value = ephemeralasnull(var.e) }
output "o7" { value = ephemeralasnull(concat(tolist([var.p]), local.z)) }
check "c" {
  assert {
    condition     = var.e == "x"
    error_message = "it is not"
  }
}
module "refused" {
  source = "./m"
  n      = var.e
  e      = var.e
}
"#;
        let module = r#"
variable "n" {}
variable "e" {
  ephemeral = true
}
output "refused_o" { value = var.e }
output "p" {
  value     = var.e
  ephemeral = true
}
output "refused_q" {
  value     = "plain"
  ephemeral = true
}
"#;
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("m")).unwrap();
        std::fs::write(folder.path().join("main.tf"), main).unwrap();
        std::fs::write(folder.path().join("m/main.tf"), module).unwrap();
        let config = Configuration::read(&Reading::of(folder.path())).unwrap();
        let state = State::new(&config);
        let refused = state.kept_ephemeral().into_iter();
        let refused: Vec<String> = refused.map(|(address, _)| address).collect();
        assert_eq!(
            refused,
            [
                "output.refused_o1",
                "module.refused",
                "terraform_data.refused_a",
                "terraform_data.refused_d",
                "terraform_data.refused_g",
                "output.refused_o",
                "output.refused_q",
            ]
        );
        // It is no secret.
        assert!(state.shown_secrets().is_empty());
        let scope = state.scope(state.instances(0).unwrap()[0]);
        let kept = scope.output("o2").unwrap();
        assert_eq!(kept.to_string(), r#"{"a":null,"b":"y"}"#);
        // Of lists that are joined it is not known which element is whose: none is lost.
        let kept = scope.output("o7").unwrap();
        assert_eq!(kept.to_string(), r#"["y","z"]"#);
    }
}
