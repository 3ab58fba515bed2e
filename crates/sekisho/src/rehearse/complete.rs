//! Every missing permission at once: the rehearsal is repeated, each time with the statements that the denials so far
//! asked for, until the delivery passes or nothing that a policy can say helps. Then it is proven that the statements
//! are enough, and that each is needed.

use std::collections::BTreeMap;

use sekisho_codepipeline::is_run;
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
    /// The values of the resources of the rehearsal that passed, by address.
    pub made: BTreeMap<String, Value>,
    /// Texts that have a name in a module there, by what comes before addresses in it.
    pub named: BTreeMap<String, Vec<(String, String)>>,
    /// How many rehearsals it took.
    pub rehearsals: usize,
}

/// Finds everything that `outcome`, a rehearsal that did not pass, lacks.
///
/// # Errors
/// What keeps the configuration from being rehearsed.
pub fn complete(options: &Options, outcome: &Outcome) -> Result<Completion, Vec<Problem>> {
    // What is kept is the rehearsal of the configuration as it is.
    let options = &Options {
        data: None,
        ..options.clone()
    };
    let mut done = Completion::default();
    let mut more = new_patches(&outcome.denials, &done.patches);
    while !more.is_empty() && done.rehearsals < ROUNDS {
        done.patches.append(&mut more);
        let next = rehearse_with(options, &done.patches, &mut |_| {})?;
        done.rehearsals += 1;
        done.passes = next.passes();
        if done.passes {
            done.made = next.made;
            done.named = next.named;
            break;
        }
        more = new_patches(&next.denials, &done.patches);
        done.found.extend(next.denials.iter().cloned());
        if more.is_empty() {
            done.failing = failing(&next);
            done.hints.clone_from(&next.hints);
            done.stuck = next.denials;
        }
    }
    if done.rehearsals == 0 {
        done.stuck = outcome.denials.clone();
    }
    if done.passes {
        drop_needless(options, &mut done)?;
    }
    Ok(done)
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

fn new_patches(denials: &[Denial], known: &[Patch]) -> Vec<Patch> {
    let mut out: Vec<Patch> = Vec::new();
    for patch in denials.iter().filter_map(Patch::of) {
        if !known.iter().chain(&out).any(|k| k.same(&patch)) {
            out.push(patch);
        }
    }
    out
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
