//! The order in which resources are made: each after what it refers to.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::Configuration;
use crate::references;
use crate::{Node, NodeKind, Problem};

impl Configuration {
    /// All nodes, each behind those that it depends on; otherwise in the order of the files.
    ///
    /// # Errors
    /// A cycle, or a reference to something that is not declared.
    pub fn ordered(&self) -> Result<Vec<&Node>, Vec<Problem>> {
        let addresses: BTreeMap<String, usize> = self
            .nodes
            .iter()
            .enumerate()
            .map(|(i, n)| (n.address(), i))
            .collect();
        let mut problems = Vec::new();
        let mut dependencies = Vec::new();
        for node in &self.nodes {
            let mut found = BTreeSet::new();
            let mut seen = BTreeSet::new();
            for path in references::of_body(&node.body) {
                self.resolve(
                    &path,
                    node,
                    &addresses,
                    &mut found,
                    &mut seen,
                    &mut problems,
                );
            }
            dependencies.push(found);
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut order = Vec::new();
        let mut done = BTreeSet::new();
        while order.len() < self.nodes.len() {
            let ready = |i: &usize| {
                !done.contains(i)
                    && dependencies
                        .get(*i)
                        .is_some_and(|d| d.iter().all(|x| done.contains(x)))
            };
            // Pipelines come last: the provider tries again until the role policies are there, which a pipeline
            // need not name.
            let pipeline = |i: &usize| {
                let node = self.nodes.get(*i);
                node.is_some_and(|n| n.type_name == "aws_codepipeline")
            };
            let next = (0..self.nodes.len())
                .find(|i| ready(i) && !pipeline(i))
                .or_else(|| (0..self.nodes.len()).find(ready));
            let Some(index) = next else {
                let cycle: Vec<&Node> = self
                    .nodes
                    .iter()
                    .enumerate()
                    .filter(|(i, _)| !done.contains(i))
                    .map(|(_, n)| n)
                    .collect();
                let names: Vec<String> = cycle.iter().map(|n| n.address()).collect();
                let message = format!("these depend on each other: {}", names.join(", "));
                return Err(cycle
                    .first()
                    .map(|n| Problem::at(&n.place, message))
                    .into_iter()
                    .collect());
            };
            done.insert(index);
            order.extend(self.nodes.get(index));
        }
        Ok(order)
    }

    fn resolve(
        &self,
        path: &[String],
        node: &Node,
        addresses: &BTreeMap<String, usize>,
        found: &mut BTreeSet<usize>,
        seen: &mut BTreeSet<String>,
        problems: &mut Vec<Problem>,
    ) {
        let address = match path {
            [root, kind, name, ..] if root == "data" => format!("data.{kind}.{name}"),
            [root, name, ..] if root == "local" => {
                if let Some((_, expression)) =
                    self.locals.get(name).filter(|_| seen.insert(name.clone()))
                {
                    for path in references::of_expression(expression) {
                        self.resolve(&path, node, addresses, found, seen, problems);
                    }
                }
                return;
            }
            [root, name, ..] => format!("{root}.{name}"),
            _ => return,
        };
        match addresses.get(&address) {
            Some(index)
                if self
                    .nodes
                    .get(*index)
                    .is_some_and(|n| n.address() != node.address()) =>
            {
                found.insert(*index);
            }
            Some(_) => {}
            // Names that are no resource type: var, each, path, providers, iterators of for expressions.
            None if !path
                .first()
                .is_some_and(|r| r.starts_with("aws_") || r == "data") => {}
            None => problems.push(Problem::at(
                &node.place,
                format!(
                    "{} refers to {address}, which is not declared",
                    node.address()
                ),
            )),
        }
    }
}

impl Node {
    /// Whether it is a data source.
    #[must_use]
    pub fn is_data(&self) -> bool {
        self.kind == NodeKind::Data
    }
}
