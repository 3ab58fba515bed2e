//! What Terraform does not know before it applies a configuration for the first time, where it says how often a block is
//! made: `terraform plan` refuses such a `count` or `for_each`.
//!
//! What depends on an attribute that only the provider fills is followed through expressions as `go-cty` follows unknown
//! values. Where that is not certain (what a branch that may not be taken holds, a function not known here) nothing is
//! said.

mod walk;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;

use self::walk::{Memory, Walk};
use crate::block::{Node, place_of};
use crate::config::Configuration;
use crate::{Problem, Source};

/// How much is known of a value.
#[derive(Debug, Clone, PartialEq)]
enum Known {
    /// It is known, or nothing certain can be said.
    All,
    /// It is not: this attribute is why.
    Not(String),
    /// A list.
    Items(Vec<Known>),
    /// An object.
    Members(BTreeMap<String, Known>),
    /// A collection of known length and keys, and what is in it.
    Each(Box<Known>),
    /// An instance of a block.
    Node(usize),
    /// An instance of a module.
    Module(usize),
}

impl Known {
    /// The attribute that makes a value unknown, anywhere in it.
    fn anywhere(&self) -> Option<String> {
        match self {
            Self::Not(why) => Some(why.clone()),
            Self::Items(items) => items.iter().find_map(Self::anywhere),
            Self::Members(members) => members.values().find_map(Self::anywhere),
            Self::Each(inner) => inner.anywhere(),
            Self::All | Self::Node(_) | Self::Module(_) => None,
        }
    }

    /// Unknown as a whole if anything in it is.
    fn whole(&self) -> Self {
        self.anywhere().map_or(Self::All, Self::Not)
    }

    /// What stands for each element.
    fn elements(self) -> Option<Vec<Self>> {
        match self {
            Self::Items(items) => Some(items),
            Self::Members(members) => Some(members.into_values().collect()),
            Self::Each(inner) => Some(vec![*inner]),
            _ => None,
        }
    }

    /// What is at a key that is not followed: what is the same everywhere.
    fn somewhere(self) -> Self {
        match self {
            Self::Not(why) => Self::Not(why),
            Self::Each(inner) => *inner,
            other => match other.elements().as_deref() {
                Some([first, rest @ ..]) if rest.iter().all(|k| k == first) => first.clone(),
                _ => Self::All,
            },
        }
    }
}

/// Whether an attribute of a node, which is not among its arguments, is known only when it is made.
pub(crate) type Computed<'f> = &'f dyn Fn(&Node, &str) -> bool;

impl Configuration {
    /// Each `count` and `for_each` that depends on what is known only after it is applied. `computed` says which attributes
    /// the provider fills.
    #[must_use]
    pub fn unknown_repetitions(&self, computed: Computed<'_>) -> Vec<Problem> {
        let depth = Cell::new(0);
        let memory = Memory::default();
        let nodes = self.nodes.iter();
        let nodes = nodes.map(|n| (n.address(), &n.body, &n.place.source, n.module));
        let calls = self.modules.iter().filter_map(|m| {
            let (caller, call) = m.call.as_ref()?;
            let path = m.path.trim_end_matches('.').to_owned();
            Some((path, &call.body, &call.place.source, *caller))
        });
        let mut out = Vec::new();
        for (address, body, source, module) in nodes.chain(calls) {
            for name in ["count", "for_each"] {
                let Some(attribute) = body.get_attribute(name) else {
                    continue;
                };
                let walk = Walk {
                    memory: &memory,
                    config: self,
                    module,
                    names: BTreeMap::new(),
                    computed,
                    depth: &depth,
                };
                if let Known::Not(why) = walk.of(&attribute.value) {
                    out.push(told(&address, name, &why, source, &attribute.value));
                }
            }
        }
        out
    }
}

fn told(
    address: &str,
    name: &str,
    why: &str,
    source: &Arc<Source>,
    expression: &Expression,
) -> Problem {
    let how = match name {
        "count" => "let it depend on a variable instead",
        _ => "use a map whose keys are written in the configuration",
    };
    let message = format!(
        "{address}: {name} depends on {why}, which is known only after apply, so that the first `terraform plan` refuses it (Invalid {name} argument): {how}, or apply what it depends on first, with -target"
    );
    Problem::at(&place_of(source, expression.span()), message)
}

#[cfg(test)]
mod tests {
    use crate::{Configuration, Node, Reading};

    /// What the AWS provider fills of the resources of `recorded.tf`.
    fn computed(node: &Node, attribute: &str) -> bool {
        let filled = [
            "arn",
            "description",
            "id",
            "key_id",
            "tags_all",
            "unique_id",
        ];
        filled.contains(&attribute) && node.type_name != "terraform_data"
    }

    /// `recorded.tf` and `recorded_module.tf`, with every expression of `recorded.json`: whether `terraform plan` (1.11.4,
    /// hashicorp/aws 5.100) refuses it, and whether that is said here. What Terraform takes is never refused.
    #[test]
    fn as_terraform_plans_it() {
        let recorded: Vec<(String, String, bool, bool)> =
            serde_json::from_str(include_str!("recorded.json")).unwrap();
        let mut text = include_str!("recorded.tf").to_owned();
        for (i, (argument, expression, ..)) in recorded.iter().enumerate() {
            text += &format!(
                "resource \"terraform_data\" \"t{i}\" {{\n  {argument} = {expression}\n}}\n"
            );
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("main.tf"), text).unwrap();
        std::fs::create_dir(folder.path().join("m")).unwrap();
        let module = include_str!("recorded_module.tf");
        std::fs::write(folder.path().join("m/main.tf"), module).unwrap();
        let config = Configuration::read(&Reading::of(folder.path())).unwrap();
        let told = config.unknown_repetitions(&computed);
        assert!(told.iter().any(|p| {
            p.message
                .starts_with("module.m.terraform_data.inner: count")
        }));
        for (i, (argument, expression, terraform, ours)) in recorded.iter().enumerate() {
            let begins = format!("terraform_data.t{i}: {argument} depends on ");
            let said = told.iter().any(|p| p.message.starts_with(&begins));
            assert_eq!(said, *ours, "{argument} {expression}");
            assert!(*terraform || !said, "{argument} {expression}");
        }
    }
}
