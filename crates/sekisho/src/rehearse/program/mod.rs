//! A rehearsal in which the real Terraform (or OpenTofu) makes the resources: it runs in a copy of the directories, with
//! its providers pointed at an engine. The user's directories and states are not touched.

mod copy;
mod interrupted;
mod refused;
mod run;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sekisho_codepipeline::PIPELINES;
use sekisho_engine::{ApiError, Engine, Event};
use sekisho_executor::Executor;
use sekisho_iac::{Configuration, Problem, ProviderId};
use sekisho_server::Server;
use serde_json::json;

use super::fix::policies::Policies;
use super::providers::Providers;
use super::resources::foreign::Strangers;
use super::{
    Client, Denial, Failure, FailureKind, Note, Options, Outcome, applier, apply, denials, follow,
    given, image, kept, late, new_engine, object, overwritten, rehearse, skip, unsupported,
    variables,
};
use copy::Copy;
use interrupted::Running;
use refused::Refused;
use run::Terraform;

fn problem(message: impl Into<String>) -> Vec<Problem> {
    vec![Problem::new(None, message.into())]
}

/// Runs a rehearsal by `program`, which is `terraform` or `tofu`.
///
/// # Errors
/// What keeps the configuration from being read, and what the program says when it fails of itself. What it gives up
/// over because the engine refuses it is an outcome.
pub fn rehearse_with_program(
    program: &str,
    options: &Options,
    progress: &mut dyn FnMut(&str),
) -> Result<Outcome, Vec<Problem>> {
    if let Some(plan) = options.reading.directories.iter().find(|d| d.is_file()) {
        let message = format!(
            "{}: {program} makes resources of directories, not of plans",
            plan.display()
        );
        return Err(problem(message));
    }
    let configuration = Configuration::read(&options.reading)?;
    let mut order = configuration.order()?;
    let strangers = Strangers::of(&configuration);
    unsupported::loosen(&configuration, &strangers, &mut order);
    let (not_made, mut notes) = unsupported::not_made(&configuration, &strangers, &order)?;
    let engine = new_engine(options)?;
    let providers = Providers::new(&configuration, options)?;
    let clients = providers.clients(&engine, configuration.nodes.iter())?;
    let accounts: Vec<String> = clients.values().map(|c| c.account.clone()).collect();
    notes.extend(given::prepare(&engine, options, &accounts)?);
    notes.extend(kept::notes(&configuration));
    notes.extend(late::too_late(&configuration, &order));
    notes.extend(late::circles(&configuration, &options.reading.directories));
    let executor = Executor::start_skipping(Arc::clone(&engine), options.skips.clone());
    let executor = executor.map_err(|e| problem(e.to_string()))?;
    let copy = Copy::make(&configuration, options)?;
    let running = Running::default();
    running.watch_on(vec![copy.root().to_owned()]);
    let endpoint = Endpoint::start(&engine, &options.region)?;
    for (file, ranges) in configuration.blocks(&not_made) {
        copy.cut(&file, ranges)?;
    }
    for (folder, text) in configuration.without(&not_made) {
        copy.override_in(&folder, &text)?;
    }
    for directory in &options.reading.directories {
        copy.point(&configuration, directory, &clients, &endpoint.address)?;
    }
    let terraform = Terraform {
        program,
        endpoint: &endpoint.address,
        running,
        proxied: configuration
            .nodes
            .iter()
            .any(|n| n.type_name == "aws_s3_account_public_access_block"),
    };
    let told = |e: ApiError| problem(e.to_string());
    applier::admit(&engine, clients.values()).map_err(told)?;
    let gave_up = terraform.apply(options, &copy, progress);
    applier::dismiss(&engine, clients.values()).map_err(told)?;
    let gave_up = gave_up?;
    drop(endpoint);
    let refused = Refused::of(&gave_up, &engine.events_since(0), &configuration, options);
    if refused.failures.is_empty() && !gave_up.is_empty() {
        let own = gave_up.iter();
        let own = own.flat_map(|g| problem(run::failed(program, "apply", &g.said)));
        return Err(own.collect());
    }
    let pipelines = pipelines(&engine, &clients)?;
    let (nothing, nowhere) = (BTreeMap::new(), BTreeMap::new());
    let policies = Policies::new(&configuration, &nothing, &nowhere);
    let mut failures = refused.failures;
    let all = failures.is_empty();
    let skipped = skip::check(&engine, &pipelines, options, &policies, all);
    notes.extend(skipped.into_notes(&mut failures, false)?);
    let mut used = BTreeSet::new();
    for (client, name) in &pipelines {
        let definition = client.call("codepipeline", "GetPipeline", json!({"name": name}));
        let definition = definition.map_err(|e| problem(e.to_string()))?;
        image::push_for_definition(client, &definition["pipeline"], options, &mut used)
            .map_err(|reason| problem(reason.message))?;
        if options.generate_images {
            let placed = object::stand_in_for_definition(client, &definition["pipeline"]);
            notes.extend(placed.into_iter().map(|message| Note {
                message,
                place: None,
            }));
        }
        // The execution that began with the pipeline found no image: what counts is the one that has one.
        variables::start(&engine, client, name, options)?;
    }
    let unknown = variables::unknown(&engine, &pipelines, options);
    if failures.is_empty() && !unknown.is_empty() {
        return Err(unknown);
    }
    let runs = follow::follow((&engine, &executor), &pipelines, options, progress)?;
    drop(executor);
    let attempts: BTreeSet<String> = runs
        .iter()
        .filter_map(|r| r.execution.as_ref())
        .flat_map(|e| e.attempts.iter().map(|a| a.id.clone()))
        .collect();
    let mut events = engine.events_since(0);
    events.retain(|e| e.tag.as_ref().is_none_or(|tag| attempts.contains(tag)));
    // What else the program was refused while it made things, it asked again until it was not.
    let counts = |e: &Event| e.tag.is_some() || refused.calls.contains(&e.id);
    let delivered: Vec<Arc<Event>> = events.iter().filter(|e| counts(e)).cloned().collect();
    let mut outcome = Outcome {
        denials: denials(&delivered, &runs, &BTreeMap::new()),
        pipelines: runs,
        failures,
        resources: 0,
        made: BTreeMap::new(),
        named: BTreeMap::new(),
        places: BTreeMap::new(),
        notes,
        hints: Vec::new(),
        events,
        engine,
        untold: Vec::new(),
    };
    // Here the delivery is started when everything is there; on AWS it begins with its pipeline. And what two resources write is
    // what one of them wrote last.
    if !apply::late(&configuration, &order).is_empty() || overwritten::may_be(&configuration) {
        let read = rehearse(&own(options), &mut |_| {})?;
        let there = |f: &Failure| matches!(f.kind, FailureKind::Early | FailureKind::Overwritten);
        outcome
            .failures
            .extend(read.failures.into_iter().filter(there));
    }
    if !outcome.passes() {
        explain(&mut outcome, options)?;
    }
    Ok(outcome)
}

