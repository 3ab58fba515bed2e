//! Resources of services that are not here. Nothing of them is made; but policies name their ARNs, and those follow from
//! their names.
//!
//! **Invariant:** what stands for an attribute here is never what decides: ARNs and ids of other services are nobody's of those
//! that are here. What else is asked of these is an error that no fallback passes over ([`sekisho_iac::Value::open`]), but in the
//! configuration of an action that is not run: that stands as it is written.

mod table;

use std::collections::{BTreeMap, BTreeSet};

use sekisho_codepipeline::is_run_type;
use sekisho_iac::{Configuration, Node, Order, Problem, Scope, State};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::rehearse::{Client, Note, unsupported};
use table::{FOREIGN, Foreign, OTHER};

/// What the provider puts in front of a name that it makes up.
const PREFIX: &str = "name_prefix";

/// The bus of a rule: a part of its ARN, but for the default one.
const BUS: &str = "event_bus_name";

/// What is known of a type, beyond what holds for any.
fn find(node: &Node) -> Option<&'static Foreign> {
    FOREIGN.iter().find(|f| f.kind == node.type_name)
}

/// The attributes of a node that is not made, and what is said of it.
pub(in crate::rehearse) type Reckoned = (Map<String, Value>, Note);

/// The nodes of a configuration that are of services which are not here, and what is read of each.
pub(in crate::rehearse) struct Strangers {
    /// By address: the attributes that are read, those that only actions read which are not run here set apart.
    read: BTreeMap<String, Read>,
    /// Where the configurations of actions stand that are not run here.
    idle: Vec<(String, std::ops::Range<usize>)>,
}

#[derive(Default)]
struct Read {
    by_all: BTreeSet<String>,
    by_idle: BTreeSet<String>,
}

impl Strangers {
    pub(in crate::rehearse) fn of(configuration: &Configuration) -> Self {
        let idle = idle(configuration);
        let mut read: BTreeMap<String, Read> = BTreeMap::new();
        for (node, attribute, place) in configuration.attributes() {
            if super::own(node) {
                continue;
            }
            let known = read.entry(node.address()).or_default();
            let within = |(path, range): &(String, std::ops::Range<usize>)| {
                *path == place.source.path && range.contains(&place.offset)
            };
            match idle.iter().any(within) {
                true => known.by_idle.insert(attribute),
                false => known.by_all.insert(attribute),
            };
        }
        Self { read, idle }
    }

    /// Tells a state what it need not evaluate, and what to hold to no condition.
    pub(in crate::rehearse) fn tell(&self, configuration: &Configuration, state: &mut State<'_>) {
        state.leave(self.idle.clone());
        let nodes = configuration.nodes.iter().enumerate();
        let reckoned = nodes.filter(|(_, n)| self.known(n)).map(|(i, _)| i);
        state.reckon(reckoned.collect());
    }

    fn read(&self, node: &Node) -> Option<&Read> {
        self.read.get(&node.address())
    }

    /// Whether all that is read of a node can be said without making it.
    pub(in crate::rehearse) fn known(&self, node: &Node) -> bool {
        if super::own(node) || unsupported::of_deciding_service(&node.type_name) {
            return false;
        }
        // Of a resource more may be read by what decides nothing, and is said not to be there when it is asked for.
        let resource = node.type_name.starts_with("aws_") && !node.is_data();
        let all = |read: &Read| read.by_all.iter().all(|name| derives(node, name));
        resource || self.read(node).is_some_and(all)
    }

    /// What to do about a problem that an attribute of such a node is not known.
    pub(in crate::rehearse) fn advised(&self, message: &str) -> String {
        let asked = message.rsplit_once(": the attribute `");
        let asked = asked.and_then(|(front, rest)| {
            let address = front.rsplit(' ').next()?;
            Some((address, rest.split_once('`')?.0))
        });
        match asked.filter(|(address, _)| self.read.contains_key(*address)) {
            Some((address, name)) => {
                format!("{message}; give what it is: --set {address}.{name}=VALUE")
            }
            None => message.to_owned(),
        }
    }

