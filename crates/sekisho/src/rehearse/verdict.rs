//! The last line for a person: whether a delivery passes, and if not, why not.

use std::collections::BTreeSet;

use super::{Completion, Denial, FailureKind, Fix, Outcome, skip};
use crate::printer::style::{GREEN, OFF, RED};

/// The last line of all, without colours.
pub(super) fn plain(
    outcome: &Outcome,
    completion: Option<&Completion>,
    fix: Option<&Fix>,
) -> String {
    let line = match completion {
        Some(completion) => known(completion, fix, outcome),
        None => of(outcome),
    };
    [RED, GREEN, OFF]
        .iter()
        .fold(line, |line, style| line.replace(style, ""))
}

/// Whether it passes, in one line.
#[must_use]
pub fn of(outcome: &Outcome) -> String {
    if outcome.passes() {
        let calls = outcome.calls();
        let count = outcome.pipelines.len();
        let noun = if count == 1 { "pipeline" } else { "pipelines" };
        let skipped = match skip::count(&outcome.pipelines) {
            0 => String::new(),
            1 => "; 1 action was skipped".to_owned(),
            several => format!("; {several} actions were skipped"),
        };
        return format!(
            "{GREEN}passes{OFF}: {count} {noun} succeeded, {calls} calls, all allowed{skipped}"
        );
    }
    does_not_pass(outcome, 0)
}

/// Why it does not pass, where so many denials are known that no statement mends: some are found only behind others.
fn does_not_pass(outcome: &Outcome, stuck: usize) -> String {
    let mut reasons = Vec::new();
    if outcome.pipelines.is_empty() && outcome.failures.is_empty() {
        reasons.push("the configuration has no pipeline".to_owned());
    }
    let plural = |n: usize, noun: &str| format!("{n} {noun}{}", if n == 1 { "" } else { "s" });
    let mendable: Vec<&Denial> = outcome
        .denials
        .iter()
        .filter(|d| d.cause.statement.is_some())
        .collect();
    if !mendable.is_empty() {
        let mut accounts: Vec<&str> = mendable.iter().map(|d| d.cause.account.as_str()).collect();
        accounts.sort_unstable();
        accounts.dedup();
        reasons.push(format!(
            "{} to change in {}",
            plural(mendable.len(), "policy").replace("policys", "policies"),
            listed(&accounts)
        ));
    }
    let others = (outcome.denials.len() - mendable.len()).max(stuck);
    if others > 0 {
        reasons.push(format!(
            "{} that no statement mends",
            plural(others, "denial")
        ));
    }
    let values = outcome.failures.iter().filter(|f| f.is_value()).count();
    let of = |kind| outcome.failures.iter().filter(|f| f.kind == kind).count();
    let early = of(FailureKind::Early);
    if early > 0 {
        reasons.push(format!("{} too early", plural(early, "execution")));
    }
    let overwritten = of(FailureKind::Overwritten);
    if overwritten > 0 {
        let what = plural(overwritten, "resource");
        reasons.push(format!("{what} that another overwrites"));
    }
    let not_run = of(FailureKind::NotRun);
    let resources = outcome.failures.len() - values - early - overwritten - not_run;
    if resources > 0 {
        reasons.push(format!("{} not made", plural(resources, "resource")));
    }
    if not_run > 0 {
        let what = plural(not_run, "action");
        reasons.push(format!("{what} that sekisho does not run"));
    }
    if values > 0 {
        reasons.push(format!(
            "{} that Terraform refuses",
            plural(values, "value")
        ));
    }
    if reasons.is_empty() {
        let open = outcome.pipelines.iter().filter(|p| !p.succeeded());
        let failed: Vec<&str> = open.map(|p| p.name.as_str()).collect();
        reasons.push(match failed.is_empty() {
            true => "nothing was checked: all that makes calls was skipped".to_owned(),
            false => format!("{} did not succeed", failed.join(", ")),
        });
    }
    format!("{RED}does not pass{OFF}: {}", reasons.join("; "))
}

/// The same when everything that has to change is known.
pub(super) fn known(completion: &Completion, fix: Option<&Fix>, outcome: &Outcome) -> String {
    if !completion.passes {
        let hinted = !(outcome.hints.is_empty() && completion.hints.is_empty());
        // A statement that is only a step on the way must not look like the answer.
        return if hinted {
            format!(
                "{RED}does not pass{OFF}: statements alone do not mend it; what to do is said first"
            )
        } else if completion.to_the_end && !completion.patches.is_empty() {
            let stuck = completion.stuck.len();
            let noun = if stuck == 1 { "denial" } else { "denials" };
            format!(
                "{RED}does not pass{OFF}: {}; {stuck} {noun} that no statement mends",
                to_add(completion)
            )
        } else {
            does_not_pass(outcome, completion.stuck.len())
        };
    }
    let unwritten = fix.map_or(0, |f| f.unwritten.len());
    let how = match (fix.is_none_or(|f| f.passes), unwritten) {
        (true, _) if completion.goes_past() => {
            "past a condition that is there (--fix --check shows the diff, --fix --past-conditions writes it)".to_owned()
        }
        (true, _) => format!(
            "--fix writes {}, --fix --check shows the diff",
            if completion.patches.len() == 1 { "it" } else { "them" }
        ),
        (false, 0) => "--fix cannot prove what it would write, and says why".to_owned(),
        (false, n) if n == completion.patches.len() => {
            "--fix has no place for what is missing, and says why".to_owned()
        }
        (false, n) => format!("--fix has no place for {n} of them, and says why{}", match fix {
            Some(fix) if fix.enough => "; it writes the others",
            _ => "",
        }),
    };
    format!("{RED}does not pass{OFF}: {}; {how}", to_add(completion))
}

/// `account 1`, `accounts 1 and 2`.
fn listed(accounts: &[&str]) -> String {
    let noun = if accounts.len() == 1 {
        "account"
    } else {
        "accounts"
    };
    format!("{noun} {}", accounts.join(" and "))
}

/// How many statements are to be added, and in which accounts.
fn to_add(completion: &Completion) -> String {
    let accounts = completion.patches.iter().map(|p| p.account.as_str());
    let accounts: BTreeSet<&str> = accounts.collect();
    let accounts: Vec<&str> = accounts.into_iter().collect();
    let count = completion.patches.len();
    let noun = if count == 1 {
        "statement"
    } else {
        "statements"
    };
    format!("{count} {noun} to add in {}", listed(&accounts))
}