/// How the configuration is rehearsed natively, for what only that knows.
fn own(options: &Options) -> Options {
    Options {
        data: None,
        ..options.clone()
    }
}

/// Adds what only a reading of the configuration knows: where the policies stand, and what to do about what no statement
/// mends.
fn explain(outcome: &mut Outcome, options: &Options) -> Result<(), Vec<Problem>> {
    let read = rehearse(&own(options), &mut |_| {})?;
    let mut open: Vec<&Denial> = read.denials.iter().collect();
    for denial in &mut outcome.denials {
        let same = open.iter().position(|d| d.id == denial.id);
        // A key that the program made has no address here, and so another name: each is taken once.
        let same = same.or_else(|| open.iter().position(|d| alike(d, denial)));
        if let Some(same) = same.map(|index| open.remove(index)) {
            denial.id.clone_from(&same.id);
            denial.spot.clone_from(&same.spot);
        }
    }
    if read.passes() {
        outcome.hints.push(Note {
            message: "read natively, the delivery passes: what the program made differs from what was read. Rehearse without --with to compare".to_owned(),
            place: None,
        });
    }
    outcome.hints.extend(read.hints);
    Ok(())
}

/// Whether two denials of two rehearsals are one but for the id of the key.
fn alike(one: &Denial, other: &Denial) -> bool {
    let key = |denial: &Denial| {
        let (front, _) = denial.resource.split_once(":key/")?;
        let cause = &denial.cause;
        Some((
            front.to_owned(),
            cause.action.clone(),
            cause.side.clone(),
            cause.account.clone(),
            denial.action.clone(),
        ))
    };
    key(one).is_some_and(|of_key| key(other) == Some(of_key))
}

/// The pipelines of all accounts and regions: what is made may have a region of its own.
fn pipelines(
    engine: &Arc<Engine>,
    clients: &BTreeMap<ProviderId, Client>,
) -> Result<Vec<(Client, String)>, Vec<Problem>> {
    let rows = engine
        .view(|overlay| overlay.scan(&PIPELINES, ""))
        .map_err(|e| problem(e.to_string()))?;
    let of = |row: &str| {
        let (account, row) = row.split_once('/')?;
        let (region, name) = row.split_once('/')?;
        let ours = clients.values().any(|c| c.account == account);
        ours.then(|| (Client::root(engine, account, region), name.to_owned()))
    };
    Ok(rows.iter().filter_map(|(row, _)| of(row)).collect())
}

/// An engine's address, for as long as this lives.
struct Endpoint {
    address: String,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Endpoint {
    fn start(engine: &Arc<Engine>, region: &str) -> Result<Self, Vec<Problem>> {
        let failed = |e: &dyn std::fmt::Display| problem(format!("cannot serve the engine: {e}"));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|e| failed(&e))?;
        let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
        let server = runtime
            .block_on(Server::bind(any, Arc::clone(engine), region))
            .map_err(|e| failed(&e))?;
        let address = server.address().map_err(|e| failed(&e))?;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            runtime.block_on(server.run(async {
                let _ = stopped.await;
            }));
        });
        Ok(Self {
            address: format!("http://{address}"),
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
