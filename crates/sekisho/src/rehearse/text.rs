//! The outcome for a person.

use std::fmt::Write as _;
use std::sync::Arc;

use sekisho_engine::Event;
use sekisho_pipeline::{ActionRun, Execution};

use super::{Completion, Denial, Note, Outcome, Patch, PipelineRun, verdict};
use crate::printer::style::{BOLD, CYAN, DIM, GREEN, OFF, RED, YELLOW};

/// The whole outcome.
pub(super) fn document(outcome: &Outcome) -> String {
    let mut out = String::new();
    for run in &outcome.pipelines {
        pipeline(run, &outcome.events, &mut out);
    }
    for failure in &outcome.failures {
        let place = failure
            .problem
            .place
            .as_ref()
            .map(|p| format!(" {DIM}({p}){OFF}"))
            .unwrap_or_default();
        let _ = writeln!(
            out,
            "{RED}failed{OFF}  {BOLD}{}{OFF}{place}",
            failure.address
        );
        let _ = writeln!(out, "  {}\n", failure.problem.message);
    }
    for denial in &outcome.denials {
        denied(denial, &mut out);
    }
    for note in &outcome.notes {
        let place = note.place.as_ref().map(|p| format!(" {DIM}({p}){OFF}"));
        let _ = writeln!(
            out,
            "{YELLOW}note{OFF}: {}{}",
            note.message,
            place.unwrap_or_default()
        );
    }
    if !outcome.notes.is_empty() {
        out.push('\n');
    }
    out.push_str(&verdict::of(outcome));
    out
}

/// What to do about what no statement mends: what comes first, each once.
pub(super) fn all_hints(outcome: &Outcome, completion: Option<&Completion>) -> String {
    let later = completion.map(|c| c.hints.as_slice()).unwrap_or_default();
    let mut told: Vec<&str> = Vec::new();
    let mut out = String::new();
    for hint in outcome.hints.iter().chain(later) {
        if !told.contains(&hint.message.as_str()) {
            told.push(&hint.message);
            hints(std::slice::from_ref(hint), &mut out);
        }
    }
    out
}

/// What to do about what no statement mends.
fn hints(hints: &[Note], out: &mut String) {
    for hint in hints {
        let place = hint.place.as_ref().map(|p| format!(" {DIM}({p}){OFF}"));
        let _ = writeln!(
            out,
            "{CYAN}hint{OFF}: {}{}\n",
            hint.message,
            place.unwrap_or_default()
        );
    }
}

fn status(text: &str) -> String {
    let colour = match text {
        "Succeeded" => GREEN,
        "Failed" => RED,
        _ => YELLOW,
    };
    format!("{colour}{text}{OFF}")
}

fn pipeline(run: &PipelineRun, events: &[Arc<Event>], out: &mut String) {
    let _ = write!(
        out,
        "{BOLD}{}{OFF}  account {}, {}",
        run.name, run.account, run.region
    );
    let Some(execution) = &run.execution else {
        let _ = writeln!(out, "  not started\n");
        return;
    };
    let _ = writeln!(
        out,
        "  {DIM}execution {}{OFF}  {}",
        execution.id,
        status(&format!("{:?}", execution.status))
    );
    if let Some(summary) = &execution.summary {
        let _ = writeln!(out, "  {summary}");
    }
    for stage in &execution.definition.stages {
        let state = execution
            .stage(&stage.name)
            .map_or_else(|| "not reached".to_owned(), |s| format!("{:?}", s.status));
        let _ = writeln!(out, "\n  {BOLD}{}{OFF}  {}", stage.name, status(&state));
        for action in &stage.actions {
            match execution.attempt(&stage.name, &action.name) {
                Some(attempt) => action_lines(execution, attempt, events, out),
                None => {
                    let _ = writeln!(out, "    {}  {DIM}not reached{OFF}", action.name);
                }
            }
        }
    }
    out.push('\n');
}