    /// What is read of a node that does not follow from what is written there.
    pub(in crate::rehearse) fn unknown<'s>(&'s self, node: &Node) -> Option<&'s str> {
        let mut names = self.read(node)?.by_all.iter();
        names.find(|name| !derives(node, name)).map(|name| &**name)
    }

    /// Lets these wait for nothing but what is read of them: what else they refer to is not made of anything here.
    pub(in crate::rehearse) fn detach(&self, configuration: &Configuration, order: &mut Order) {
        let given = |node: &Node| {
            !super::own(node) && configuration.is_given(node) && !configuration.reads_together(node)
        };
        for (node, needs) in configuration.nodes.iter().zip(&mut order.needs) {
            if !self.known(node) && !given(node) {
                continue;
            }
            let own = find(node).map_or("name", |f| f.argument);
            let made_of = find(node).into_iter().flat_map(Foreign::names);
            let mut names: Vec<String> = [own, PREFIX, BUS, "count", "for_each"]
                .into_iter()
                .chain(made_of)
                .map(str::to_owned)
                .collect();
            if let Some(read) = self.read(node) {
                names.extend(read.by_all.union(&read.by_idle).cloned());
            }
            let needed = names.iter().flat_map(|n| configuration.refers(node, n));
            *needs = needed.collect();
        }
    }

    /// The attributes of such a node, and what is said of it; none if it is another.
    pub(in crate::rehearse) fn values(
        &self,
        node: &Node,
        address: &str,
        client: Option<&Client>,
        scope: &Scope<'_>,
    ) -> Option<Result<Reckoned, Problem>> {
        self.known(node)
            .then(|| self.made(node, address, client, scope))
    }

    fn made(
        &self,
        node: &Node,
        address: &str,
        client: Option<&Client>,
        scope: &Scope<'_>,
    ) -> Result<Reckoned, Problem> {
        let by_all = self.read(node).map(|read| &read.by_all);
        // What else it says may refer to what is not here at all.
        let whole = node.arguments(scope).map(|a| a.values);
        let mut values = whole.unwrap_or_else(|_| node.readable(scope));
        // What is said to be nothing the provider may fill.
        values.retain(|_, value| !value.is_null());
        if node.type_name.starts_with("aws_") {
            let no_provider = || Problem::at(&node.place, "it has no provider");
            let client = client.ok_or_else(no_provider)?;
            let region = values.get(super::region::ARGUMENT).cloned();
            let client = &*super::region::of(node, client, region.as_ref());
            derive(node, address, client, scope, &mut values)?;
        }
        let arn = values.get("arn").and_then(Value::as_str);
        let named = by_all.is_some_and(|names| names.contains("arn")) || find(node).is_some();
        let message = match arn.filter(|_| named) {
            Some(arn) => format!(
                "{address} is of a service that sekisho does not have: it is not made, and its ARN is taken to be {arn}"
            ),
            None => format!("{address} is of a service that sekisho does not have: it is not made"),
        };
        let note = Note {
            message,
            place: Some(node.place.clone()),
        };
        Ok((values, note))
    }
}

/// Whether an attribute follows from what is written in the block.
fn derives(node: &Node, attribute: &str) -> bool {
    // Of what is read, the answer may be anything where nothing is known of the type: an account, or somebody in one.
    let said = |f: &Foreign| node.has(f.argument) || node.has("arn");
    let aws = match node.is_data() {
        true => find(node).is_some_and(said),
        false => node.type_name.starts_with("aws_"),
    };
    let more = find(node).map_or(&[][..], |f| f.more);
    let more = more.iter().any(|(name, _)| *name == attribute);
    let argument = find(node).is_some_and(|f| f.argument == attribute);
    node.has(attribute)
        || aws && (matches!(attribute, "arn" | "id") || more)
        || argument && !node.is_data()
}

/// Where the configurations of actions stand that are not run here, whatever is skipped.
fn idle(configuration: &Configuration) -> Vec<(String, std::ops::Range<usize>)> {
    let nodes = configuration.nodes.iter();
    let pipelines = nodes.filter(|n| n.type_name == "aws_codepipeline");
    let actions = pipelines.flat_map(|n| n.nested(&["stage", "action"]));
    let idle = actions.filter_map(|action| {
        let text = |name: &str| action.plain(name);
        let (owner, category) = (text("owner")?, text("category")?);
        if category == "Approval" || is_run_type(owner, category, text("provider")?) {
            return None;
        }
        action.range("configuration")
    });
    idle.collect()
}

