//! An answer for a person, with the policies' own text.

use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level, Snippet};
use sekisho_policy::{Change, Effect, GateReport, Outcome, Said, StatementReport};

use super::answer::{Answer, Decided};
use crate::printer::style;

impl Answer {
    /// The answer for a person. `file` is where the case came from.
    pub(crate) fn explained(&self, file: &str) -> String {
        match self {
            Self::Unreadable { error, place, name } => {
                let name = name
                    .as_deref()
                    .map(|n| format!("{n}: "))
                    .unwrap_or_default();
                let (line, column) = place;
                format!(
                    "{}error{}: {name}{error}\n  at {file}:{line}:{column}",
                    style::RED,
                    style::OFF
                )
            }
            Self::Decided(decided) => decided.explained(),
        }
    }
}

impl Decided {
    fn explained(&self) -> String {
        let decision = &self.explanation.decision;
        let colour = match decision.outcome {
            Outcome::Allow => style::GREEN,
            _ => style::RED,
        };
        let verdict = match decision.outcome {
            Outcome::Allow => "allowed",
            Outcome::ImplicitDeny => "denied: nothing allows it",
            Outcome::ExplicitDeny => "denied by a statement",
        };
        let off = style::OFF;
        let mut out = String::new();
        let _ = writeln!(out, "{}{}{off}", style::BOLD, self.case.name);
        let _ = writeln!(
            out,
            "  {} on {}\n  {colour}{verdict}{off}, at the gate {}\n  {}",
            self.case.action,
            self.case.resource,
            decision.gate.as_str(),
            self.message
        );
        if let Some(why) = self.explanation.regardless {
            let _ = writeln!(out, "  whatever the policies say: {why}");
        }
        for gate in &self.explanation.gates {
            explain_gate(&mut out, gate);
        }
        for grant in &self.explanation.grants {
            let said = match &grant.reason {
                None => "covers the request".to_owned(),
                Some(reason) => format!("does not cover the request: {reason}"),
            };
            let _ = writeln!(out, "\n  {} {said}", grant.id);
        }
        for change in &self.changes {
            let _ = writeln!(out, "\n{}hint{off}: {}", style::CYAN, hint(change));
        }
        if decision.outcome != Outcome::Allow && self.changes.is_empty() {
            let _ = writeln!(out, "\n{}hint{off}: no statement can allow it", style::CYAN);
        }
        for warning in &self.case.warnings {
            let _ = writeln!(out, "{}warning{off}: {warning}", style::YELLOW);
        }
        if let Some(wrong) = &self.wrong {
            let _ = writeln!(out, "{}not as expected{off}: {wrong}", style::RED);
        }
        out
    }
}

fn explain_gate(out: &mut String, gate: &GateReport) {
    let (colour, said) = match gate.said {
        Said::Allows => (style::GREEN, "allows"),
        Said::Denies => (style::RED, "denies"),
        Said::Silent => (style::YELLOW, "says nothing"),
    };
    let level = gate
        .level
        .map(|l| format!(", level {}", l + 1))
        .unwrap_or_default();
    let _ = writeln!(
        out,
        "\n  {}{level}: {colour}{said}{}",
        gate.gate.as_str(),
        style::OFF
    );
    for statement in &gate.statements {
        let _ = writeln!(out, "{}", snippet(statement));
    }
}

/// The statement in its author's text: underlined as a whole where it matches, else each part that misses.
fn snippet(report: &StatementReport) -> String {
    let reference = &report.statement;
    let document = &reference.policy.document;
    let effect = match report.effect {
        Effect::Allow => "Allow",
        Effect::Deny => "Deny",
    };
    let matches = report.misses.is_empty();
    let title = format!(
        "{effect} of {}, {}{}",
        reference.policy.name,
        reference.label(),
        if matches { "" } else { ", does not match" }
    );
    let mut source = Snippet::source(document.text.as_ref()).path(reference.policy.name.as_ref());
    if matches {
        if let Some(statement) = document.statements().get(reference.index) {
            source = source.annotation(
                AnnotationKind::Primary
                    .span(statement.span.start..statement.span.end)
                    .label("matches"),
            );
        }
    } else {
        for miss in &report.misses {
            source = source.annotation(
                AnnotationKind::Primary
                    .span(miss.span.start..miss.span.end)
                    .label(miss.reason.as_str()),
            );
        }
    }
    let level = if matches && report.effect == Effect::Deny {
        Level::ERROR
    } else {
        Level::INFO
    };
    let group: Group<'_> = level.primary_title(title.as_str()).element(source);
    crate::terminal::renderer().render(&[group])
}

fn hint(change: &Change) -> String {
    let account = change
        .account()
        .map(|a| format!(" (account {a})"))
        .unwrap_or_default();
    match change {
        Change::Add {
            gate, statement, ..
        } => format!("add to the {} policy{account}: {statement}", gate.as_str()),
        Change::Relax {
            gate, statement, ..
        } => format!(
            "{} of {} denies it{account}: an explicit deny of the gate {} wins over every allow; its owner has to relax it",
            statement.label(),
            statement.policy.name,
            gate.as_str()
        ),
    }
}
