//! The rehearsal: the configuration is applied to an engine of its own, its pipelines run, and every call is kept.

mod acl;
mod advice;
mod applier;
mod apply;
mod client;
mod complete;
mod denials;
mod every;
mod excerpt;
mod exclusive;
mod failing;
mod fix;
mod follow;
mod given;
mod html;
mod idle;
mod image;
mod json;
mod junit;
mod kept;
mod late;
mod markdown;
mod misplaced;
mod nobody;
mod object;
mod overwritten;
mod passed_on;
mod patch;
mod program;
mod providers;
mod refusals;
mod renamed;
mod report;
mod resources;
mod sarif;
mod skip;
mod text;
mod unmendable;
mod unsupported;
mod variables;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use resources::foreign::Strangers;
use sekisho_engine::{Engine, EngineConfig, Event, Waiver};
use sekisho_executor::{Executor, Skip};
use sekisho_iac::{Configuration, Named, Place, Problem, Reading, Source};
use serde_json::{Map, Value};

pub use client::Client;
pub use complete::{Completion, complete};
pub use denials::Denial;
pub use fix::{Fix, fix};
pub use given::read as read_policies;
pub use image::ImageArgument;
pub use patch::Patch;
pub use program::rehearse_with_program;
pub use providers::Places;
pub use report::{Report, Unread};
pub(crate) use resources::made_up;
pub use text::{completion as text_completion, denial as denial_text};
pub use verdict::of as last_line;

use crate::registry::{Setup, engine};
use apply::Early;
use denials::{denials, keys};
use fix::policies::Policies;
use unmendable::Around;

/// What to rehearse, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// The directories of the configuration, variables, and what was given.
    pub reading: Reading,
    /// Accounts by provider name, as the command line says them.
    pub accounts: BTreeMap<String, String>,
    /// The same as the directories' own settings say them, by what directories are called ([`Reading::label`]). What one
    /// says is of its own providers; those of others have their directory in front.
    pub own_accounts: BTreeMap<String, BTreeMap<String, String>>,
    /// Accounts by the name of an AWS profile.
    pub profiles: BTreeMap<String, String>,
    /// Images to push instead of generated ones.
    pub images: Vec<ImageArgument>,
    /// Whether images are generated where a source action needs one.
    pub generate_images: bool,
    /// How approvals are answered.
    pub approve: bool,
    /// Actions that are taken to be done.
    pub skips: Vec<Skip>,
    /// Values of variables of pipelines, by name.
    pub pipeline_variables: BTreeMap<String, String>,
    /// The region of providers that name none.
    pub region: String,
    /// The seed of ids and keys.
    pub seed: u64,
    /// How long an execution may take.
    pub timeout: Duration,
    /// Documents of managed policies that are on AWS already, by ARN.
    pub policies: BTreeMap<String, Arc<Source>>,
    /// The ARNs of roles that are on AWS already.
    pub roles: BTreeSet<String>,
    /// The organization of the accounts.
    pub organization: Option<crate::settings::Organized>,
    /// Quotas of the accounts that AWS has raised, by name.
    pub quotas: BTreeMap<String, usize>,
    /// Where what was made is kept; in memory without one.
    pub data: Option<PathBuf>,
    /// Calls that are let through though they are denied, to see what comes behind them.
    pub waived: Vec<Waiver>,
}

impl Options {
    /// The defaults, for `directory`.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        let mut options = Self::default();
        options.reading.directories.push(directory.into());
        options
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            reading: Reading::default(),
            accounts: BTreeMap::new(),
            own_accounts: BTreeMap::new(),
            profiles: BTreeMap::new(),
            images: Vec::new(),
            generate_images: true,
            approve: true,
            skips: Vec::new(),
            pipeline_variables: BTreeMap::new(),
            region: "us-east-1".to_owned(),
            seed: 0,
            timeout: Duration::from_secs(60),
            policies: BTreeMap::new(),
            roles: BTreeSet::new(),
            organization: None,
            waived: Vec::new(),
            quotas: BTreeMap::new(),
            data: None,
        }
    }
}

/// What came of a rehearsal.
#[derive(Debug)]
pub struct Outcome {
    /// The pipelines, each with its execution.
    pub pipelines: Vec<PipelineRun>,
    /// Why calls were denied.
    pub denials: Vec<Denial>,
    /// What could not be made.
    pub failures: Vec<Failure>,
    /// Resources that were made.
    pub resources: usize,
    /// Their values, by address.
    pub made: BTreeMap<String, Value>,
    /// Every call, oldest first.
    pub events: Vec<Arc<Event>>,
    /// Texts that have a name in a module (variables, outputs of what it calls), by what comes before addresses there.
    pub named: BTreeMap<String, Vec<Named>>,
    /// The account and the region of each provider.
    pub places: Places,
    /// What was left out, or matters otherwise and is no failure.
    pub notes: Vec<Note>,
    /// What to do about failures that are no denials.
    pub hints: Vec<Note>,
    /// Policies that could not be made because something else was not: what they allow is not known.
    untold: Vec<apply::Untold>,
    /// The engine, as the rehearsal left it.
    pub engine: Arc<Engine>,
}

