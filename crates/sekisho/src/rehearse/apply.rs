//! Makes the resources of a configuration, each as the account of its provider.

mod early;
mod strangers;
mod waiting;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sekisho_engine::Engine;
use sekisho_iac::{
    Configuration, Named, Node, Order, Problem, ProviderId, Refused, Repetition, Scope, State,
    Value as Made,
};
use serde_json::{Map, Value, json};

use super::providers::Providers;
use super::resources::foreign::Strangers;
use super::{
    Client, Failure, FailureKind, Note, Options, Patch, follow, given, image, nobody, object,
    resources, unsupported,
};
pub(super) use early::{Early, late};
use strangers::left_out;
pub(super) use waiting::Untold;

/// What the engine holds when the configuration is applied.
#[derive(Default)]
pub(super) struct Applied {
    pub(super) pipelines: Vec<(Client, String)>,
    pub(super) failures: Vec<Failure>,
    /// The arguments of what the engine refused last.
    refused: Map<String, Value>,
    /// What is there of resources that could not be made wholly.
    halves: BTreeMap<String, Map<String, Value>>,
    pub(super) notes: Vec<Note>,
    /// What to do, or to know, about what failed.
    pub(super) hints: Vec<Note>,
    pub(super) resources: usize,
    /// The values of what was made, by address.
    pub(super) values: BTreeMap<String, Value>,
    /// Texts that have a name in a module, by what comes before addresses there.
    pub(super) named: BTreeMap<String, Vec<Named>>,
    /// The account and the region of each provider.
    pub(super) places: BTreeMap<ProviderId, (String, String)>,
    /// Executions that began before policies were there that are now.
    pub(super) early: Vec<Early>,
    /// What is not known of policies that could not be made.
    pub(super) untold: Vec<Untold>,
    /// Which `--image` arguments a pipeline took.
    images: BTreeSet<usize>,
}

struct Run<'r, 'c> {
    configuration: &'c Configuration,
    order: &'r Order,
    strangers: &'r Strangers,
    options: &'r Options,
    clients: BTreeMap<ProviderId, Client>,
    state: State<'c>,
    applied: Applied,
    /// Nodes that could not be made, and those that depend on them.
    broken: BTreeSet<usize>,
    /// Of those the ones that wait for another that was not made, and for which.
    waiting: BTreeMap<usize, usize>,
    /// The accounts of the configuration.
    accounts: Vec<String>,
    /// Nodes that may decide about a pipeline.
    needed: BTreeSet<usize>,
    /// By pipeline: the policies that are made after it.
    late: BTreeMap<usize, Vec<usize>>,
}

/// Makes every node but those of `left_out`.
pub(super) fn apply(
    engine: &Arc<Engine>,
    configuration: &Configuration,
    (order, strangers): (&Order, &Strangers),
    left_out: &BTreeSet<usize>,
    options: &Options,
    patches: &[Patch],
    progress: &mut dyn FnMut(&str),
) -> Result<Applied, Vec<Problem>> {
    let providers = Providers::new(configuration, options)?;
    let wanted: Vec<usize> = order
        .nodes
        .iter()
        .copied()
        .filter(|i| !left_out.contains(i))
        .collect();
    let nodes = wanted.iter().filter_map(|i| configuration.nodes.get(*i));
    let mut run = Run {
        clients: providers.clients(engine, nodes)?,
        configuration,
        order,
        strangers,
        options,
        state: State::new(configuration),
        applied: Applied::default(),
        broken: BTreeSet::new(),
        waiting: BTreeMap::new(),
        accounts: Vec::new(),
        needed: unsupported::needed(configuration, order, true),
        late: late(configuration, order),
    };
    strangers.tell(configuration, &mut run.state);
    for client in run.clients.values_mut() {
        client.patches = patches.into();
    }
    run.accounts = run.clients.values().map(|c| c.account.clone()).collect();
    let places = run.clients.iter();
    let places = places.map(|(id, c)| (id.clone(), (c.account.clone(), c.region.clone())));
    run.applied.places = places.collect();
    let notes = given::prepare(engine, options, &run.accounts)?;
    run.applied.notes.extend(notes);
    let pipeline = |i: &usize| {
        let node = configuration.nodes.get(*i);
        node.is_some_and(|n| n.type_name == "aws_codepipeline")
    };
    // Pipelines come last, for their first execution begins with them; only what needs one comes behind it.
    let behind = |i: &usize| pipeline(i) || order.reach(*i).iter().any(pipeline);
    let (last, rest): (Vec<usize>, Vec<usize>) = wanted.iter().partition(|i| behind(i));
    // What takes policies away takes those that are made beside it as well, at the latest when it is applied again.
    let takes = |i: &usize| {
        let node = configuration.nodes.get(*i);
        node.is_some_and(|n| n.type_name.ends_with("_exclusive"))
    };
    let (takers, rest): (Vec<usize>, Vec<usize>) = rest.iter().partition(|i| takes(i));
    run.all(&rest, progress);
    run.again(&rest, progress);
    run.all(&takers, progress);
    run.all(&last, progress);
    run.finish()
}

