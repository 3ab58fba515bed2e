//! New resources: policies that are not there yet.

use std::collections::BTreeSet;
use std::sync::Arc;

use sekisho_iac::{Node, NodeKind, Source, quoted};
use serde_json::Value;

use super::Insertion;
use super::insertion::free;
use super::policies::Made;
use super::together::together;
use super::writer::Writer;

/// A policy that is not there yet: a resource behind the one that it concerns, or behind the call of the module that this is
/// in.
pub(super) struct New<'c> {
    pub(super) kind: &'static str,
    /// The path of the module that it stands in.
    pub(super) module: &'c str,
    /// Behind which byte of which text.
    pub(super) source: &'c Arc<Source>,
    pub(super) end: usize,
    pub(super) provider: Option<String>,
    /// What it is called, but for what tells several of one name apart.
    pub(super) name: String,
    /// The argument that names what it concerns, and its value.
    pub(super) argument: &'static str,
    pub(super) concerned: String,
    /// What it has to wait for besides.
    pub(super) after: Option<String>,
    pub(super) statements: Vec<String>,
    /// The instance of a block that it concerns, in the same module, and the statements as they are for every instance of
    /// that; none, where they cannot be the same.
    pub(super) of: Option<Of<'c>>,
    /// How often it is made, where that is the same as for the block that it concerns: `for_each` or `count`, and what that
    /// says.
    pub(super) repeated: Option<(&'static str, String)>,
}

impl New<'_> {
    /// The byte at which it is written: what is said behind the block, on its line, stays there.
    fn behind(&self) -> usize {
        let line = self.source.text.get(self.end..).unwrap_or_default();
        let line = line.split('\n').next().unwrap_or_default();
        let said = line.trim_start().starts_with(['#', '/']);
        let behind = if said { line.trim_end().len() } else { 0 };
        self.end + behind
    }

    /// The file and the byte.
    pub(super) fn place(&self) -> (String, usize) {
        Insertion::text(self.source, self.behind(), String::new()).place()
    }
}

/// The instance of a block that something new concerns.
pub(super) struct Of<'c> {
    pub(super) node: &'c Node,
    /// How often that is made, and what an instance is called in it.
    pub(super) repeated: Repeated<'c>,
    pub(super) path: &'c str,
    pub(super) attribute: &'static str,
    pub(super) statements: Vec<String>,
}

/// Policies of which what they are about has one.
const ALONE: &[&str] = &[
    "aws_ecr_repository_policy",
    "aws_kms_key_policy",
    "aws_s3_bucket_policy",
];

/// How often a block is made: `for_each` or `count`, what that says, and what tells its instances apart.
#[derive(Clone, Copy)]
pub(super) struct Repeated<'c> {
    pub(super) meta: &'static str,
    pub(super) written: &'c str,
    pub(super) key: &'static str,
}

impl<'c> Repeated<'c> {
    /// What a block says of it, if that can be said again of another: it is on one line.
    pub(super) fn of(node: &'c Node) -> Option<Self> {
        let metas = [("for_each", "each.key"), ("count", "count.index")];
        metas.into_iter().find_map(|(meta, key)| {
            let written = node.written(meta).filter(|text| !text.contains('\n'))?;
            Some(Self { meta, written, key })
        })
    }
}

/// The key that is written out in the first brackets of a reference.
fn named_key(reference: &str) -> Option<&str> {
    let (key, _) = reference.split_once('[')?.1.split_once(']')?;
    let plain = key.starts_with('"') || key.bytes().all(|b| b.is_ascii_digit());
    plain.then_some(key)
}

/// What a statement goes over, where it is one for all instances of something.
fn over(statement: &str) -> Option<&str> {
    let rest = statement.strip_prefix("[for key, value in ")?;
    rest.split_once(" : ").map(|(address, _)| address)
}

/// What has to hold, of a condition that asks for all of some: its parts.
fn conjuncts(condition: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let mut start = 0;
    let mut out = Vec::new();
    for (at, c) in condition.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '&' if depth == 0 => {
                if let Some(part) = condition.get(start..at).map(str::trim)
                    && !part.is_empty()
                {
                    out.push(part);
                }
                start = at + 1;
            }
            _ => {}
        }
    }
    out.extend(condition.get(start..).map(str::trim));
    out
}