fn action_lines(
    execution: &Execution,
    attempt: &ActionRun,
    events: &[Arc<Event>],
    out: &mut String,
) {
    let _ = writeln!(
        out,
        "    {}  {}",
        attempt.action,
        status(&format!("{:?}", attempt.status))
    );
    let text = attempt
        .failure
        .as_ref()
        .map(|f| format!("{}: {}", f.code, f.message))
        .or_else(|| attempt.summary.clone());
    if let Some(text) = text {
        let _ = writeln!(out, "      {text}");
    }
    if execution.declared(attempt).is_some_and(|d| d.is_approval())
        && let Some(by) = &attempt.updated_by
    {
        let _ = writeln!(out, "      {DIM}answered by {by}{OFF}");
    }
    let mine: Vec<&Arc<Event>> = events
        .iter()
        .filter(|e| e.tag.as_deref() == Some(&attempt.id))
        .collect();
    for event in &mine {
        let nested = event.parent.is_some_and(|p| mine.iter().any(|e| e.id == p));
        let pad = if nested { "        " } else { "      " };
        for check in &event.checks {
            let mark = if check.allowed() {
                format!("{GREEN}✓{OFF}")
            } else {
                format!("{RED}✗{OFF}")
            };
            let _ = writeln!(
                out,
                "{pad}{mark} {CYAN}{}{OFF}  {}",
                check.action, check.resource
            );
            let by = match (&check.policy, &check.statement) {
                (Some(policy), Some(statement)) => format!("{policy}, {statement}"),
                (Some(policy), None) => policy.clone(),
                _ if check.missing.is_empty() => check.gate.clone(),
                _ => {
                    let sides: Vec<String> = check
                        .missing
                        .iter()
                        .map(|m| format!("no {} in account {}", m.gate, m.account))
                        .collect();
                    sides.join(", ")
                }
            };
            let verb = if check.allowed() {
                "allowed by"
            } else {
                "denied:"
            };
            let _ = writeln!(out, "{pad}  {DIM}as {}{OFF}", event.principal);
            let _ = writeln!(out, "{pad}  {DIM}{verb} {by}{OFF}");
        }
    }
}

/// A denial for a person: the user's lines, who was denied what, whose policy it is, and what to do.
#[must_use]
pub fn denial(denial: &Denial) -> String {
    let mut out = String::new();
    denied(denial, &mut out);
    out
}

fn denied(denial: &Denial, out: &mut String) {
    let cause = &denial.cause;
    let _ = writeln!(
        out,
        "{RED}denied{OFF}[{}]  {CYAN}{}{OFF} on {}",
        denial.id, cause.action, cause.resource
    );
    if let Some(excerpt) = super::excerpt::styled(denial) {
        for line in excerpt.lines() {
            let _ = writeln!(out, "  {line}");
        }
    }
    if let Some((pipeline, stage, action)) = &denial.action {
        let _ = writeln!(out, "  {DIM}at{OFF}      {pipeline}: {stage}/{action}");
    }
    let _ = writeln!(out, "  {DIM}as{OFF}      {}", cause.principal);
    match &cause.denied_by {
        Some(by) => {
            let _ = writeln!(out, "  {DIM}by{OFF}      {by}");
        }
        None => {
            let _ = writeln!(
                out,
                "  {DIM}missing{OFF} {} in account {}",
                cause.side, cause.account
            );
        }
    }
    for near in &cause.conditional {
        let _ = writeln!(out, "  {DIM}but for{OFF} {near}");
    }
    let told = cause.told.as_ref().unwrap_or(&cause.reason);
    let _ = writeln!(out, "  {DIM}AWS says{OFF} {told}");
    if cause.told.is_some() {
        let _ = writeln!(out, "  {DIM}in full{OFF}  {}", cause.reason);
    }
    let _ = writeln!(out, "  {CYAN}hint{OFF}:   {}", cause.advice);
    // As it is to be written: the names of artifacts change with every execution.
    let written = Patch::of(denial).map(|p| p.statement);
    if let Some(statement) = written.as_ref().or(cause.statement.as_ref()) {
        let text = serde_json::to_string_pretty(statement).unwrap_or_default();
        for line in text.lines() {
            let _ = writeln!(out, "          {line}");
        }
    }
    out.push('\n');
}

