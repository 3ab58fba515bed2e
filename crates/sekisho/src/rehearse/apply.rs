//! Makes the resources of a configuration, each as the account of its provider.

mod circles;
mod early;
mod maker;
mod strangers;
mod waiting;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sekisho_engine::Engine;
use sekisho_executor::Executor;
use sekisho_iac::{
    Asserted, Configuration, Named, Node, Order, Problem, ProviderId, Refused, State,
};
use serde_json::{Map, Value};

use super::patch::Giving;
use super::providers::Providers;
use super::resources::foreign::Strangers;
use super::{
    Client, Failure, FailureKind, Note, Options, Patch, follow, given, image, nobody, resources,
    unsupported,
};
pub(super) use early::{Early, late};
use maker::Maker;
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
    executor: &'r Executor,
    clients: BTreeMap<ProviderId, Client>,
    state: State<'c>,
    applied: Applied,
    /// Nodes that could not be made, and those that depend on them.
    broken: BTreeSet<usize>,
    /// Of those the ones that wait for another that was not made, and for which.
    waiting: BTreeMap<usize, usize>,
    /// What could be made only when something else was there, by its address.
    later: Vec<(String, Note)>,
    /// The accounts of the configuration.
    accounts: Vec<String>,
    /// Nodes that may decide about a pipeline.
    needed: BTreeSet<usize>,
    /// By pipeline: the policies that are made after it.
    late: BTreeMap<usize, Vec<usize>>,
}

/// Makes every node but those of `left_out`.
pub(super) fn apply(
    (engine, executor): (&Arc<Engine>, &Executor),
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
        executor,
        state: State::new(configuration),
        applied: Applied::default(),
        broken: BTreeSet::new(),
        waiting: BTreeMap::new(),
        later: Vec::new(),
        accounts: Vec::new(),
        needed: unsupported::needed(configuration, order, true),
        late: late(configuration, order),
    };
    strangers.tell(configuration, &mut run.state);
    run.state.hide(resources::schema::secrets);
    let patches = Arc::new(Giving::new(patches));
    for client in run.clients.values_mut() {
        client.patches = Arc::clone(&patches);
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
                let place = failure.problem.place;
                self.later.push((failure.address, Note { message, place }));
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
        if let Some(client) = client.filter(|_| !node.is_data()) {
            client.mend(|name| made.iter().any(|(_, value)| value.says(name)));
        }
        for (address, value) in made {
            self.state.insert(address, value);
        }
        Ok(())
    }

    /// The assertions of `check` blocks that Terraform refuses; of those that do not hold it is noted.
    fn assertions(&mut self, said: &BTreeSet<String>) -> Vec<(String, Problem)> {
        let mut refused = Vec::new();
        for asserted in self.state.asserted(&resources::holds_more) {
            let problem = match asserted {
                Asserted::Refused(r) if said.contains(&r.problem.to_string()) => continue,
                Asserted::Refused(r) if !r.of_missing => {
                    refused.push((r.address, r.problem));
                    continue;
                }
                Asserted::Refused(Refused {
                    address, problem, ..
                }) => problem.reworded(|why| format!("{address} is not evaluated: {why}")),
                Asserted::Warns(problem) => problem,
            };
            self.applied.notes.push(Note {
                message: problem.message,
                place: problem.place,
            });
        }
        refused
    }

    fn finish(mut self) -> Result<Applied, Vec<Problem>> {
        self.leave_strangers_out();
        let circles = self.circles();
        // What can be made in no order is not made the second time.
        let never: BTreeSet<&str> = circles.iter().map(|f| f.address.as_str()).collect();
        let later = std::mem::take(&mut self.later).into_iter();
        let later = later.filter(|(address, _)| !never.contains(address.as_str()));
        self.applied.notes.extend(later.map(|(_, note)| note));
        self.applied.failures.extend(circles);
        if !self.applied.failures.is_empty() {
            self.tell_waiting();
        }
        let failures = self.applied.failures.iter();
        let said: BTreeSet<String> = failures.map(|f| f.problem.to_string()).collect();
        let mut shown = self.state.shown_secrets();
        shown.extend(self.state.kept_ephemeral());
        let refused = self.state.refused_values(&resources::holds_more);
        // What stands in a value that is refused is said once.
        let told: BTreeSet<String> = refused.iter().map(|r| r.problem.to_string()).collect();
        let told: BTreeSet<String> = told.union(&said).cloned().collect();
        let asserted = self.assertions(&told);
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
        let refused = refused
            .chain(shown)
            .chain(asserted)
            .map(|(address, problem)| Failure {
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
            .map(|f| {
                let advised = |why: &str| format!("{}: {}", f.address, self.strangers.advised(why));
                f.problem.clone().reworded(advised)
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
