//! The outcome for a pull request.

use std::fmt::Write as _;

use sekisho_codepipeline::is_run;
use sekisho_iac::Problem;

use super::{Completion, FailureKind, Fix, Outcome, verdict};

/// The outcome as Markdown: whether it passes, the actions, what is missing, and the change as a diff.
pub(super) fn document(
    outcome: &Outcome,
    completion: Option<&Completion>,
    fix: Option<&Fix>,
) -> String {
    let mut out = String::new();
    let verdict = if outcome.passes() {
        "passes"
    } else {
        "does not pass"
    };
    let line = verdict::plain(outcome, completion, fix);
    let _ = writeln!(out, "## The delivery {verdict}\n\n{}\n", inline(&line));
    for run in &outcome.pipelines {
        let _ = writeln!(
            out,
            "**{}**, account {}, {}\n\n| stage | action | status |\n|---|---|---|",
            inline(&run.name),
            run.account,
            run.region
        );
        let Some(execution) = &run.execution else {
            let _ = writeln!(out, "| | | not started |\n");
            continue;
        };
        for stage in &execution.definition.stages {
            for action in &stage.actions {
                let status = match execution.attempt(&stage.name, &action.name) {
                    None => "not reached".to_owned(),
                    Some(_) if !is_run(action) => "skipped: not checked".to_owned(),
                    Some(attempt) => format!("{:?}", attempt.status),
                };
                let (stage, action) = (inline(&stage.name), inline(&action.name));
                let _ = writeln!(out, "| {stage} | {action} | {status} |");
            }
        }
        out.push('\n');
    }
    for failure in &outcome.failures {
        let place = failure
            .problem
            .place
            .as_ref()
            .map(|p| format!(" ({p})"))
            .unwrap_or_default();
        let _ = writeln!(
            out,
            "- `{}`{place} {}: {}",
            failure.address,
            match (failure.kind, failure.is_value()) {
                (FailureKind::Early, _) => "begins too early",
                (FailureKind::Overwritten, _) => "is overwritten",
                (FailureKind::NotRun, _) => "is not run",
                (FailureKind::NotMade, true) => "is refused by Terraform",
                (FailureKind::NotMade, false) => "was not made",
            },
            inline(&failure.problem.message)
        );
    }
    if let Some(denial) = outcome.denials.first() {
        let cause = &denial.cause;
        let why = match &cause.denied_by {
            Some(by) => format!("denied by {by}"),
            None => format!(
                "the {} in account {} does not allow it",
                cause.side, cause.account
            ),
        };
        // What stands before it may be a list.
        if !outcome.failures.is_empty() {
            out.push('\n');
        }
        let _ = writeln!(
            out,
            "First denial, {}: {}: {}.\n\n> {}\n",
            denial.id,
            inline(&cause.action),
            inline(&why),
            inline(&cause.said())
        );
    }
    if let Some(completion) = completion {
        missing(completion, &mut out);
    }
    let later = completion.map(|c| c.hints.as_slice()).unwrap_or_default();
    let mut hints: Vec<&str> = outcome
        .hints
        .iter()
        .chain(later)
        .map(|h| h.message.as_str())
        .collect();
    hints.dedup();
    for hint in hints {
        let _ = writeln!(out, "- **hint**: {}", inline(hint));
    }
    for note in &outcome.notes {
        let place = note.place.as_ref().map(|p| format!(" (`{p}`)"));
        let place = place.unwrap_or_default();
        let _ = writeln!(out, "- note: {}{place}", inline(&note.message));
    }
    for (patch, why) in fix.into_iter().flat_map(|f| &f.unwritten) {
        let _ = writeln!(
            out,
            "- to be added by hand: the {} of `{}` {}",
            patch.side,
            patch.holder,
            inline(why)
        );
    }
    let diff = fix.and_then(Fix::proven);
    if diff.as_ref().is_some_and(|d| d.len() + out.len() > LONGEST) {
        out.push_str("The change is too long to be shown here: `--fix --check` prints it.\n");
    } else if let Some(diff) = diff {
        let _ = writeln!(
            out,
            "\n<details><summary>The change, rehearsed (<code>{}</code> writes it)</summary>\n\n```diff\n{diff}```\n\n</details>",
            completion.map_or("--fix", Completion::written_by)
        );
    }
    out.trim_end().to_owned()
}

/// What keeps a configuration from being rehearsed.
pub(super) fn unread(problems: &[Problem]) -> String {
    let mut out = "## The delivery could not be rehearsed\n\n".to_owned();
    for problem in problems {
        let place = problem.place.as_ref().map(|p| format!("`{p}`: "));
        let place = place.unwrap_or_default();
        let _ = writeln!(out, "- {place}{}", inline(&problem.message));
    }
    out.trim_end().to_owned()
}

/// The longest that a comment of GitHub may be is 65,536 characters.
const LONGEST: usize = 60_000;

/// A text on one line, of which nothing is taken for Markdown or HTML.
fn inline(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '|' | '*' | '_' | '[' | ']' | '`' | '\\' | '~' | '#' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

fn missing(completion: &Completion, out: &mut String) {
    if !completion.patches.is_empty() {
        let proof = if completion.passes {
            "With these statements the delivery passes, and without any one of them it does not: both were rehearsed."
        } else {
            "These statements are missing, and are not enough: something stands in the way that no statement mends."
        };
        let _ = writeln!(
            out,
            "{proof}\n\n| account | policy | statement | for |\n|---|---|---|---|"
        );
        for patch in &completion.patches {
            let _ = writeln!(
                out,
                "| {} | {} of `{}` | `{}` | {} ({}) |",
                patch.account,
                patch.side,
                patch.holder,
                patch.statement.to_string().replace('|', "\\|"),
                inline(&patch.needed_by()),
                patch.denial
            );
        }
        out.push('\n');
        let conditional = completion.patches.iter().flat_map(|p| &p.conditional);
        for near in conditional {
            let _ = writeln!(
                out,
                "- **Without the condition of what is there**: {}",
                inline(near)
            );
        }
    }
    for text in &completion.failing {
        let _ = writeln!(out, "- {}", inline(text));
    }
    for denial in &completion.stuck {
        let _ = writeln!(
            out,
            "- `{}` on `{}`: {}",
            denial.cause.action,
            denial.cause.resource,
            inline(&denial.cause.advice)
        );
    }
}