impl<'c> New<'c> {
    /// Adds the statements of another for the same.
    pub(super) fn take(&mut self, other: New<'c>) {
        let add = |to: &mut Vec<String>, from: Vec<String>| {
            for statement in from {
                if !to.contains(&statement) {
                    to.push(statement);
                }
            }
        };
        add(&mut self.statements, other.statements);
        match (&mut self.of, other.of) {
            (Some(own), Some(of)) => add(&mut own.statements, of.statements),
            (own, _) => *own = None,
        }
    }
}

impl Writer<'_> {
    /// What every instance of a block gets alike is one resource for each of them.
    pub(super) fn joined<'c>(&self, new: Vec<New<'c>>) -> Vec<New<'c>> {
        let mut out = Vec::new();
        let mut open = new;
        while !open.is_empty() {
            let first = open.remove(0);
            let Some(of) = &first.of else {
                out.push(first);
                continue;
            };
            let made = self.policies.made.iter();
            let all = made.filter(|m| std::ptr::eq(m.node, of.node) && m.path == of.path);
            let all = all.count();
            let (like, rest): (Vec<New<'c>>, Vec<New<'c>>) = open.into_iter().partition(|n| {
                n.kind == first.kind
                    && n.of.as_ref().is_some_and(|o| {
                        std::ptr::eq(o.node, of.node)
                            && o.path == of.path
                            && o.statements == of.statements
                    })
            });
            open = rest;
            if like.len() + 1 == all {
                out.push(New {
                    repeated: Some((of.repeated.meta, of.repeated.written.to_owned())),
                    concerned: format!(
                        "{}[{}].{}",
                        of.node.local_address(),
                        of.repeated.key,
                        of.attribute
                    ),
                    name: of.node.name.clone(),
                    statements: of.statements.clone(),
                    ..first
                });
            } else {
                out.push(first);
                out.extend(like);
            }
        }
        out
    }

    /// What every instance of something lacks is one statement over all of them; whether there is any.
    pub(super) fn over_all(&self, new: &mut New<'_>) -> bool {
        let at = new.behind();
        let guarded = new.statements.iter().map(|statement| {
            let guard = self.there(statement, new.module);
            let text = guard.map(|guard| format!("{guard} ? [{statement}] : []"));
            Insertion::text(new.source, at, text.unwrap_or_else(|| statement.clone()))
        });
        let guarded: Vec<Insertion> = guarded.collect();
        let all = together(guarded, |address| self.keys_of(address));
        let fewer = all.len() < new.statements.len();
        if fewer {
            let plain = |insertion: &Insertion| {
                let text = insertion.text_of();
                let object = text.strip_suffix("] : []");
                let object = object.and_then(|text| text.split_once(" ? ["));
                object.map_or(text, |(_, object)| object).to_owned()
            };
            new.statements = all.iter().map(plain).collect();
        }
        fewer
    }

    /// Says how often something new is made that concerns one instance of several, where variables say which there are: as long as
    /// that one is there.
    pub(super) fn while_there(&self, new: &mut New<'_>) {
        if new.repeated.is_none() {
            new.repeated = self.as_long_as(new);
        }
    }

    fn as_long_as(&self, new: &New<'_>) -> Option<(&'static str, String)> {
        let mut there = self.instances_in(&new.concerned, new.module);
        // What all its statements name: a policy says something.
        let all = new.statements.iter();
        let all = all.map(|statement| match over(statement) {
            Some(address) => BTreeSet::from([format!("length({address}) > 0")]),
            None => self.instances_in(statement, new.module),
        });
        let all: Vec<BTreeSet<String>> = all.collect();
        let common = all.iter().cloned().reduce(|a, b| &a & &b);
        let common = common.unwrap_or_default();
        // Where each may be gone, so that none would be left, it is there as long as one of them is.
        let each = all.iter().all(|names| !names.is_empty());
        if common.is_empty() && each && !all.is_empty() {
            let any = all.iter().map(|names| {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                names.join(" && ")
            });
            let any: BTreeSet<String> = any.collect();
            let any: Vec<String> = any.into_iter().collect();
            there.insert(format!("({})", any.join(" || ")));
        }
        there.extend(common);
        // Of what has one policy, the block that makes it with other values makes it alone.
        // Be it with another value that a module is handed: somebody may turn it on again.
        let made = |node: &Node| {
            let mut all = self.policies.made.iter();
            all.any(|m| std::ptr::eq(m.node, node))
        };
        let others = self.configuration.nodes.iter().filter(|n| !made(n));
        let others = others.filter(|node| {
            let about = self.configuration.refers(node, new.argument);
            let mut about = about
                .iter()
                .filter_map(|i| self.configuration.nodes.get(*i));
            let same = |n: &Node| {
                let rest = new.concerned.strip_prefix(&n.local_address());
                rest.is_some_and(|rest| rest.starts_with(['.', '[']))
            };
            // Of several instances it is about the one that it names, if it names one.
            let written = node.written(new.argument).unwrap_or_default();
            let another = named_key(written)
                .zip(named_key(&new.concerned))
                .is_some_and(|(one, other)| one != other);
            ALONE.contains(&new.kind)
                && node.type_name == new.kind
                && node.path == new.module
                && about.any(same)
                && !another
        });
        let repeated = others.filter(|n| n.has("count") || n.has("for_each"));
        there.extend(repeated.map(|node| format!("length({}) == 0", node.local_address())));
        let there: Vec<String> = there.into_iter().collect();
        let condition = (!there.is_empty()).then(|| there.join(" && "))?;
        Some(("count", format!("{condition} ? 1 : 0")))
    }

    /// What has to hold for all instances that a text names to be there; `None` where it names none that may not be.
    pub(super) fn there(&self, text: &str, module: &str) -> Option<String> {
        let there: Vec<String> = self.instances_in(text, module).into_iter().collect();
        (!there.is_empty()).then(|| there.join(" && "))
    }

    /// What has to hold for the instances that a text names to be there, of those of which variables say which there are.
    fn instances_in(&self, text: &str, module: &str) -> BTreeSet<String> {
        let nodes = self.configuration.nodes.iter();
        let asked = nodes.filter(|n| n.path == module && self.configuration.repeated_as_asked(n));
        let asked = asked.map(sekisho_iac::Node::local_address);
        let all = asked.chain(self.configuration.calls_as_asked(module));
        let all = all.chain(self.configuration.collections_as_asked(module));
        let all = all.flat_map(|address| {
            let front = format!("{address}[");
            let found = text.match_indices(&front).filter_map(|(at, _)| {
                let before = text.get(..at)?.chars().next_back();
                let whole = !before.is_some_and(|c| c.is_alphanumeric() || "_-.".contains(c));
                let (key, _) = text.get(at + front.len()..)?.split_once(']')?;
                (whole && !self.is_relied_on(&address, key, module)).then_some(key)
            });
            let conditions = found.filter_map(|key| {
                let name = key.starts_with('"');
                let index = !key.is_empty() && key.bytes().all(|b| b.is_ascii_digit());
                match (name, index) {
                    (true, _) => Some(format!("contains(keys({address}), {key})")),
                    (_, true) => Some(format!("length({address}) > {key}")),
                    _ => None,
                }
            });
            conditions.collect::<Vec<_>>()
        });
        all.collect()
    }

    /// Whether the configuration itself names an instance where nothing asks first whether it is there: in what is made once, and
    /// in no condition.
    fn is_relied_on(&self, address: &str, key: &str, module: &str) -> bool {
        let name = format!("{address}[{key}]");
        let once = |node: &&sekisho_iac::Node| {
            node.path == module && !["count", "for_each"].iter().any(|meta| node.has(meta))
        };
        let mut nodes = self.configuration.nodes.iter().filter(once);
        nodes.any(|node| node.names_surely(&name))
            || (address.starts_with("var.") && self.configuration.provider_names(module, &name))
    }

    /// Names new resources: each as the one it concerns, with a number where that is taken.
    pub(super) fn name(&self, new: &mut [New<'_>]) {
        let mut given: BTreeSet<(&'static str, String, String)> = BTreeSet::new();
        for new in new {
            let taken = |name: &str| {
                let mut nodes = self.configuration.nodes.iter();
                nodes.any(|n| n.type_name == new.kind && n.name == name && n.path == new.module)
                    || given.contains(&(new.kind, new.module.to_owned(), name.to_owned()))
            };
            new.name = free(&new.name, "_", taken);
            given.insert((new.kind, new.module.to_owned(), new.name.clone()));
        }
    }

    /// What a new inline policy is called: none that is there.
    fn policy_name(&self) -> String {
        let named = |made: &Made<'_>, name: &str| {
            let blocks = made.values.get("inline_policy").and_then(Value::as_array);
            let mut blocks = blocks.into_iter().flatten();
            made.node.type_name == "aws_iam_role_policy" && made.text("name") == Some(name)
                || blocks.any(|b| b["name"] == name)
        };
        free("needed", "-", |name| {
            self.policies.made.iter().any(|made| named(made, name))
        })
    }

    /// A new resource with its statements.
    pub(super) fn resource(&self, new: &New<'_>) -> Insertion {
        let mut names = vec![new.argument];
        names.extend(new.provider.as_ref().map(|_| "provider"));
        names.extend(new.repeated.as_ref().map(|(meta, _)| *meta));
        let width = names.into_iter().map(str::len).max().unwrap_or_default();
        let line = |name: &str, value: &str| format!("  {name:<width$} = {value}\n");
        let mut head = String::new();
        if let Some(provider) = &new.provider {
            head.push_str(&line("provider", provider));
        }
        if let Some((meta, written)) = &new.repeated {
            head.push_str(&line(meta, written));
        }
        if new.kind == "aws_iam_role_policy" {
            head.push_str(&line("name", &quoted(&self.policy_name())));
        }
        head.push_str(&line(new.argument, &new.concerned));
        // What names an instance is there as long as that is, where the resource itself is not made for it alone.
        let made = new.repeated.as_ref().map_or("", |(_, often)| often);
        let made = conjuncts(made.strip_suffix(" ? 1 : 0").unwrap_or(made));
        let guard = |statement: &String| {
            let there = self.instances_in(statement, new.module);
            let open = there.into_iter().filter(|t| !made.contains(&&**t));
            open.collect::<Vec<_>>().join(" && ")
        };
        let (all, each): (Vec<&String>, Vec<&String>) =
            new.statements.iter().partition(|s| over(s).is_some());
        let (always, some): (Vec<&String>, Vec<&String>) =
            each.into_iter().partition(|s| guard(s).is_empty());
        let statements = match some.is_empty() && all.is_empty() {
            true => {
                let always = always.iter().map(|s| format!("      {s},\n"));
                format!("[\n{}    ]", always.collect::<String>())
            }
            false => {
                let always = always.iter().map(|s| format!("        {s},\n"));
                let always: String = always.collect();
                let first = match always.is_empty() {
                    true => String::new(),
                    false => format!("      [\n{always}      ],\n"),
                };
                let some = some
                    .iter()
                    .map(|s| format!("      {} ? [\n        {s},\n      ] : [],\n", guard(s)));
                let some: String = some.collect();
                let each = all.iter().map(|s| format!("      {s},\n"));
                match all.as_slice() {
                    [one] if always.is_empty() && some.is_empty() => (*one).clone(),
                    _ => format!("concat(\n{first}{some}{}    )", each.collect::<String>()),
                }
            }
        };
        // As `terraform fmt` has it: what stands on one line each has its signs below each other.
        let version = match statements.contains('\n') {
            true => "Version",
            false => "Version  ",
        };
        let text = format!(
            "\n\nresource \"{}\" \"{}\" {{\n{head}\n  policy = jsonencode({{\n    {version} = \"2012-10-17\"\n    Statement = {statements}\n  }})\n{}}}",
            new.kind,
            new.name,
            new.after
                .as_ref()
                .map(|after| format!("\n  depends_on = [{after}]\n"))
                .unwrap_or_default(),
        );
        Insertion::text(new.source, new.behind(), text)
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
                .filter(|n| n.module == node.path)
                .map(|n| format!("{}.{}", n.kind, n.name))
                .collect();
            // What is new in a module that this one calls.
            for n in new.iter().filter(|n| n.module != node.path) {
                let below = n.module.strip_prefix(&*node.path);
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
            } else if let Some(close) = node.last_line().filter(|_| !node.has("depends_on")) {
                let text = format!("\n  depends_on = [{}]\n", addresses.join(", "));
                out.push(Insertion::text(&node.place.source, close, text));
            }
        }
        out
    }
}
