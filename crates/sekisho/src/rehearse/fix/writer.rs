//! Where a statement goes in the files, and how it is written there.

use std::collections::{BTreeMap, BTreeSet};

use sekisho_iac::{Configuration, Node, NodeKind, Order, PolicySource};
use serde_json::{Map, Value, json};

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

/// An instance of a resource or data source that was made.
#[derive(Debug)]
pub(super) struct Made<'c> {
    pub(super) node: &'c Node,
    values: &'c Map<String, Value>,
    /// What comes before addresses in its instance of the module.
    pub(super) path: &'c str,
    pub(super) key: Option<Value>,
}

impl Made<'_> {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name)?.as_str()
    }

    /// What its module calls it.
    fn reference(&self) -> String {
        let key = self.key.as_ref().map(|k| format!("[{k}]"));
        format!("{}{}", self.node.local_address(), key.unwrap_or_default())
    }
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
    pub(super) made: Vec<Made<'c>>,
    pub(super) named: &'c BTreeMap<String, Vec<(String, String)>>,
    /// What refers to what.
    order: Option<Order>,
    /// Whether what was made is referred to, or named by its ARN.
    pub(super) refer: bool,
}

/// An address without the keys of instances.
fn without_keys(address: &str) -> String {
    let (mut out, mut depth, mut quoted) = (String::new(), 0usize, false);
    for c in address.chars() {
        match c {
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
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
        let nodes: BTreeMap<String, &Node> = configuration
            .nodes
            .iter()
            .map(|n| (n.address(), n))
            .collect();
        let mut made = Vec::new();
        for (address, value) in &completion.made {
            let Some(node) = nodes.get(&without_keys(address)) else {
                continue;
            };
            let path = address
                .strip_suffix(&*node.local_address())
                .unwrap_or_default();
            let mut add = |key: Option<Value>, value: &'c Value| {
                if let Some(values) = value.as_object() {
                    made.push(Made {
                        node,
                        values,
                        path,
                        key,
                    });
                }
            };
            match value {
                Value::Array(list) if node.has("count") => {
                    list.iter()
                        .enumerate()
                        .for_each(|(i, v)| add(Some(json!(i)), v));
                }
                Value::Object(map) if node.has("for_each") => {
                    map.iter().for_each(|(k, v)| add(Some(json!(k)), v));
                }
                one => add(None, one),
            }
        }
        Self {
            configuration,
            made,
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

    /// What was made of a type whose attribute has one of these values.
    fn having(
        &self,
        type_name: &str,
        attribute: &str,
        values: &[&str],
    ) -> std::vec::IntoIter<&Made<'c>> {
        let wanted = |made: &&Made<'c>| {
            made.node.kind == NodeKind::Resource
                && made.node.type_name == type_name
                && made.text(attribute).is_some_and(|v| values.contains(&v))
        };
        self.made
            .iter()
            .filter(wanted)
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// Where a statement goes; none where the policy is in nothing that is understood.
    pub(super) fn place(&self, statement: &Statement<'_>) -> Option<Place<'c>> {
        let patch = statement.patch;
        let holder = patch.holder.as_str();
        let name = holder.rsplit(['/', ':']).next()?;
        let rest = holder.splitn(6, ':').nth(5)?;
        let into = |made: &Made<'c>, attribute: &str| self.behind(made, attribute, statement);
        // Names are an account's own: a policy of the same name in the other account belongs to another role.
        let of = |concerned: Option<&Made<'c>>, kind: &str, argument: &str, name: &str| {
            let provider = self.configuration.provider_of(concerned?.node).ok();
            let mine = self.having(kind, argument, &[name]);
            let mut mine: Vec<&Made<'c>> = mine
                .filter(|made| self.configuration.provider_of(made.node).ok() == provider)
                .collect();
            // First where the like is granted already.
            mine.sort_by_key(|made| !grants_the_like(made, statement));
            mine.into_iter().find_map(|made| into(made, "policy"))
        };
        let (found, concerned, kind, argument, attribute) = match patch.side.as_str() {
            "identity policy" => {
                let kind = "aws_iam_role_policy";
                let role = self.having("aws_iam_role", "arn", &[holder]).next();
                let found =
                    of(role, kind, "role", name).or_else(|| self.attached(role?, statement));
                (found, role, kind, "role", "id")
            }
            "trust policy" => {
                let mut roles = self.having("aws_iam_role", "arn", &[holder]);
                return roles
                    .find_map(|r| into(r, "assume_role_policy"))
                    .map(Place::Into);
            }
            "permissions boundary" => {
                let role = self.having("aws_iam_role", "arn", &[holder]).next()?;
                let boundary = [role.text("permissions_boundary")?];
                let mut policies = self.having("aws_iam_policy", "arn", &boundary);
                return policies.find_map(|p| into(p, "policy")).map(Place::Into);
            }
            "repository policy" => {
                let kind = "aws_ecr_repository_policy";
                let name = rest.trim_start_matches("repository/");
                let repository = self.having("aws_ecr_repository", "arn", &[holder]).next();
                let found = of(repository, kind, "repository", name);
                (found, repository, kind, "repository", "name")
            }
            "bucket policy" => {
                let kind = "aws_s3_bucket_policy";
                let bucket = self.having("aws_s3_bucket", "arn", &[holder]).next();
                let found = of(bucket, kind, "bucket", rest)
                    .or_else(|| bucket.and_then(|b| into(b, "policy")));
                (found, bucket, kind, "bucket", "id")
            }
            "key policy" => {
                let key = self.having("aws_kms_key", "arn", &[holder]).next()?;
                let ids = [key.text("key_id").unwrap_or(holder), holder];
                let mut apart = self.having("aws_kms_key_policy", "key_id", &ids);
                return apart
                    .find_map(|p| into(p, "policy"))
                    .or_else(|| into(key, "policy"))
                    .map(Place::Into);
            }
            _ => return None,
        };
        if let Some(insertion) = found {
            return Some(Place::Into(insertion));
        }
        let concerned = concerned?;
        let here = Here {
            module: &concerned.node.path,
            path: concerned.path,
            block: None,
            each: None,
        };
        Some(Place::Beside(New {
            node: concerned.node,
            kind,
            concerned: concerned.reference(),
            key: concerned
                .key
                .as_ref()
                .map(|k| k.as_str().map_or_else(|| k.to_string(), str::to_owned)),
            argument,
            attribute,
            statements: vec![self.object(statement, &here)?],
        }))
    }

    /// Into a managed policy of the configuration that is attached to the role.
    fn attached(&self, role: &Made<'c>, statement: &Statement<'_>) -> Option<Insertion> {
        let name = [role.text("name")?];
        let attachments = self.having("aws_iam_role_policy_attachment", "role", &name);
        let arns = attachments.filter_map(|a| a.text("policy_arn"));
        let policies = arns.filter_map(|arn| self.having("aws_iam_policy", "arn", &[arn]).next());
        let mut policies: Vec<&Made<'c>> = policies.collect();
        policies.sort_by_key(|made| !grants_the_like(made, statement));
        let mut found = policies
            .into_iter()
            .map(|p| self.behind(p, "policy", statement));
        found.find_map(|insertion| insertion)
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
                    document.end()?.0,
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
        let width = new.argument.len().max("provider".len());
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
