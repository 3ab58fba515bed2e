//! Where a statement goes in the files, and how it is written there.

use std::collections::{BTreeMap, BTreeSet};

use sekisho_iac::{Configuration, Named, Node, Order, PolicySource, Root, quoted};
use serde_json::Value;

use super::calls::Called;
use super::compose::generated;
use super::new::{New, Of, Repeated};
use super::policies::{Beside, Made, Policies};
use super::{Insertion, Statement};
use crate::rehearse::{Completion, Patch};

/// By where a statement would go in: everybody who has the policy there.
pub(super) type Shared = BTreeMap<(String, usize), BTreeSet<String>>;

/// Where a statement goes.
pub(super) enum Place<'c> {
    /// Into a policy that is there.
    Into(Insertion),
    /// Into a new resource.
    Beside(New<'c>),
}

/// What a delivery is about: whose names and places are in statements.
const TELLING: &[&str] = &[
    "aws_codebuild_project",
    "aws_codepipeline",
    "aws_ecr_repository",
    "aws_iam_role",
    "aws_iam_user",
    "aws_kms_alias",
    "aws_kms_key",
    "aws_s3_bucket",
    "aws_s3_object",
];

/// A name of letters, digits and underscores.
fn plain(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    name.chars().map(plain).collect()
}

/// Where an expression stands.
pub(super) struct Here<'c> {
    /// The path of the module, without keys and with them.
    pub(super) module: &'c str,
    pub(super) path: &'c str,
    /// The index of the block that the expression stands in, if it is there already, or that it stands beside.
    pub(super) block: Option<usize>,
    /// Whether it stands beside the block, and may refer to it.
    pub(super) beside: bool,
    /// How often the block is made, and for which instance this is.
    pub(super) each: Option<(&'static str, &'c Value)>,
    /// The ARN of what lacks the statement.
    pub(super) holder: &'c str,
    /// The argument of the block that takes a template, where the expression stands in that: only what it is given has a name
    /// there.
    pub(super) template: Option<&'c str>,
    /// The instance of a call in which the expression stands.
    pub(super) call: Option<&'c Called<'c>>,
}

/// Writes statements for the policies of a configuration.
pub(super) struct Writer<'c> {
    pub(super) configuration: &'c Configuration,
    pub(super) policies: Policies<'c>,
    pub(super) named: &'c BTreeMap<String, Vec<Named>>,
    /// What refers to what.
    order: Option<Order>,
    /// Whether what was made is referred to, or named by its ARN where that is the same on AWS.
    pub(super) refer: bool,
    /// The names that the provider has made up.
    pub(super) generated: BTreeSet<String>,
    /// The variables and local values that what a delivery is about is made of, and those that are taken apart.
    pub(super) told: BTreeSet<Root>,
    pub(super) apart: BTreeSet<Root>,
    /// What statements are about or for, by what lacks them.
    pub(super) needed: BTreeMap<String, BTreeSet<String>>,
}

/// Whether a file is one that its user writes: what was made of a plan is in none, and modules that `terraform init` fetched
/// are fetched again.
pub(super) fn own(path: &str) -> bool {
    let path = std::path::Path::new(path);
    let fetched = path.components().any(|c| c.as_os_str() == ".terraform");
    path.is_file() && !fetched
}

