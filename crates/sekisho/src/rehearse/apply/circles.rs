//! Directories that wait for each other by a role and a state.

use std::collections::{BTreeMap, BTreeSet};

use sekisho_iac::{Problem, without_keys};
use serde_json::{Map, Value};

use super::Run;
use crate::rehearse::{Failure, FailureKind, nobody};

/// The directory of an address.
fn directory(address: &str) -> Option<&str> {
    address.split_once(':').map(|(label, _)| label)
}

/// The attributes of each instance of what was made.
fn instances(made: &Value) -> Vec<&Map<String, Value>> {
    let all: Vec<&Value> = match made {
        Value::Array(all) => all.iter().collect(),
        Value::Object(all) if !all.contains_key("id") => all.values().collect(),
        one => vec![one],
    };
    all.into_iter().filter_map(Value::as_object).collect()
}

impl Run<'_, '_> {
    /// Policies that name somebody of another directory, which cannot be planned before they are made, for it reads what is made of
    /// them: neither can be the first. In which order they are made here does not matter.
    pub(super) fn circles(&self) -> Vec<Failure> {
        let nodes = &self.configuration.nodes;
        let addresses: Vec<String> = nodes.iter().map(sekisho_iac::Node::address).collect();
        // A state that lacks an output lets no plan of the directory that reads it through.
        let mut readers: Vec<(&str, BTreeSet<usize>)> = Vec::new();
        for (index, (node, address)) in nodes.iter().zip(&addresses).enumerate() {
            if let Some(label) = directory(address)
                && self.configuration.reads_together(node)
            {
                readers.push((label, self.order.reach(index)));
            }
        }
        if readers.is_empty() {
            return Vec::new();
        }
        let mut makers: BTreeMap<String, &str> = BTreeMap::new();
        let mut named: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for (address, value) in self.state.values() {
            let index = self.configuration.index_of(&without_keys(address));
            let Some((index, node)) = index.and_then(|i| Some((i, nodes.get(i)?))) else {
                continue;
            };
            if node.is_data() {
                continue;
            }
            let who = matches!(&*node.type_name, "aws_iam_role" | "aws_iam_user");
            let value = value.to_json();
            for instance in instances(&value) {
                named
                    .entry(index)
                    .or_default()
                    .extend(nobody::named(instance));
                let arn = instance.get("arn").and_then(Value::as_str).filter(|_| who);
                makers.extend(arn.map(str::to_owned).zip(directory(address)));
            }
        }
        let circle = |(index, arns): (usize, Vec<String>)| {
            let address = addresses.get(index)?;
            let (arn, label) = arns.iter().find_map(|arn| {
                let label = *makers.get(arn)?;
                let waits = readers
                    .iter()
                    .any(|(reader, reach)| *reader == label && reach.contains(&index));
                (waits && Some(label) != directory(address)).then_some((arn, label))
            })?;
            let message = format!(
                "it names {arn}, which {label} makes, and {label} reads what is made of this: AWS takes no role that is not there, so that neither directory can be applied first. Name the account of the role here, and the role in a condition on aws:PrincipalArn"
            );
            Some(Failure {
                address: address.clone(),
                problem: Problem::at(&nodes.get(index)?.place, message),
                arguments: Map::new(),
                kind: FailureKind::NotMade,
            })
        };
        named.into_iter().filter_map(circle).collect()
    }
}