impl Run<'_, '_> {
    fn all(&mut self, indices: &[usize], progress: &mut dyn FnMut(&str)) {
        for index in indices {
            let Some(node) = self.configuration.nodes.get(*index) else {
                continue;
            };
            let needs = self.order.needs.get(*index).into_iter().flatten();
            if let Some(broken) = needs.into_iter().find(|i| self.broken.contains(i)) {
                // What depends on a resource that could not be made cannot be made either; that is said once.
                self.broken.insert(*index);
                self.waiting.insert(*index, *broken);
                continue;
            }
            self.waiting.remove(index);
            let known = self.applied.pipelines.len();
            match self.node(node) {
                Ok(()) if node.is_data() => {}
                Ok(()) => {
                    progress(&format!("made {}", node.address()));
                    self.begin(*index, known, progress);
                }
                // What is there already on AWS may not be here; what a condition says is said of what is.
                Err(problem)
                    if (problem.is_unsupported()
                        || ((resources::reads_elsewhere(node) && !problem.is_of_condition()
                            || unsupported::is_elsewhere(node, &problem))
                            && !self.needed.is_empty()))
                        && !self.needed.contains(index) =>
                {
                    self.broken.insert(*index);
                    // What is tried again is said once.
                    let note = left_out(&node.address(), problem);
                    if !self.applied.notes.iter().any(|n| n.message == note.message) {
                        self.applied.notes.push(note);
                    }
                }
                Err(problem) => {
                    progress(&format!("failed {}: {}", node.address(), problem.message));
                    self.broken.insert(*index);
                    self.applied.failures.push(Failure {
                        address: node.address(),
                        problem,
                        arguments: std::mem::take(&mut self.applied.refused),
                        kind: FailureKind::NotMade,
                    });
                }
            }
        }
    }

    /// Tries again what failed, as people do with directories that name each other's roles: they apply one a second
    /// time after the other.
    fn again(&mut self, indices: &[usize], progress: &mut dyn FnMut(&str)) {
        let several = self.configuration.directories() > 1;
        let worth = |f: &Failure| several || nobody::is_named(&f.problem);
        while self.applied.failures.iter().any(worth) {
            let before = std::mem::take(&mut self.broken);
            let failed = std::mem::take(&mut self.applied.failures);
            // What is there by half is not made anew.
            let (half, failed): (Vec<Failure>, Vec<Failure>) = failed
                .into_iter()
                .partition(|f| self.applied.halves.contains_key(&f.address));
            let is_half = |i: &usize| {
                let node = self.configuration.nodes.get(*i);
                node.is_some_and(|n| half.iter().any(|f| f.address == n.address()))
            };
            let (stay, waiting): (Vec<usize>, Vec<usize>) = indices
                .iter()
                .copied()
                .filter(|i| before.contains(i))
                .partition(is_half);
            self.broken.extend(stay);
            self.applied.failures.extend(half);
            self.all(&waiting, progress);
            if self.broken.len() == before.len() {
                return;
            }
            let still = |f: &Failure| self.applied.failures.iter().any(|g| g.address == f.address);
            let made: Vec<Failure> = failed.into_iter().filter(|f| !still(f)).collect();
            for failure in made.into_iter().filter(|_| several) {
                let message = format!(
                    "{} can be made only when the other directory is applied: apply its directory a second time (at first AWS says: {})",
                    failure.address, failure.problem.message
                );
                self.applied.notes.push(Note {
                    message,
                    place: failure.problem.place,
                });
            }
        }
    }

