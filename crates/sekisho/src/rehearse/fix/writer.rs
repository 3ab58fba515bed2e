//! Where a statement goes in the files, and how it is written there.

use std::collections::{BTreeMap, BTreeSet};

use sekisho_iac::{Configuration, Node, NodeKind, Order, PolicySource};
use serde_json::Value;

use super::policies::{Made, Policies};
use super::statement::Form;
use super::{Insertion, Statement};
use crate::rehearse::Completion;

/// Where a statement goes.
pub(super) enum Place<'c> {
    /// Into a policy that is there.
    Into(Insertion),
    /// Into a new resource.
    Beside(New<'c>),
}

/// A policy that is not there yet: a resource behind the one that it concerns.
pub(super) struct New<'c> {
    pub(super) node: &'c Node,
    pub(super) kind: &'static str,
    /// What it concerns, as its module names it.
    pub(super) concerned: String,
    /// Tells the names of several apart.
    key: Option<String>,
    /// The argument that names what it concerns, and the attribute that it takes.
    argument: &'static str,
    attribute: &'static str,
    pub(super) statements: Vec<String>,
}

/// Where an expression stands.
pub(super) struct Here<'c> {
    /// The path of the module, without keys and with them.
    pub(super) module: &'c str,
    pub(super) path: &'c str,
    /// The index of the block that the expression stands in, if it is there already.
    pub(super) block: Option<usize>,
    /// How often the block is made, and for which instance this is.
    pub(super) each: Option<(&'static str, &'c Value)>,
}

/// Writes statements for the policies of a configuration.
pub(super) struct Writer<'c> {
    configuration: &'c Configuration,
    pub(super) policies: Policies<'c>,
    pub(super) named: &'c BTreeMap<String, Vec<(String, String)>>,
    /// What refers to what.
    order: Option<Order>,
    /// Whether what was made is referred to, or named by its ARN.
    pub(super) refer: bool,
}

/// What a policy takes the place of: a key policy of one's own has to say what the default one said, or nobody could manage
/// the key any more.
fn default_statement(kind: &str, account: &str) -> Option<String> {
    (kind == "aws_kms_key_policy").then(|| {
        format!(
            "{{ Sid = \"Enable IAM User Permissions\", Effect = \"Allow\", Principal = {{ AWS = \"arn:aws:iam::{account}:root\" }}, Action = \"kms:*\", Resource = \"*\" }}"
        )
    })
}

/// Whether a policy names actions of the same service.
fn grants_the_like(made: &Made<'_>, statement: &Statement<'_>) -> bool {
    let service = statement.actions.first().and_then(|a| a.split(':').next());
    let policy = made.text("policy").unwrap_or_default();
    service.is_some_and(|service| policy.contains(&format!("\"{service}:")))
}

impl<'c> Writer<'c> {
    pub(super) fn new(
        configuration: &'c Configuration,
        completion: &'c Completion,
        refer: bool,
    ) -> Self {
        Self {
            configuration,
            policies: Policies::new(configuration, &completion.made),
            named: &completion.named,
            order: configuration.order().ok(),
            refer,
        }
    }

    /// The nodes that a name in a module stands on.
    pub(super) fn reach(&self, module: &str, name: &str) -> BTreeSet<usize> {
        let direct = self.configuration.named(module, name);
        let order = self.order.as_ref();
        let all = direct.into_iter().flat_map(|i| match order {
            Some(order) => order.reach(i),
            None => BTreeSet::from([i]),
        });
        all.collect()
    }

