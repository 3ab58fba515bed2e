//! Every missing permission at once: the rehearsal is repeated, each time with the statements that the denials so far
//! asked for, until the delivery passes or nothing that a policy can say helps. Then it is proven that the statements
//! are enough, and that each is needed.

use std::collections::BTreeMap;
use std::sync::Arc;

use sekisho_codepipeline::is_run;
use sekisho_engine::{Event, MANAGED_KEY, Waiver};
use sekisho_iac::{Named, Problem};
use serde_json::Value;

use super::patch::Patch;
use super::providers::Places;
use super::renamed::Renamed;
use super::resources::is_made_up;
use super::{Client, Denial, Note, Options, Outcome, rehearse_with};

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
    pub named: BTreeMap<String, Vec<Named>>,
    /// The account and the region of each provider.
    pub places: Places,
    /// What was called in it.
    pub events: Vec<Arc<Event>>,
    /// How many rehearsals it took.
    pub rehearsals: usize,
}

impl Completion {
    /// Whether a statement goes past a condition of what is there: somebody decided that.
    #[must_use]
    pub fn goes_past(&self) -> bool {
        self.patches.iter().any(|p| !p.conditional.is_empty())
    }

    /// What writes the statements into the files.
    #[must_use]
    pub fn written_by(&self) -> &'static str {
        if self.goes_past() {
            "--fix --past-conditions"
        } else {
            "--fix"
        }
    }
}

/// Finds everything that `outcome`, a rehearsal that did not pass, lacks: also behind calls that no statement mends, of which
/// what stands in the way is left out then to see what else is missing.
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
        let new = add(&mut done.patches, &denials);
        if !new {
            if done.stuck.is_empty()
                && let Some(last) = &last
            {
                done.hints.clone_from(&last.hints);
            }
            if !waive(&mut options, &mut done, &denials) {
                break;
            }
        }
        if done.rehearsals >= ROUNDS {
            done.gave_up = true;
            break;
        }
        let next = rehearse_with(&options, &done.patches, &mut |_| {})?;
        done.rehearsals += 1;
        done.patches.retain(|patch| is_there(patch, &next));
        if next.passes() {
            done.take(next);
            if !other_execution(&options, &mut done, &mut denials)? {
                break;
            }
            continue;
        }
        done.to_the_end = false;
        denials.clone_from(&next.denials);
        done.found.extend(next.denials.iter().cloned());
        last = Some(next);
    }
    done.passes = done.to_the_end && options.waived.is_empty();
    if done.to_the_end {
        let seen: Vec<&Denial> = outcome.denials.iter().chain(&done.found).collect();
        let lacked = Lacked::new(&seen);
        let open: Vec<bool> = done
            .patches
            .iter()
            .map(|p| {
                // With what was left out nothing is sure: the statement was there, and did not help.
                let stuck = done.stuck.iter().filter_map(Patch::of).any(|s| s.same(p));
                stuck || !lacked.surely(p, &done.patches)
            })
            .collect();
        drop_needless(&options, &mut done, &open)?;
    } else if let Some(last) = last {
        if done.failing.is_empty() {
            done.failing = failing(&last);
        }
        let new = |hint: &Note| !done.hints.iter().any(|h| h.message == hint.message);
        let more: Vec<Note> = last.hints.into_iter().filter(new).collect();
        done.hints.extend(more);
    }
    // What a policy would allow that could not be made is not known: nobody is told to write it again.
    let untold = |p: &Patch| {
        let mut all = outcome.untold.iter();
        all.any(|u| u.side == p.side && u.holder == p.holder)
    };
    done.patches.retain(|patch| !untold(patch));
    Ok(done)
}

impl Completion {
    fn take(&mut self, passed: Outcome) {
        self.to_the_end = true;
        self.made = passed.made;
        self.named = passed.named;
        self.places = passed.places;
        self.events = passed.events;
    }
}

/// Whether what a patch is for was there: a key that could not be made wholly has another id in the next rehearsal, and
/// what the first one lacks is of no use to anybody.
fn is_there(patch: &Patch, outcome: &Outcome) -> bool {
    let region = patch.holder.split(':').nth(3).unwrap_or_default();
    let owner = Client::owner(&outcome.engine, &patch.account, region);
    let key = serde_json::json!({"KeyId": patch.holder});
    let found = || owner.call("kms", "DescribeKey", key);
    patch.side != "key policy" || found().is_ok()
}

/// Leaves out what denies and no statement mends; whether there was anything that was not left out yet.
fn waive(options: &mut Options, done: &mut Completion, denials: &[Denial]) -> bool {
    let before = options.waived.len();
    for denial in denials {
        let waiver = waiver(denial);
        let new = !options.waived.contains(&waiver);
        if new {
            options.waived.push(waiver);
        }
        if new || done.stuck.iter().all(|known| known.id != denial.id) {
            done.stuck.push(denial.clone());
        }
    }
    options.waived.len() > before
}

