//! Every missing permission at once: the rehearsal is repeated, each time with the statements that the denials so far
//! asked for, until the delivery passes or nothing that a policy can say helps. Then it is proven that the statements
//! are enough, and that each is needed.

use std::collections::BTreeMap;
use std::sync::Arc;

use sekisho_codepipeline::is_run;
use sekisho_engine::{Event, Waiver};
use sekisho_iac::Problem;
use serde_json::Value;

use super::patch::Patch;
use super::{Denial, Note, Options, Outcome, rehearse_with};

/// How often the delivery is rehearsed before it is given up.
const ROUNDS: usize = 64;

/// All that has to change.
#[derive(Debug, Default)]
pub struct Completion {
    /// The statements, each with the policy that lacks it. Together they are enough if `passes`; each is needed.
    pub patches: Vec<Patch>,
    /// Denials that showed when earlier ones were mended.
    pub found: Vec<Denial>,
    /// Denials that no statement can mend.
    pub stuck: Vec<Denial>,
    /// What fails with all of them and is no denial, as AWS or the configuration words it: a tag that is not there, for
    /// example.
    pub failing: Vec<String>,
    /// What to do about that.
    pub hints: Vec<Note>,
    /// Whether the delivery passes with all of them: rehearsed, not concluded.
    pub passes: bool,
    /// Whether it would pass with all of them, if the denials that no statement mends were none: nothing else is missing.
    pub to_the_end: bool,
    /// Whether the search ended before its end: more may be missing.
    pub gave_up: bool,
    /// The values of the resources of the rehearsal that passed, by address.
    pub made: BTreeMap<String, Value>,
    /// Texts that have a name in a module there, by what comes before addresses in it.
    pub named: BTreeMap<String, Vec<(String, String)>>,
    /// What was called in it.
    pub events: Vec<Arc<Event>>,
    /// How many rehearsals it took.
    pub rehearsals: usize,
}

/// Finds everything that `outcome`, a rehearsal that did not pass, lacks: also behind calls that no statement mends, which
/// are let through then to see what comes.
///
/// # Errors
/// What keeps the configuration from being rehearsed.
pub fn complete(options: &Options, outcome: &Outcome) -> Result<Completion, Vec<Problem>> {
    // What is kept is the rehearsal of the configuration as it is.
    let mut options = Options {
        data: None,
        ..options.clone()
    };
    let mut done = Completion::default();
    let mut denials = outcome.denials.clone();
    let mut last: Option<Outcome> = None;
    loop {
        if !add(&mut done.patches, &denials) {
            if done.stuck.is_empty()
                && let Some(last) = &last
            {
                done.hints.clone_from(&last.hints);
            }
            let more: Vec<Waiver> = denials
                .iter()
                .map(waiver)
                .filter(|w| !options.waived.contains(w))
                .collect();
            done.stuck.append(&mut denials);
            if more.is_empty() {
                break;
            }
            options.waived.extend(more);
        }
        if done.rehearsals == ROUNDS {
            done.gave_up = true;
            break;
        }
        let next = rehearse_with(&options, &done.patches, &mut |_| {})?;
        done.rehearsals += 1;
        done.to_the_end = next.passes();
        if done.to_the_end {
            done.passes = options.waived.is_empty();
            done.made = next.made;
            done.named = next.named;
            done.events = next.events;
            break;
        }
        denials.clone_from(&next.denials);
        done.found.extend(next.denials.iter().cloned());
        last = Some(next);
    }
    if done.to_the_end {
        other_execution(&options, &mut done)?;
        drop_needless(&options, &mut done)?;
    } else if let Some(last) = last {
        done.failing = failing(&last);
        let new = |hint: &Note| !done.hints.iter().any(|h| h.message == hint.message);
        let more: Vec<Note> = last.hints.into_iter().filter(new).collect();
        done.hints.extend(more);
    }
    Ok(done)
}

/// Rehearses with other ids: what is enough for one execution only is not enough.
fn other_execution(options: &Options, done: &mut Completion) -> Result<(), Vec<Problem>> {
    let other = Options {
        seed: options.seed.wrapping_add(1),
        ..options.clone()
    };
    while done.rehearsals < ROUNDS {
        let next = rehearse_with(&other, &done.patches, &mut |_| {})?;
        done.rehearsals += 1;
        if next.passes() {
            return Ok(());
        }
        if !add(&mut done.patches, &next.denials) {
            break;
        }
    }
    (done.passes, done.to_the_end) = (false, false);
    Ok(())
}

/// The call of a denial, in every execution.
fn waiver(denial: &Denial) -> Waiver {
    let cause = &denial.cause;
    Waiver {
        principal: cause
            .holder
            .clone()
            .unwrap_or_else(|| cause.principal.clone()),
        action: cause.action.clone(),
        // Another rehearsal has other keys.
        resource: match denial.resource.split_once(":key/") {
            Some((front, _)) => format!("{front}:key/*"),
            None => denial.resource.clone(),
        },
    }
}

/// What failed although nothing was denied there.
fn failing(outcome: &Outcome) -> Vec<String> {
    let resources = outcome
        .failures
        .iter()
        .map(|f| format!("{}: {}", f.address, f.problem.message));
    let attempts = outcome
        .pipelines
        .iter()
        .filter_map(|p| p.execution.as_ref())
        // Those that are not run are among the failures.
        .flat_map(|e| {
            e.attempts
                .iter()
                .filter(|a| e.declared(a).is_some_and(is_run))
        });
    let denied = |action: &str| {
        let of = |d: &Denial| d.action.as_ref().is_some_and(|(_, _, a)| a == action);
        outcome.denials.iter().any(of)
    };
    let actions = attempts.filter_map(|attempt| {
        let failure = attempt.failure.as_ref()?;
        (!denied(&attempt.action))
            .then(|| format!("{}: {}: {}", attempt.action, failure.code, failure.message))
    });
    resources.chain(actions).collect()
}

/// Adds what denials ask for and is not among the statements; whether there was anything. A statement that several calls
/// need says so.
fn add(patches: &mut Vec<Patch>, denials: &[Denial]) -> bool {
    let before = patches.len();
    for patch in denials.iter().filter_map(Patch::of) {
        match patches.iter_mut().find(|p| p.same(&patch)) {
            None => patches.push(patch),
            Some(there) => there.calls.extend(patch.calls),
        }
    }
    for patch in patches.iter_mut() {
        patch.calls.sort();
        patch.calls.dedup();
    }
    patches.len() > before
}

/// Leaves each statement out once; what passes without it is not needed. Last to first: what was found late stands on
/// what was found early.
fn drop_needless(options: &Options, done: &mut Completion) -> Result<(), Vec<Problem>> {
    for index in (0..done.patches.len()).rev() {
        let mut fewer = done.patches.clone();
        fewer.remove(index);
        done.rehearsals += 1;
        if rehearse_with(options, &fewer, &mut |_| {})?.passes() {
            done.patches = fewer;
        }
    }
    Ok(())
}