/// Adds what follows from the name of a resource: its ARN, its `id` and what else its type has.
fn derive(
    node: &Node,
    address: &str,
    client: &Client,
    scope: &Scope<'_>,
    values: &mut Map<String, Value>,
) -> Result<(), Problem> {
    let digest = hex::encode(Sha256::digest(address));
    let part = |from: usize, to: usize| digest.get(from..to).unwrap_or_default();
    let text = |name: &str| {
        let value = node.argument(name, scope)?;
        Ok::<_, Problem>(value.as_ref().and_then(Value::as_str).map(str::to_owned))
    };
    let own = find(node);
    let argument = own.map_or("name", |f| f.argument);
    let name = match text(argument)? {
        Some(name) => name,
        // The provider makes one up.
        None => {
            let prefix = text(PREFIX)?.unwrap_or_else(|| "terraform-".to_owned());
            let fifo = ["fifo_topic", "fifo_queue"];
            let fifo = fifo
                .iter()
                .any(|f| values.get(*f) == Some(&Value::Bool(true)));
            let end = if fifo { ".fifo" } else { "" };
            format!("{prefix}{}{end}", part(0, 26))
        }
    };
    let kind = node.type_name.trim_start_matches("aws_");
    let (service, of_it) = kind.split_once('_').unwrap_or((kind, kind));
    let capitals = part(0, 13).to_ascii_uppercase();
    let uuid = [
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32),
    ]
    .join("-");
    let mut known: BTreeMap<&str, String> = BTreeMap::from([
        ("account", client.account.clone()),
        ("bare", name.trim_start_matches('/').to_owned()),
        ("hex", part(0, 6).to_owned()),
        ("ID:lower", capitals.to_ascii_lowercase()),
        ("ID", capitals),
        ("kind", of_it.to_owned()),
        ("name", name.clone()),
        ("region", client.region.clone()),
        ("service", service.to_owned()),
        ("uuid", uuid),
    ]);
    let other = format!("{of_it}-{}", part(0, 17));
    let (mut arn, id) = own.map_or((OTHER, &*other), |f| (f.arn, f.id));
    let bus = text(BUS)?.filter(|bus| bus != "default");
    if let (true, Some(bus)) = (kind == "cloudwatch_event_rule", bus) {
        // It may be given by its ARN.
        let bus = bus.rsplit('/').next().unwrap_or(&bus).to_owned();
        known.insert("bus", bus);
        arn = "arn:aws:events:{region}:{account}:rule/{bus}/{name}";
    }
    // Who reads something by its ARN has said it.
    let said = values.get("arn").and_then(Value::as_str);
    let said = said.filter(|_| node.is_data()).map(str::to_owned);
    known.extend(said.clone().map(|arn| ("arn", arn)));
    // The one may be made of the other.
    for (name, template) in [("id", id), ("arn", arn), ("id", id)] {
        if name != "arn" || said.is_none() {
            let value = filled(template, &known, &text)?;
            known.insert(name, value);
        }
    }
    for (name, template) in own.map_or(&[][..], |f| f.more) {
        let value = filled(template, &known, &text)?;
        let number = value.parse::<u64>().map(|number| json!(number));
        values.insert((*name).to_owned(), number.unwrap_or(json!(value)));
    }
    if !argument.is_empty() && !node.is_data() {
        values.insert(argument.to_owned(), json!(name));
    }
    for name in ["arn", "id"].into_iter().filter(|name| derives(node, name)) {
        // What is read by it says so.
        if !(node.is_data() && node.has(name)) {
            values.insert(name.to_owned(), json!(known.get(name)));
        }
    }
    Ok(())
}

/// A template with what its names stand for; those that are not `known` are arguments.
fn filled(
    template: &str,
    known: &BTreeMap<&str, String>,
    argument: &dyn Fn(&str) -> Result<Option<String>, Problem>,
) -> Result<String, Problem> {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(before);
        match known.get(name) {
            Some(value) => out.push_str(value),
            None => {
                let value = argument(name)?.unwrap_or_else(|| "default".to_owned());
                out.push_str(value.rsplit(['/', ':']).next().unwrap_or_default());
            }
        }
        rest = behind;
    }
    out.push_str(rest);
    Ok(out)
}