/// What stands between the summary and every call.
pub(super) fn details() -> String {
    format!("{DIM}in detail{OFF}\n\n")
}

/// Everything that has to change, by account and policy.
#[must_use]
pub fn completion(completion: &Completion) -> String {
    let mut out = String::new();
    if completion.patches.is_empty() {
        // What is to be done about several is said once.
        let mut advised: Vec<&str> = Vec::new();
        for denial in &completion.stuck {
            let advice = denial.cause.advice.as_str();
            if advised.contains(&advice) {
                continue;
            }
            advised.push(advice);
            let alike = completion.stuck.iter().map(|d| &d.cause);
            for cause in alike.filter(|c| c.advice == advice) {
                let _ = writeln!(
                    out,
                    "  {RED}no statement mends it{OFF}: {CYAN}{}{OFF} on {} is denied",
                    cause.action, cause.resource
                );
            }
            let _ = writeln!(out, "  {CYAN}hint{OFF}: {advice}");
        }
        if !completion.stuck.is_empty() {
            out.push_str(&behind(completion));
        }
        return out;
    }
    let count = completion.patches.len();
    let noun = if count == 1 {
        "statement is missing"
    } else {
        "statements are missing"
    };
    let proof = if completion.passes {
        format!(
            "{GREEN}rehearsed{OFF}: {}",
            if count == 1 {
                "with it the delivery passes"
            } else {
                "with them the delivery passes, and without any one of them it does not"
            }
        )
    } else {
        let why = match completion.gave_up {
            true => "the search was given up, more may be missing",
            false => "something stands in the way that no statement mends",
        };
        format!("{RED}not enough{OFF}: {why}")
    };
    let _ = writeln!(out, "{BOLD}{count} {noun}{OFF} in all ({proof})\n");
    let mut places: Vec<(&str, &str, &str)> = Vec::new();
    for patch in &completion.patches {
        let place = (
            patch.account.as_str(),
            patch.side.as_str(),
            patch.holder.as_str(),
        );
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places.sort_unstable();
    for (account, side, holder) in places {
        let _ = writeln!(
            out,
            "  {BOLD}account {account}{OFF}, {side} of {CYAN}{holder}{OFF}"
        );
        let mine = |p: &&super::Patch| {
            (p.account.as_str(), p.side.as_str(), p.holder.as_str()) == (account, side, holder)
        };
        for patch in completion.patches.iter().filter(mine) {
            let _ = writeln!(out, "    {GREEN}+{OFF} {}", patch.statement);
            let at = patch
                .at
                .as_ref()
                .map(|(file, line)| format!(", in {file}:{line}"));
            let at = at.unwrap_or_default();
            let _ = writeln!(
                out,
                "      {DIM}for {} [{}]{at}{OFF}",
                patch.needed_by(),
                patch.denial
            );
            for near in &patch.conditional {
                let _ = writeln!(
                    out,
                    "      {YELLOW}without the condition{OFF} of what is there: {near}"
                );
            }
        }
    }
    for denial in &completion.stuck {
        let _ = writeln!(
            out,
            "\n  {RED}then{OFF} {CYAN}{}{OFF} on {} is denied: {}",
            denial.cause.action, denial.cause.resource, denial.cause.advice
        );
        if let Some(excerpt) = super::excerpt::styled(denial) {
            for line in excerpt.lines() {
                let _ = writeln!(out, "  {line}");
            }
        }
    }
    for text in &completion.failing {
        let _ = writeln!(out, "\n  {RED}then{OFF} {text}");
    }
    out.push_str(&behind(completion));
    out
}

/// What is known of what comes behind that which no statement mends.
fn behind(completion: &Completion) -> String {
    let known = match (
        completion.passes || completion.stuck.is_empty(),
        completion.to_the_end,
    ) {
        (true, true) => return String::new(),
        (false, true) => {
            "what comes behind that was rehearsed as if it were allowed: nothing else is missing"
        }
        (_, false) if completion.failing.is_empty() && completion.stuck.is_empty() => {
            return String::new();
        }
        (_, false) => "what comes behind that is not known until it is mended",
    };
    format!("\n  {DIM}{known}{OFF}\n")
}