/// Rehearses with other ids, after a rehearsal that passed: what is enough for one execution only is not enough. Whether
/// that shows something new, which is in `denials` then.
fn other_execution(
    options: &Options,
    done: &mut Completion,
    denials: &mut Vec<Denial>,
) -> Result<bool, Vec<Problem>> {
    let Some(next) = elsewhere(options, &done.patches.clone(), done)? else {
        return Ok(false);
    };
    let renamed = Renamed::new(&next.made, &done.made);
    done.to_the_end = false;
    *denials = next.denials.iter().map(|d| renamed.denial(d)).collect();
    done.found.extend(denials.iter().cloned());
    if denials.is_empty() {
        done.failing = failing(&next);
    }
    Ok(!denials.is_empty())
}

/// The rehearsal with other ids, if it does not pass.
fn elsewhere(
    options: &Options,
    patches: &[Patch],
    done: &mut Completion,
) -> Result<Option<Outcome>, Vec<Problem>> {
    let seed = options.seed.wrapping_add(1);
    let mut other = Options {
        seed,
        ..options.clone()
    };
    let named = |text: &str| {
        let made_up = || text.split(['/', ':', '"', ' ']).any(is_made_up);
        text.contains(":key/") || text.contains(" of key/") || made_up()
    };
    let holds = |w: &Waiver| named(&w.resource) || w.statement.as_deref().is_some_and(named);
    let keys = patches
        .iter()
        .any(|p| named(&p.holder) || named(&p.statement.to_string()))
        || options.waived.iter().any(holds);
    let mut own = patches.to_vec();
    if keys {
        // What the keys are called there shows when they are made.
        let first = rehearse_with(&other, &[], &mut |_| {})?;
        done.rehearsals += 1;
        let renamed = Renamed::new(&done.made, &first.made);
        own = patches.iter().map(|p| renamed.patch(p)).collect();
        other.waived = options.waived.iter().map(|w| renamed.waiver(w)).collect();
    }
    let next = rehearse_with(&other, &own, &mut |_| {})?;
    done.rehearsals += 1;
    Ok((!next.passes()).then_some(next))
}

/// What does not count, so that what else is missing shows.
fn waiver(denial: &Denial) -> Waiver {
    let cause = &denial.cause;
    Waiver {
        principal: cause
            .holder
            .clone()
            .unwrap_or_else(|| cause.principal.clone()),
        action: cause.action.clone(),
        // The key of AWS's own is made anew in each rehearsal.
        resource: match cause.resource.split_once(":key/") {
            Some((front, _)) if cause.side == MANAGED_KEY => format!("{front}:key/*"),
            _ => denial.resource.clone(),
        },
        gate: cause.side.clone(),
        statement: cause.denied_by.clone(),
    }
}

/// What failed although nothing was denied there.
pub(super) fn failing(outcome: &Outcome) -> Vec<String> {
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

/// What was denied, with the statement that each denial asks for.
struct Lacked<'d>(Vec<(&'d Denial, Patch)>);

impl<'d> Lacked<'d> {
    fn new(denials: &[&'d Denial]) -> Self {
        let asks = denials.iter().filter_map(|d| Some((*d, Patch::of(d)?)));
        Self(asks.collect())
    }

    /// Whether a statement is needed, which shows without another rehearsal: a call was denied for want of it, and of the
    /// other statements none is about that call, but for what another account has to say as well.
    fn surely(&self, patch: &Patch, all: &[Patch]) -> bool {
        let mut own = self.0.iter().filter(|(_, asked)| asked.same(patch));
        own.any(|(denial, _)| {
            all.iter().filter(|other| !other.same(patch)).all(|other| {
                let also = other.account != patch.account
                    && self
                        .0
                        .iter()
                        .any(|(d, asked)| same_call(d, denial) && asked.same(other));
                also || !may_allow(other, denial)
            })
        })
    }
}

/// Whether two denials are sides of one: numbers of calls begin anew in each rehearsal.
fn same_call(one: &Denial, other: &Denial) -> bool {
    let (a, b) = (&one.cause, &other.cause);
    (a.call, &a.action, &a.resource, &a.holder) == (b.call, &b.action, &b.resource, &b.holder)
}

/// Whether a statement may be about a denied call.
fn may_allow(patch: &Patch, denial: &Denial) -> bool {
    let cause = &denial.cause;
    let said = |name: &str| patch.statement[name].as_str();
    let action = said("Action").is_none_or(|action| action.eq_ignore_ascii_case(&cause.action));
    let resource = said("Resource").is_none_or(|pattern| {
        [&cause.resource, &denial.resource]
            .iter()
            .any(|arn| sekisho_arn::glob(pattern, arn))
    });
    let whose = match patch.side.as_str() {
        "identity policy" | "permissions boundary" => {
            cause.holder.as_ref().is_none_or(|h| *h == patch.holder)
        }
        "key policy" => patch.holder == cause.resource,
        _ => true,
    };
    action && resource && whose
}

/// Leaves each statement out once, of which it is open whether it is needed; what passes without it, and with other ids, is
/// not. Last to first: what was found late stands on what was found early.
fn drop_needless(
    options: &Options,
    done: &mut Completion,
    open: &[bool],
) -> Result<(), Vec<Problem>> {
    for index in (0..done.patches.len()).rev() {
        if open.get(index) == Some(&false) {
            continue;
        }
        let mut fewer = done.patches.clone();
        fewer.remove(index);
        done.rehearsals += 1;
        if rehearse_with(options, &fewer, &mut |_| {})?.passes()
            && elsewhere(options, &fewer, done)?.is_none()
        {
            done.patches = fewer;
        }
    }
    Ok(())
}