/// The text with the steps of indentation of the block that it goes into; it has two spaces for each.
pub(super) fn indented(text: &str, node: &Node) -> String {
    let block = node.place.source.text.get(node.place.offset..);
    let mut lines = block.unwrap_or_default().lines().skip(1);
    let first = lines.find(|line| !line.trim().is_empty());
    let first = first.unwrap_or_default();
    let step = first.get(..first.len() - first.trim_start().len());
    let step = step.unwrap_or_default();
    let usual = !matches!(step, "\t" | "   " | "    " | "        ");
    if usual {
        return text.to_owned();
    }
    let lines = text.split_inclusive('\n').map(|line| {
        let rest = line.trim_start_matches(' ');
        let deep = (line.len() - rest.len()) / 2;
        format!("{}{rest}", step.repeat(deep))
    });
    lines.collect()
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
        patches: &[Patch],
        refer: bool,
    ) -> Self {
        let mut needed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for patch in patches {
            let principals = patch.statement["Principal"].as_object();
            let principals = principals.into_iter().flat_map(|p| p.values());
            let all = principals.chain([&patch.statement["Resource"]]);
            let all = all.filter_map(Value::as_str).map(str::to_owned);
            needed.entry(patch.holder.clone()).or_default().extend(all);
        }
        let policies = Policies::new(configuration, &completion.made, &completion.places);
        Self {
            configuration,
            generated: generated(&policies),
            told: configuration.told(TELLING),
            apart: configuration.taken_apart(),
            needed,
            policies,
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

    /// By where a statement would go in: the ARNs of all that has the policy there, and so the statement.
    pub(super) fn shared(&self) -> Shared {
        let mut out = Shared::new();
        for (made, argument, holders) in self.policies.all() {
            let Some(source) = self.configuration.policy_source(made.node, argument) else {
                continue;
            };
            // What needs a role has its name, not its trust policy: only a managed policy is another's as well.
            let attached = made.node.type_name == "aws_iam_policy";
            let others = attached.then(|| self.others(made.node));
            let others = others.into_iter().flatten();
            let mut holders: Vec<String> = holders.into_iter().chain(others).collect();
            // Who is not seen to have it may have it all the same, by what is attached elsewhere.
            if attached && holders.is_empty() {
                holders.push(made.address());
            }
            for (place, document) in self.places(source) {
                let others = document.into_iter().flat_map(|node| self.others(node));
                let here = out.entry(place).or_default();
                here.extend(holders.iter().cloned().chain(others));
            }
        }
        for (_, node) in self.policies.unmade() {
            let arguments = ["policy", "assume_role_policy", "inline_policy.policy"];
            let sources = arguments
                .iter()
                .filter_map(|argument| self.configuration.policy_source(node, argument));
            for (place, _) in sources.flat_map(|source| self.places(source)) {
                out.entry(place).or_default().insert(node.address());
            }
        }
        out
    }

    /// What has a policy or a document without being made here.
    fn others(&self, node: &Node) -> Vec<String> {
        let order = self.order.as_ref();
        order.map_or_else(Vec::new, |order| self.policies.others(node, order))
    }

    /// Where statements go into a policy: for a document, those of which it is made as well.
    fn places(&self, source: PolicySource) -> Vec<((String, usize), Option<&'c Node>)> {
        let list = match source {
            PolicySource::Document { address } => {
                let mut out = Vec::new();
                for node in self.documents(address) {
                    let end = node.statements_end();
                    out.extend(end.map(|end| {
                        let insertion = Insertion::text(&node.place.source, end, String::new());
                        (insertion.place(), Some(node))
                    }));
                    // What it is made of may be a text that others take as well.
                    let texts = self.configuration.texts_of(node).into_iter();
                    out.extend(texts.map(|list| {
                        let insertion = Insertion::element(list, String::new());
                        (insertion.place(), Some(node))
                    }));
                }
                return out;
            }
            PolicySource::Encoded { list, .. }
            | PolicySource::Heredoc { list, .. }
            | PolicySource::File { list, .. } => list,
        };
        vec![(Insertion::element(list, String::new()).place(), None)]
    }

    /// Where a statement goes, but for the places that are to be avoided; none where the policy is in nothing that is
    /// understood.
    pub(super) fn place(
        &self,
        statement: &Statement<'_>,
        all: &[Statement<'_>],
        avoid: &dyn Fn(&(String, usize)) -> bool,
    ) -> Option<Place<'c>> {
        let patch = statement.patch;
        let mut found = self.policies.of(&patch.side, &patch.holder);
        // First where the like is granted already.
        found
            .written
            .sort_by_key(|(made, _)| !grants_the_like(made, statement));
        let good = |insertion: &Insertion| own(&insertion.path) && !avoid(&insertion.place());
        let written = found.written.iter();
        let behind: Vec<Insertion> = written
            .clone()
            .filter_map(|(made, attribute)| self.behind(made, attribute, statement))
            .filter(good)
            .collect();
        // What a module is told from outside is its caller's; what stands in it is everybody's who ever calls it.
        let (handed, data): (Vec<_>, Vec<_>) = written
            .flat_map(|(made, attribute)| self.data_for(made, attribute, statement))
            .filter(|(_, insertion)| good(insertion))
            .partition(|(handed, _)| *handed);
        let [handed, data] = [handed, data].map(|all| all.into_iter().map(|(_, i)| i));
        let into: Vec<Insertion> = handed.chain(behind).chain(data).collect();
        if let Some(insertion) = into.iter().find(|i| self.is_lasting([i.text_of()])) {
            return Some(Place::Into(insertion.clone()));
        }
        let beside = found.beside.as_ref();
        let new: Vec<New<'c>> = beside.map_or_else(Vec::new, |beside| {
            let within = (!self.too_many(beside.0, statement, all))
                .then(|| self.within(beside, statement))
                .flatten();
            let outside = self.outside(beside, statement);
            let all = within.into_iter().chain(outside);
            all.filter(|new| !avoid(&new.place())).collect()
        });
        let lasting = |n: &New<'_>| self.is_lasting(n.statements.iter().map(String::as_str));
        let (lasting, others): (Vec<_>, Vec<_>) = new.into_iter().partition(lasting);
        let mut new = lasting.into_iter();
        if let Some(new) = new.next() {
            return Some(Place::Beside(new));
        }
        let into = into.into_iter().next().map(Place::Into);
        into.or_else(|| others.into_iter().next().map(Place::Beside))
    }

    /// Whether texts name nothing of what the configuration makes by its ARN as it is in this rehearsal: under other values of
    /// variables that is another one. Where references would be a circle, names have to do.
    pub(super) fn is_lasting<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> bool {
        let made = |text: &str| {
            let arns = self.policies.made.iter().filter_map(|m| m.text("arn"));
            let mut arns = arns.filter(|arn| arn.starts_with("arn:"));
            arns.any(|arn| {
                let rest = text.strip_prefix(arn);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', ':', '*']))
            })
        };
        !self.refer || !texts.into_iter().flat_map(|text| text.split('"')).any(made)
    }

    /// Whether a text has the name of a pipeline as it is in this rehearsal, under which a store has its objects, where it is made
    /// of something that may differ, and does not name the instance that has that name.
    pub(super) fn freezes(&self, text: &str) -> bool {
        let pipelines = self.policies.made.iter();
        let mut pipelines = pipelines.filter(|m| m.node.type_name == "aws_codepipeline");
        pipelines.any(|made| {
            let name = made.text("name").unwrap_or_default();
            let plain = quoted(name);
            let written = made.node.written("name");
            text.contains(&format!("/{name}/"))
                && !text.contains(&plain)
                && written.is_some_and(|written| written != plain)
        })
    }

    /// Whether a resource beside one would be made for others too that do not lack the statement: a module may be called
    /// several times.
    pub(super) fn too_many(
        &self,
        concerned: &Made<'c>,
        statement: &Statement<'_>,
        all: &[Statement<'_>],
    ) -> bool {
        let lacks = |arn: &str| {
            all.iter().any(|s| {
                (&s.patch.side, &*s.patch.holder) == (&statement.patch.side, arn)
                    && s.actions == statement.actions
            })
        };
        let place = |made: &Made<'_>| (made.node.place.path(), made.node.place.line());
        let same = place(concerned);
        let mut made = self.policies.made.iter();
        made.any(|other| {
            other.path != concerned.path
                && place(other) == same
                && !other.text("arn").is_some_and(lacks)
        })
    }

    /// A new resource in the module of what it concerns.
    fn within(&self, beside: &Beside<'_, 'c>, statement: &Statement<'_>) -> Option<New<'c>> {
        let (concerned, kind, argument, attribute) = *beside;
        let node = concerned.node;
        if !own(&node.place.path()) {
            return None;
        }
        let here = Here {
            module: &node.path,
            path: concerned.path,
            block: None,
            beside: false,
            each: None,
            holder: &statement.patch.holder,
            template: None,
            call: None,
        };
        let key = concerned.key.as_ref();
        let each = key.zip(Repeated::of(node)).and_then(|(key, repeated)| {
            let mut nodes = self.configuration.nodes.iter();
            let every = Here {
                block: nodes.position(|n| std::ptr::eq(n, node)),
                beside: true,
                each: Some((repeated.key, key)),
                ..here
            };
            Some(Of {
                node,
                repeated,
                path: concerned.path,
                attribute,
                statements: self.statements(kind, statement, &every)?,
            })
        });
        let key = key.map(|k| k.as_str().map_or_else(|| k.to_string(), str::to_owned));
        Some(New {
            of: each,
            repeated: None,
            kind,
            module: &node.path,
            source: &node.place.source,
            end: node.end()?.1,
            provider: node.provider.clone(),
            name: match key {
                Some(key) => format!("{}_{}", node.name, plain(&key)),
                None => node.name.clone(),
            },
            argument,
            concerned: format!("{}.{attribute}", concerned.reference()),
            after: None,
            statements: self.statements(kind, statement, &here)?,
        })
    }

    /// A new resource where the module is called from that what it concerns is in: from a root.
    fn outside(&self, beside: &Beside<'_, 'c>, statement: &Statement<'_>) -> Option<New<'c>> {
        let (concerned, kind, argument, attribute) = *beside;
        let node = concerned.node;
        let call = self.configuration.call_of(&node.path)?;
        if self.configuration.call_of(call.module).is_some() {
            return None;
        }
        let here = Here {
            module: call.module,
            path: call.module,
            block: None,
            beside: false,
            each: None,
            holder: &statement.patch.holder,
            template: None,
            call: None,
        };
        let value = concerned.text(attribute)?;
        let mut names = self.named.get(call.module).into_iter().flatten();
        let module = concerned
            .path
            .strip_prefix(call.module)?
            .trim_end_matches('.');
        let output = names.find(|named| {
            let rest = named.name.strip_prefix(module);
            named.text == value && rest.is_some_and(|rest| rest.starts_with('.'))
        });
        let (concerned, after) = match output {
            Some(named) => (named.name.clone(), None),
            // A name that was written is the same on AWS.
            None if node.has("name") || node.has("bucket") => {
                (quoted(value), Some(format!("module.{}", call.name)))
            }
            None => return None,
        };
        let provider = self.configuration.provider_of(node).ok()?;
        Some(New {
            of: None,
            repeated: None,
            kind,
            module: call.module,
            source: call.source,
            end: call.end,
            provider: (provider.name != "aws").then_some(provider.name),
            name: plain(module.trim_start_matches("module."))
                .trim_matches('_')
                .to_owned(),
            argument,
            concerned,
            after,
            statements: self.statements(kind, statement, &here)?,
        })
    }

    /// What a new policy says.
    fn statements(
        &self,
        kind: &str,
        statement: &Statement<'_>,
        here: &Here<'_>,
    ) -> Option<Vec<String>> {
        let mut out = Vec::new();
        if kind == "aws_kms_key_policy" {
            out.push(self.default_statement(&statement.patch.account, here)?);
        }
        out.push(self.object(statement, here)?);
        Some(out)
    }

    /// What a policy takes the place of: a key policy of one's own has to say what the default one said, or nobody could
    /// manage the key any more.
    fn default_statement(&self, account: &str, here: &Here<'_>) -> Option<String> {
        let root = self.expression(&format!("arn:aws:iam::{account}:root"), here)?;
        Some(format!(
            "{{ Sid = \"Enable IAM User Permissions\", Effect = \"Allow\", Principal = {{ AWS = {root} }}, Action = \"kms:*\", Resource = \"*\" }}"
        ))
    }

    /// The keys of the instances that a block makes with `for_each` or `count`; none, where blocks of several modules have the address.
    pub(super) fn keys_of(&self, address: &str) -> BTreeSet<String> {
        if let Some(variable) = address.strip_prefix("var.") {
            let length = self.configuration.length_of(variable);
            return (0..length.unwrap_or(0)).map(|i| i.to_string()).collect();
        }
        let all = self.policies.made.iter();
        let made: Vec<&Made<'_>> = all.filter(|m| m.node.local_address() == address).collect();
        let paths: BTreeSet<&str> = made.iter().map(|m| m.path).collect();
        let keys = made.iter().filter_map(|m| m.key.as_ref());
        let text = |key: &Value| key.as_str().map_or_else(|| key.to_string(), str::to_owned);
        match paths.len() {
            1 => keys.map(text).collect(),
            _ => BTreeSet::new(),
        }
    }

    /// The path of a module, as its nodes have it.
    pub(super) fn module_path(&self, path: &str) -> Option<&'c str> {
        let node = self.configuration.nodes.iter().find(|n| n.path == path);
        node.map(|n| n.path.as_str())
            .or_else(|| path.is_empty().then_some(""))
    }
}