/// Something that a reader should know and that is no failure.
#[derive(Debug, Clone)]
pub struct Note {
    /// What.
    pub message: String,
    /// Where, if it is in a file.
    pub place: Option<Place>,
}

impl Note {
    /// Whether it says that settings are missing without which a denial may be a wrong one.
    fn asks_for_settings(&self) -> bool {
        self.message.starts_with("policies ask ")
    }
}

/// A pipeline and the execution that was followed.
#[derive(Debug)]
pub struct PipelineRun {
    /// Its name.
    pub name: String,
    /// Its account.
    pub account: String,
    /// Its region.
    pub region: String,
    /// The execution, as GetPipelineExecution and ListActionExecutions show it; none if it was not made.
    pub execution: Option<sekisho_pipeline::Execution>,
}

/// A resource that could not be made, or a value that could not be worked out.
#[derive(Debug)]
pub struct Failure {
    /// Its address.
    pub address: String,
    /// What was wrong, and where.
    pub problem: Problem,
    /// What it was to be made of, if that could be read.
    pub arguments: Map<String, Value>,
    /// What became of it.
    pub kind: FailureKind,
}

/// What became of a resource that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// It is not there.
    NotMade,
    /// It is there, and began before what it needs.
    Early,
    /// It is there, and something else writes the same.
    Overwritten,
    /// It is an action that is not run here, and nobody said what to do about it.
    NotRun,
}

impl Failure {
    /// Whether it is a local value, an output or an assertion, which Terraform works out although nothing reads it, and refuses.
    #[must_use]
    pub fn is_value(&self) -> bool {
        let parts: Vec<&str> = self.address.rsplitn(3, '.').collect();
        let own = parts.get(2).is_none_or(|path| path.contains("module."));
        own && matches!(parts.get(1), Some(&("check" | "local" | "output" | "var")))
    }
}

impl Outcome {
    /// Whether the delivery passes.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.failures.is_empty()
            && self.denials.is_empty()
            && !self.pipelines.is_empty()
            && self.pipelines.iter().all(PipelineRun::succeeded)
            && !self.is_hollow()
    }

    /// How many calls the delivery made.
    fn calls(&self) -> usize {
        let tagged = self.events.iter().filter(|e| e.tag.is_some());
        tagged.map(|e| e.checks.len()).sum()
    }

    /// Whether nothing was checked, because all that makes calls was skipped.
    fn is_hollow(&self) -> bool {
        skip::count(&self.pipelines) > 0 && self.calls() == 0
    }
}

impl PipelineRun {
    fn succeeded(&self) -> bool {
        let execution = self.execution.as_ref();
        execution.is_some_and(|e| e.status == sekisho_pipeline::ExecutionStatus::Succeeded)
    }
}

/// Runs a rehearsal. `progress` is told what happens, a line at a time.
///
/// # Errors
/// What keeps it from running at all: everything that cannot be read or is not supported.
pub fn rehearse(
    options: &Options,
    progress: &mut dyn FnMut(&str),
) -> Result<Outcome, Vec<Problem>> {
    rehearse_with(options, &[], progress)
}