    /// Where a statement goes; none where the policy is in nothing that is understood.
    pub(super) fn place(&self, statement: &Statement<'_>) -> Option<Place<'c>> {
        let patch = statement.patch;
        let mut found = self.policies.of(&patch.side, &patch.holder);
        // First where the like is granted already.
        found
            .written
            .sort_by_key(|(made, _)| !grants_the_like(made, statement));
        let mut insertions = found
            .written
            .iter()
            .map(|(made, attribute)| self.behind(made, attribute, statement));
        // What was made of a plan is in no file that could be written.
        let file = |insertion: &Insertion| std::path::Path::new(&insertion.path).is_file();
        if let Some(insertion) = insertions.find_map(|insertion| insertion) {
            return file(&insertion).then_some(Place::Into(insertion));
        }
        let (concerned, kind, argument, attribute) = found.beside?;
        if !std::path::Path::new(&concerned.node.place.path()).is_file() {
            return None;
        }
        let here = Here {
            module: &concerned.node.path,
            path: concerned.path,
            block: None,
            each: None,
        };
        let key = concerned.key.as_ref();
        Some(Place::Beside(New {
            node: concerned.node,
            kind,
            concerned: concerned.reference(),
            key: key.map(|k| k.as_str().map_or_else(|| k.to_string(), str::to_owned)),
            argument,
            attribute,
            statements: default_statement(kind, &patch.account)
                .into_iter()
                .chain([self.object(statement, &here)?])
                .collect(),
        }))
    }

    /// Behind the statements of the policy that `made` writes.
    fn behind<'m>(
        &'m self,
        made: &'m Made<'c>,
        attribute: &str,
        statement: &Statement<'_>,
    ) -> Option<Insertion> {
        let here = |module: &'m str, node: &Node| {
            let name = if node.has("count") {
                "count.index"
            } else {
                "each.key"
            };
            let repeated = node.has("count") || node.has("for_each");
            let key = made.key.as_ref().filter(|_| repeated);
            Here {
                module,
                path: if module == made.node.path {
                    made.path
                } else {
                    module
                },
                block: self
                    .configuration
                    .nodes
                    .iter()
                    .position(|n| std::ptr::eq(n, node)),
                each: key.map(|k| (name, k)),
            }
        };
        match self.configuration.policy_source(made.node, attribute)? {
            PolicySource::Document { address } => {
                let documents = self.configuration.nodes.iter();
                let document = documents
                    .into_iter()
                    .find(|n| n.is_document() && n.address() == address)?;
                let here = here(&document.path, document);
                let text = format!("\n{}", self.block(statement, &here)?);
                Some(Insertion::text(
                    &document.place.source,
                    document.statements_end()?,
                    text,
                ))
            }
            PolicySource::Encoded { list: end, path } => {
                let here = here(self.module_path(&path)?, made.node);
                Some(Insertion::element(end, self.object(statement, &here)?))
            }
            PolicySource::Heredoc { list: end, path } => {
                let here = here(self.module_path(&path)?, made.node);
                Some(Insertion::element(
                    end,
                    self.json(statement, &here, Form::Heredoc)?,
                ))
            }
            PolicySource::File { list: end } => {
                let here = here(&made.node.path, made.node);
                Some(Insertion::element(
                    end,
                    self.json(statement, &here, Form::File)?,
                ))
            }
        }
    }

    /// The path of a module, as its nodes have it.
    fn module_path(&self, path: &str) -> Option<&'c str> {
        let node = self.configuration.nodes.iter().find(|n| n.path == path);
        node.map(|n| n.path.as_str())
            .or_else(|| path.is_empty().then_some(""))
    }

    /// The name of a new resource: that of the one it concerns, with a number where that is taken.
    fn name(&self, new: &New<'_>) -> String {
        let taken = |name: &str| {
            let mut nodes = self.configuration.nodes.iter();
            nodes.any(|n| n.type_name == new.kind && n.name == name && n.path == new.node.path)
        };
        let base = match &new.key {
            Some(key) => {
                let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
                format!(
                    "{}_{}",
                    new.node.name,
                    key.chars().map(plain).collect::<String>()
                )
            }
            None => new.node.name.clone(),
        };
        let mut name = base.clone();
        let mut number = 1;
        while taken(&name) {
            number += 1;
            name = format!("{base}_{number}");
        }
        name
    }

    /// A new resource with its statements.
    pub(super) fn resource(&self, new: &New<'_>) -> Option<Insertion> {
        let mut names = vec![new.argument];
        names.extend(new.node.provider.as_ref().map(|_| "provider"));
        let width = names.into_iter().map(str::len).max().unwrap_or_default();
        let line = |name: &str, value: &str| format!("  {name:<width$} = {value}\n");
        let mut head = String::new();
        if let Some(provider) = &new.node.provider {
            head.push_str(&line("provider", provider));
        }
        if new.kind == "aws_iam_role_policy" {
            head.push_str(&line("name", "\"needed\""));
        }
        let concerned = format!("{}.{}", new.concerned, new.attribute);
        head.push_str(&line(new.argument, &concerned));
        let statements: Vec<String> = new
            .statements
            .iter()
            .map(|s| format!("      {s},\n"))
            .collect();
        let text = format!(
            "\n\nresource \"{}\" \"{}\" {{\n{head}\n  policy = jsonencode({{\n    Version = \"2012-10-17\"\n    Statement = [\n{}    ]\n  }})\n}}",
            new.kind,
            self.name(new),
            statements.concat(),
        );
        Some(Insertion::text(
            &new.node.place.source,
            new.node.end()?.1,
            text,
        ))
    }

    /// Every pipeline of the same module has to wait for new policies: its first execution starts with it.
    pub(super) fn waits_for(&self, new: &[New<'_>]) -> Vec<Insertion> {
        let nodes = self.configuration.nodes.iter();
        let pipelines =
            nodes.filter(|n| n.kind == NodeKind::Resource && n.type_name == "aws_codepipeline");
        let mut out = Vec::new();
        for node in pipelines {
            let mut addresses: Vec<String> = new
                .iter()
                .filter(|n| n.node.path == node.path)
                .map(|n| format!("{}.{}", n.kind, self.name(n)))
                .collect();
            // What is new in a module that this one calls.
            for n in new.iter().filter(|n| n.node.path != node.path) {
                let below = n.node.path.strip_prefix(&*node.path);
                if let Some((module, name)) = below.and_then(|b| {
                    let (module, rest) = b.split_once('.')?;
                    Some((module, rest.split('.').next()?))
                }) {
                    let address = format!("{module}.{name}");
                    if !addresses.contains(&address) {
                        addresses.push(address);
                    }
                }
            }
            if addresses.is_empty() {
                continue;
            }
            if let Some(list) = node.list_end("depends_on") {
                let elements = addresses.into_iter();
                out.extend(elements.map(|a| Insertion::element(list.clone(), a)));
            } else if let Some((close, _)) = node.end().filter(|_| !node.has("depends_on")) {
                let text = format!("\n  depends_on = [{}]\n", addresses.join(", "));
                out.push(Insertion::text(&node.place.source, close, text));
            }
        }
        out
    }
}
