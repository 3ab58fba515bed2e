//! Where a statement goes in the files, and how it is written there.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sekisho_iac::{Configuration, Node, NodeKind, PolicySource};
use serde_json::Value;

use super::{Insertion, Statement};

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
    /// The argument that names what it concerns, and the attribute that it takes.
    pub(super) argument: &'static str,
    pub(super) attribute: &'static str,
    pub(super) statements: Vec<String>,
}

/// Writes statements for the policies of a configuration.
pub(super) struct Writer<'c> {
    pub(super) configuration: &'c Configuration,
    pub(super) made: &'c BTreeMap<String, Value>,
    /// Whether what was made is referred to, or named by its ARN.
    pub(super) refer: bool,
}

impl Writer<'_> {
    fn value(&self, address: &str, name: &str) -> Option<&str> {
        self.made.get(address)?.get(name)?.as_str()
    }

    /// The resources of a type whose attribute has one of these values.
    fn having(
        &self,
        type_name: &str,
        attribute: &str,
        values: &[&str],
    ) -> std::vec::IntoIter<&Node> {
        let found: Vec<&Node> = self
            .configuration
            .nodes
            .iter()
            .filter(|node| {
                node.kind == NodeKind::Resource
                    && node.type_name == type_name
                    && self
                        .value(&node.address(), attribute)
                        .is_some_and(|v| values.contains(&v))
            })
            .collect();
        found.into_iter()
    }

    pub(super) fn place(&self, statement: &Statement<'_>) -> Option<Place<'_>> {
        let patch = statement.patch;
        let holder = patch.holder.as_str();
        let name = holder.rsplit(['/', ':']).next()?;
        let rest = holder.splitn(6, ':').nth(5)?;
        let into = |mut nodes: std::vec::IntoIter<&Node>, attribute: &str| {
            nodes.find_map(|node| self.behind(node, attribute, statement))
        };
        // Names are an account's own: a policy of the same name in the other account belongs to another role.
        let of = |concerned: Option<&Node>, kind: &str, argument: &str, name: &str| {
            let provider = concerned?.provider.as_ref();
            self.having(kind, argument, &[name])
                .filter(|node| node.provider.as_ref() == provider)
                .find_map(|node| self.behind(node, "policy", statement))
        };
        let (found, concerned, kind, argument, attribute) = match patch.side.as_str() {
            "identity policy" => {
                let kind = "aws_iam_role_policy";
                let role = self.having("aws_iam_role", "arn", &[holder]).next();
                (of(role, kind, "role", name), role, kind, "role", "id")
            }
            "trust policy" => {
                let roles = self.having("aws_iam_role", "arn", &[holder]);
                return into(roles, "assume_role_policy").map(Place::Into);
            }
            "permissions boundary" => {
                let role = self.having("aws_iam_role", "arn", &[holder]).next()?;
                let boundary = self.value(&role.address(), "permissions_boundary")?;
                let policies = self.having("aws_iam_policy", "arn", &[boundary]);
                return into(policies, "policy").map(Place::Into);
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
                (
                    of(bucket, kind, "bucket", rest),
                    bucket,
                    kind,
                    "bucket",
                    "id",
                )
            }
            "key policy" => {
                let key = self.having("aws_kms_key", "arn", &[holder]).next()?;
                let id = self.value(&key.address(), "key_id").unwrap_or(holder);
                let apart = self.having("aws_kms_key_policy", "key_id", &[id, holder]);
                return into(apart, "policy")
                    .or_else(|| self.behind(key, "policy", statement))
                    .map(Place::Into);
            }
            _ => return None,
        };
        if let Some(insertion) = found {
            return Some(Place::Into(insertion));
        }
        Some(Place::Beside(New {
            node: concerned?,
            kind,
            argument,
            attribute,
            statements: vec![self.object(statement)],
        }))
    }

    /// Behind the statements of the policy that `node` writes.
    fn behind(&self, node: &Node, attribute: &str, statement: &Statement<'_>) -> Option<Insertion> {
        match node.policy_source(attribute)? {
            PolicySource::Document { address } => {
                let document = self
                    .configuration
                    .nodes
                    .iter()
                    .find(|n| n.is_document() && n.address() == address)?;
                Some(Insertion {
                    path: document.place.source.path.clone(),
                    at: document.end()?.0,
                    text: format!("\n{}", self.block(statement)),
                    element: None,
                })
            }
            PolicySource::Encoded { close, comma } => Some(Insertion {
                path: node.place.source.path.clone(),
                at: close,
                text: self.object(statement),
                element: Some(comma),
            }),
        }
    }

    /// The name of a new resource: that of the one it concerns, with a number where that is taken.
    fn name(&self, new: &New<'_>) -> String {
        let taken = |name: &str| {
            let mut nodes = self.configuration.nodes.iter();
            nodes.any(|n| n.type_name == new.kind && n.name == name)
        };
        let mut name = new.node.name.clone();
        let mut number = 1;
        while taken(&name) {
            number += 1;
            name = format!("{}_{number}", new.node.name);
        }
        name
    }

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
        let concerned = format!("{}.{}", new.node.address(), new.attribute);
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
        Some(Insertion {
            path: new.node.place.source.path.clone(),
            at: new.node.end()?.1,
            text,
            element: None,
        })
    }

    /// Every pipeline has to wait for new policies: its first execution starts with it.
    pub(super) fn waits_for(&self, new: &[New<'_>]) -> Vec<Insertion> {
        let addresses: Vec<String> = new
            .iter()
            .map(|n| format!("{}.{}", n.kind, self.name(n)))
            .collect();
        if addresses.is_empty() {
            return Vec::new();
        }
        let pipelines = self
            .configuration
            .nodes
            .iter()
            .filter(|n| n.kind == NodeKind::Resource && n.type_name == "aws_codepipeline");
        pipelines
            .filter_map(|node| {
                let (at, text, element) = match node.list_end("depends_on") {
                    Some((at, false, true)) => {
                        let lines = addresses.iter().map(|a| format!("  {a},\n  "));
                        (at, lines.collect(), None)
                    }
                    Some((at, comma, _)) => (at, addresses.join(", "), Some(comma)),
                    None => {
                        let list = addresses.join(", ");
                        (node.end()?.0, format!("\n  depends_on = [{list}]\n"), None)
                    }
                };
                Some(Insertion {
                    path: node.place.source.path.clone(),
                    at,
                    text,
                    element,
                })
            })
            .collect()
    }

    /// A `statement` block of `aws_iam_policy_document`.
    fn block(&self, statement: &Statement<'_>) -> String {
        let actions: Vec<String> = statement.actions.iter().map(|a| quoted(a)).collect();
        let resource = statement.patch.statement["Resource"].as_str();
        let pad = if resource.is_some() { "  " } else { "" };
        let mut out = format!(
            "  statement {{\n    actions{pad} = [{}]\n",
            actions.join(", ")
        );
        if let Some(resource) = resource {
            let _ = writeln!(out, "    resources = [{}]", self.expression(resource));
        }
        for (kind, name) in principals(&statement.patch.statement) {
            let _ = write!(
                out,
                "\n    principals {{\n      type        = {}\n      identifiers = [{}]\n    }}\n",
                quoted(kind),
                self.expression(name)
            );
        }
        out.push_str("  }\n");
        out
    }

    /// A statement as an object of HCL, in one line.
    fn object(&self, statement: &Statement<'_>) -> String {
        let actions: Vec<String> = statement.actions.iter().map(|a| quoted(a)).collect();
        let action = match actions.as_slice() {
            [one] => one.clone(),
            _ => format!("[{}]", actions.join(", ")),
        };
        let mut members = vec!["Effect = \"Allow\"".to_owned()];
        for (kind, name) in principals(&statement.patch.statement) {
            members.push(format!(
                "Principal = {{ {kind} = {} }}",
                self.expression(name)
            ));
        }
        members.push(format!("Action = {action}"));
        if let Some(resource) = statement.patch.statement["Resource"].as_str() {
            members.push(format!("Resource = {}", self.expression(resource)));
        }
        format!("{{ {} }}", members.join(", "))
    }

    /// An ARN as a reference to what was made, where it was; else as a text.
    fn expression(&self, arn: &str) -> String {
        if self.refer {
            let found = self.made.iter().find_map(|(address, value)| {
                let own = value.get("arn")?.as_str()?;
                let rest = arn.strip_prefix(own)?;
                let whole = rest.is_empty() || (rest.starts_with('/') && own.contains(":s3:::"));
                (whole && !address.starts_with("data.")).then_some((address, rest))
            });
            match found {
                Some((address, "")) => return format!("{address}.arn"),
                Some((address, rest)) => return format!("\"${{{address}.arn}}{rest}\""),
                None => {}
            }
        }
        quoted(arn)
    }
}

/// The principals of a statement, by type.
fn principals(statement: &Value) -> Vec<(&str, &str)> {
    statement["Principal"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(kind, name)| Some((kind.as_str(), name.as_str()?)))
        .collect()
}

fn quoted(text: &str) -> String {
    format!(
        "\"{}\"",
        text.replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace("${", "$${")
    )
}