    fn node(&mut self, node: &Node) -> Result<(), Problem> {
        let client = match self.configuration.provider_of(node) {
            Ok(id) => self.clients.get(&id).cloned(),
            Err(problem) => return Err(problem),
        };
        let mut made = Vec::new();
        for (path, scope) in self.state.scopes(node)? {
            let mut maker = Maker {
                state: &self.state,
                configuration: self.configuration,
                strangers: self.strangers,
                options: self.options,
                applied: &mut self.applied,
                node,
                client: client.as_ref(),
                accounts: &self.accounts,
            };
            let value = maker.instances(&path, &scope)?;
            made.push((format!("{path}{}", node.local_address()), value));
        }
        for (address, value) in made {
            self.state.insert(address, value);
        }
        if let Some(client) = client.filter(|_| !node.is_data()) {
            client.mend();
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Applied, Vec<Problem>> {
        self.leave_strangers_out();
        if !self.applied.failures.is_empty() {
            self.tell_waiting();
        }
        let failures = self.applied.failures.iter();
        let said: BTreeSet<String> = failures.map(|f| f.problem.to_string()).collect();
        let shown = self.state.shown_secrets(&resources::schema::secrets);
        let refused = self.state.refused_values(&resources::holds_more);
        let refused = refused
            .into_iter()
            .filter(|r| !said.contains(&r.problem.to_string()));
        let (missing, refused): (Vec<_>, Vec<_>) = refused.partition(|r| r.of_missing);
        let plain = |all: Vec<Refused>| all.into_iter().map(|r| (r.address, r.problem));
        let (missing, refused) = (plain(missing), plain(refused));
        // An attribute that is written wrongly looks like one that is not here.
        let attribute = |p: &Problem| p.is_unsupported() && p.message.contains(": the attribute `");
        let unread = missing.filter(|(_, p)| attribute(p));
        self.applied
            .notes
            .extend(unread.map(|(address, problem)| Note {
                message: format!("{address} is not read: {}", problem.message),
                place: problem.place,
            }));
        let refused = refused.chain(shown).map(|(address, problem)| Failure {
            address,
            problem,
            arguments: Map::new(),
            kind: FailureKind::NotMade,
        });
        self.applied.failures.extend(refused);
        // What decides about a pipeline and is not supported: no verdict would be worth anything.
        let failures = self.applied.failures.iter();
        let mut problems: Vec<Problem> = failures
            .filter(|f| f.problem.is_unsupported())
            .map(|f| Problem {
                message: format!(
                    "{}: {}",
                    f.address,
                    self.strangers.advised(&f.problem.message)
                ),
                place: f.problem.place.clone(),
            })
            .collect();
        if self.applied.failures.is_empty() {
            problems.extend(image::unused(self.options, &self.applied.images));
        }
        // Repairs are written of rehearsals in which policies had more than they have.
        let mended = self.clients.values().any(|c| !c.patches.is_empty());
        if mended {
            self.applied.named = self.state.named();
        }
        self.applied.values = self.state.into_values();
        for (address, half) in std::mem::take(&mut self.applied.halves) {
            let values = self.applied.values.entry(address);
            values.or_insert(Value::Object(half));
        }
        if problems.is_empty() {
            Ok(self.applied)
        } else {
            Err(problems)
        }
    }
}

/// Makes the instances of one block in one instance of its module.
struct Maker<'m, 'c> {
    state: &'m State<'c>,
    configuration: &'c Configuration,
    strangers: &'m Strangers,
    options: &'m Options,
    applied: &'m mut Applied,
    node: &'m Node,
    client: Option<&'m Client>,
    accounts: &'m [String],
}

impl Maker<'_, '_> {
    /// Makes all instances; the value is what references to them see.
    fn instances(&mut self, path: &str, scope: &Scope<'_>) -> Result<Made, Problem> {
        let address = format!("{path}{}", self.node.local_address());
        match self.node.repetition(scope)? {
            Repetition::Once => self.instance(&address, scope),
            Repetition::Count(count) => {
                let mut all = Vec::new();
                for index in 0..usize::try_from(count).unwrap_or(usize::MAX) {
                    let inner = scope.with("count", State::index(index));
                    all.push(self.instance(&format!("{address}[{index}]"), &inner)?);
                }
                Ok(Made::tuple(all))
            }
            Repetition::Each(pairs) => {
                let mut map = BTreeMap::new();
                for (key, value) in pairs {
                    let inner = scope.with("each", State::each(&key, value));
                    let address = format!("{address}[{}]", json!(key));
                    map.insert(key, self.instance(&address, &inner)?);
                }
                Ok(Made::object(map))
            }
        }
    }

    fn instance(&mut self, address: &str, scope: &Scope<'_>) -> Result<Made, Problem> {
        self.node.check(scope, None)?;
        let made = resources::schema::typed(self.node, self.made(address, scope)?);
        let made = match resources::is_whole(self.node) {
            true => made,
            false => made.open(&self.node.address()),
        };
        self.node.check(scope, Some(&made))?;
        Ok(made)
    }

    fn made(&mut self, address: &str, scope: &Scope<'_>) -> Result<Map<String, Value>, Problem> {
        let node = self.node;
        self.applied.refused.clear();
        // What is given for one instance goes before what is given for all.
        let all = self.configuration.given(&node.address());
        let own = self.configuration.given(address);
        let given = match (all, own) {
            (Some(mut all), Some(own)) => {
                all.extend(own);
                Some(all)
            }
            (all, own) => all.or(own),
        };
        if let Some(given) = given
            .as_ref()
            .filter(|_| node.is_data() || !resources::own(node))
        {
            // What somebody gave stands for what cannot be read here; its arguments may not be readable either.
            let derived = self.strangers.values(node, address, self.client, scope);
            let mut values = match derived {
                Some(Ok((values, _))) => values,
                _ => node
                    .arguments(scope)
                    .map_or_else(|_| node.readable(scope), |a| a.values),
            };
            values.extend(given.clone());
            return Ok(values);
        }
        let planned = self.configuration.planned(address);
        if let Some(planned) = planned.filter(|_| !resources::own(node)) {
            return Ok(planned.clone());
        }
        if let Some(outputs) = self.state.remote_outputs(node, scope) {
            return Ok(Map::from_iter([(
                "outputs".to_owned(),
                Value::Object(outputs?),
            )]));
        }
        if let Some(derived) = self.strangers.values(node, address, self.client, scope) {
            let (values, note) = derived?;
            self.applied.notes.push(note);
            return Ok(values);
        }
        let mut arguments = node.arguments(scope)?;
        let unsaid = given::unsaid(self.options, self.accounts, &arguments.values);
        if let Some(message) = unsaid
            && !self.applied.notes.iter().any(|n| n.message == message)
        {
            self.applied.notes.push(Note {
                message: message.to_owned(),
                place: Some(node.place.clone()),
            });
        }
        if node.type_name == "aws_iam_policy_document" {
            return resources::document(node, arguments.values);
        }
        if resources::is_template(node) {
            let mut values = arguments.values;
            let rendered = scope.rendered(&values);
            let rendered = rendered.map_err(|m| Problem::at(&node.place, m))?;
            values.insert("rendered".to_owned(), json!(rendered));
            return Ok(values);
        }
        if let Some(values) = resources::without_provider(node, address, &arguments, scope)? {
            return Ok(values);
        }
        resources::schema::convert(node, &mut arguments)?;
        let no_provider = || Problem::at(&node.place, "it has no provider");
        let client = self.client.ok_or_else(no_provider)?;
        let client = &*resources::region::of(node, client, arguments.values.get("region"));
        let mut own_tags = None;
        if resources::takes(node, "tags") && !client.default_tags.is_empty() {
            let mut tags = client.default_tags.clone();
            if let Some(Value::Object(own)) = arguments.values.get("tags") {
                tags.extend(own.clone());
            }
            let tags = Value::Object(tags);
            let own = arguments.values.insert("tags".to_owned(), tags);
            own_tags = Some(own.unwrap_or_default());
        }
        if matches!(&*node.type_name, "aws_s3_object" | "aws_s3_bucket_object") {
            object::locate(scope, &mut arguments.values);
        }
        if node.type_name == "aws_codepipeline" {
            // The first execution starts with the pipeline: the image must be there by then.
            image::push_for(
                client,
                &arguments.values,
                self.options,
                &mut self.applied.images,
            )
            .map_err(|m| Problem::at(&node.place, m))?;
            if self.options.generate_images {
                let placed = object::stand_in(client, &arguments.values);
                self.applied
                    .notes
                    .extend(placed.into_iter().map(|message| Note {
                        message,
                        place: Some(node.place.clone()),
                    }));
            }
        }
        let mut half = Map::new();
        let made = resources::make(node, address, client, &arguments, &mut half);
        let mut made = made.inspect_err(|_| {
            self.applied.refused.clone_from(&arguments.values);
            // Of what there are several the others are not there yet.
            if !half.is_empty() && address == node.address() {
                self.applied.halves.insert(address.to_owned(), half);
            }
        })?;
        resources::schema::complete(node, &mut made);
        // Those of the provider are among `tags_all` alone.
        made.extend(own_tags.map(|tags| ("tags".to_owned(), tags)));
        made.extend(given.unwrap_or_default());
        let ignored = resources::ignored(node, &arguments);
        if !ignored.is_empty() {
            self.applied.notes.push(Note {
                message: format!("{address}: {} has no effect here", ignored.join(", ")),
                place: Some(node.place.clone()),
            });
        }
        if !node.is_data() {
            self.applied.resources += 1;
        } else if resources::lists_aws(node) {
            self.applied.notes.push(Note {
                message: format!(
                    "{address} lists what this configuration makes: on AWS there may be more"
                ),
                place: Some(node.place.clone()),
            });
        }
        if node.type_name == "aws_codepipeline" {
            let name = made.get("name").and_then(Value::as_str);
            let name = name.unwrap_or_default().to_owned();
            let mut root = client.root_of(&client.account);
            root.default_tags.clone_from(&client.default_tags);
            self.applied.pipelines.push((root, name));
        }
        Ok(made)
    }
}