/// Runs a rehearsal in which every policy also has the statements of `patches`.
pub(crate) fn rehearse_with(
    options: &Options,
    patches: &[Patch],
    progress: &mut dyn FnMut(&str),
) -> Result<Outcome, Vec<Problem>> {
    let fail = |e: &dyn std::fmt::Display| vec![Problem::new(None, e.to_string())];
    let configuration = Configuration::read(&options.reading)?;
    resources::schema::check_names(&configuration)?;
    let mut order = configuration.order()?;
    let strangers = Strangers::of(&configuration);
    unsupported::loosen(&configuration, &strangers, &mut order);
    strangers.detach(&configuration, &mut order);
    let (left_out, mut notes) = unsupported::left_out(&configuration, &strangers, &order)?;
    let read = configuration.notes.iter().map(|p| Note {
        message: p.message.clone(),
        place: p.place.clone(),
    });
    notes.extend(read);
    notes.extend(kept::notes(&configuration));
    notes.extend(late::too_late(&configuration, &order));
    notes.extend(late::circles(&configuration, &options.reading.directories));
    let engine = new_engine(options)?;
    let executor = Executor::start_in_turns(Arc::clone(&engine), options.skips.clone());
    let executor = executor.map_err(|e| fail(&e))?;
    let applied = apply::apply(
        (&engine, &executor),
        &configuration,
        (&order, &strangers),
        &left_out,
        options,
        patches,
        progress,
    )?;
    let policies = Policies::new(&configuration, &applied.values, &applied.places);
    let all = applied.failures.is_empty();
    let skipped = skip::check(&engine, &applied.pipelines, options, &policies, all);
    let mut failures = applied.failures;
    let overwritten = overwritten::find(&configuration, &order, &policies, &applied.places);
    failures.extend(overwritten.0);
    notes.extend(overwritten.1);
    notes.extend(exclusive::find(&policies));
    notes.extend(skipped.into_notes(&mut failures, !patches.is_empty())?);
    let unknown = variables::unknown(&engine, &applied.pipelines, options);
    if all && patches.is_empty() && !unknown.is_empty() {
        return Err(unknown);
    }
    applied.early.iter().for_each(Early::start_again);
    let pipelines = follow::follow((&engine, &executor), &applied.pipelines, options, progress)?;
    drop(executor);
    let events = engine.events_since(0);
    let gone: BTreeSet<&str> = applied.early.iter().flat_map(Early::attempts).collect();
    let counts = |e: &&Arc<Event>| e.tag.as_ref().is_none_or(|tag| !gone.contains(&**tag));
    let counted: Vec<Arc<Event>> = events.iter().filter(counts).cloned().collect();
    let mut denials = denials(&counted, &pipelines, &keys(&applied.values));
    let early = applied.early.iter().filter_map(|e| e.failure(&pipelines));
    failures.extend(early);
    let around = Around {
        engine: &engine,
        events: &events,
        policies: &policies,
        pipelines: &pipelines,
    };
    for denial in &mut denials {
        around.say(denial);
        misplaced::say(denial, &applied.places, &failures);
        let stated = denial
            .cause
            .denied_by
            .as_ref()
            .and_then(|by| by.rsplit_once(", "));
        let statement = stated.map(|(_, statement)| statement);
        if let Some(holder) = patch::holder(&denial.cause) {
            denial.spot = policies.spot(&denial.cause.side, &holder, statement);
        }
        if let Some((policy, statement)) = stated {
            let given = given::spot(options, &denial.cause.account, policy, statement);
            denial.spot = given.or(denial.spot.take());
        }
        unmendable::say_not_principal(denial);
    }
    let mut hints = advice::hints(&pipelines, &failures, &policies, &engine);
    if !denials.is_empty() {
        hints.extend(applied.hints);
    }
    hints.extend(variables::hints(&pipelines));
    hints.extend(around.notes(&denials));
    hints.extend(idle::notes(&engine, &policies, &denials));
    let unknown = configuration.unknown_repetitions(&resources::schema::is_known_after_apply);
    hints.extend(unknown.into_iter().map(|p| Note {
        message: p.message,
        place: p.place,
    }));
    // What makes a denial a wrong one comes before what would mend it.
    let all = applied.notes.into_iter();
    let (asks, others): (Vec<Note>, Vec<Note>) = all.partition(Note::asks_for_settings);
    let asks = asks.into_iter().chain(nobody::ids(&policies));
    match denials.is_empty() {
        true => notes.extend(asks),
        false => hints.extend(asks),
    }
    notes.extend(nobody::strangers(&engine, &policies));
    if denials.is_empty() {
        notes.extend(acl::notes(&engine, &pipelines, &policies));
        notes.extend(passed_on::notes(&pipelines, &policies));
        notes.extend(passed_on::stores(&pipelines, &events, &policies));
    }
    Ok(Outcome {
        pipelines,
        denials,
        hints,
        failures,
        resources: applied.resources,
        made: applied.values,
        named: applied.named,
        places: applied.places,
        notes: notes.into_iter().chain(others).collect(),
        untold: applied.untold,
        events,
        engine,
    })
}

/// An engine for a rehearsal.
fn new_engine(options: &Options) -> Result<Arc<Engine>, Vec<Problem>> {
    let setup = Setup {
        seed: Some(options.seed),
        data: options.data.as_deref(),
        config: EngineConfig {
            waived: options.waived.clone(),
            quotas: options.quotas.clone(),
            ..EngineConfig::default()
        },
        ..Setup::default()
    };
    let engine = engine(setup).map_err(|e| vec![Problem::new(None, e.message)])?;
    Ok(Arc::new(engine))
}
