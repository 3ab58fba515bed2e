//! Statements of a configuration that deny a call where their conditions hold: an explicit deny that AWS tells of may be
//! one of them, though nothing denied the call here.

use std::fmt::Write as _;

use sekisho_policy::{Document, Effect, Element, Statement};
use serde_json::Value;

use super::Question;
use super::matching::Matching;
use crate::printer::style::{CYAN, DIM, OFF};
use crate::rehearse::Outcome;

/// The arguments of resources that are policies.
const POLICIES: &[&str] = &["policy", "assume_role_policy"];

/// The texts of a configuration's policies, by the address of the resource that has each.
fn policies(outcome: &Outcome) -> impl Iterator<Item = (&str, &str)> {
    let made = outcome.made.iter();
    let made = made.filter(|(address, _)| {
        let parts: Vec<&str> = address.rsplitn(4, '.').collect();
        parts.get(2) != Some(&"data")
    });
    made.flat_map(|(address, value)| {
        let instances = match value {
            Value::Array(all) => all.iter().collect(),
            one => vec![one],
        };
        let texts = instances.into_iter().flat_map(|value| {
            let own = POLICIES.iter().filter_map(|name| value.get(name)?.as_str());
            let blocks = value.get("inline_policy").and_then(Value::as_array);
            let blocks = blocks.into_iter().flatten();
            own.chain(blocks.filter_map(|b| b.get("policy")?.as_str()))
        });
        texts.map(move |text| (address.as_str(), text))
    })
}

impl Question {
    /// Whether a statement denies what is asked about, if its conditions hold.
    fn is_denied_by(&self, matching: &Matching<'_>, statement: &Statement) -> bool {
        let covers = |element: &Element, is: &dyn Fn(&str) -> bool| {
            element.texts().any(is) != element.negated
        };
        let action = |pattern: &str| {
            let asked = self.action.as_deref().unwrap_or("*");
            sekisho_arn::glob_ignore_case(pattern, asked)
                || sekisho_arn::glob_ignore_case(asked, pattern)
        };
        let resource = |pattern: &str| {
            self.resource.as_deref().is_none_or(|asked| {
                sekisho_arn::glob(pattern, asked) || matching.resource(asked, pattern)
            })
        };
        statement.effect == Effect::Deny
            && statement
                .actions
                .as_ref()
                .is_some_and(|a| covers(a, &action))
            && statement
                .resources
                .as_ref()
                .is_none_or(|r| covers(r, &resource))
    }
}

/// What of the configuration may have denied it, for a person; none where nothing may.
pub(super) fn statements(
    question: &Question,
    matching: &Matching<'_>,
    outcome: &Outcome,
) -> Option<String> {
    let mut found: Vec<(bool, String)> = Vec::new();
    // AWS says of which kind the policy is.
    let kind = question.because.as_deref().unwrap_or_default();
    let of_identity = |address: &str| {
        let kind = address.rsplit('.').nth(1).unwrap_or_default();
        kind.starts_with("aws_iam_") && kind != "aws_iam_role"
    };
    let others = [
        "service control",
        "resource control",
        "boundary",
        "session",
        "endpoint",
    ];
    if others.iter().any(|other| kind.contains(other)) {
        return None;
    }
    for (address, text) in policies(outcome) {
        let identity = of_identity(address);
        if kind.contains("identity-based") && !identity
            || kind.contains("resource-based") && identity
        {
            continue;
        }
        let Ok(document) = text.parse::<Document>() else {
            continue;
        };
        for (index, statement) in document.statements().iter().enumerate() {
            if !question.is_denied_by(matching, statement) {
                continue;
            }
            let named = question.statement.is_some() && question.statement == statement.sid;
            let written = text.get(statement.span.start..statement.span.end);
            let written = written.and_then(|text| serde_json::from_str::<Value>(text).ok());
            let said = format!(
                "  {CYAN}{}{OFF} of {address}\n    {DIM}{}{OFF}\n",
                document.label(index),
                written.unwrap_or_default()
            );
            if !found.iter().any(|(_, known)| *known == said) {
                found.push((named, said));
            }
        }
    }
    // Where AWS names the statement, the others are none.
    if found.iter().any(|(named, _)| *named) {
        found.retain(|(named, _)| *named);
    }
    let all: String = found.into_iter().map(|(_, said)| said).collect();
    let mut out = String::new();
    let _ = write!(
        out,
        "\nin this configuration these deny such a call where their conditions hold, and in the rehearsal they did not:\n{all}\n{CYAN}hint{OFF}: an explicit deny wins over every allow: make the call on AWS as they ask for it (where it comes from, with which encryption and key), or change them"
    );
    (!all.is_empty()).then_some(out)
}
