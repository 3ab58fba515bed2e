//! What a case expects, and how a decision differs from it.

use serde::Deserialize;

use super::Case;
use crate::decision::{Decision, Gate};

/// What a case expects; what is not written is not compared.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Expect {
    /// `allow`, `implicit_deny` or `explicit_deny`.
    pub decision: Option<String>,
    /// The gate that decides.
    pub gate: Option<String>,
    /// AWS's sentence.
    pub message: Option<String>,
    /// How AWS's sentence begins.
    pub message_prefix: Option<String>,
}

impl Expect {
    pub(super) fn says_something(&self) -> bool {
        let texts = [
            &self.decision,
            &self.gate,
            &self.message,
            &self.message_prefix,
        ];
        texts.iter().any(|text| text.is_some())
    }

    /// A member that expects what no answer says, and what is wrong with it.
    pub(super) fn unknown(&self) -> Option<(&'static str, String)> {
        const DECISIONS: [&str; 3] = ["allow", "implicit_deny", "explicit_deny"];
        let gates = Gate::ALL.map(Gate::as_str);
        let wrong = |member, kind: &str, text: &Option<String>, known: &[&str]| {
            let text = text.as_deref().filter(|text| !known.contains(text))?;
            let message = format!("`{text}` is no {kind}: one of {}", known.join(", "));
            Some((member, message))
        };
        wrong("expect.decision", "decision", &self.decision, &DECISIONS)
            .or_else(|| wrong("expect.gate", "gate", &self.gate, &gates))
    }
}

impl Case {
    /// How `decision` and its sentence differ from what is expected; `None` when they do not.
    #[must_use]
    pub fn difference(&self, decision: &Decision, message: &str) -> Option<String> {
        let expect = self.expect.as_ref()?;
        let message = if decision.allowed() { "" } else { message };
        let differs = |what: &str, wanted: &Option<String>, got: &str| {
            let wanted = wanted.as_deref()?;
            (wanted != got).then(|| format!("{what} is \"{got}\", expected \"{wanted}\""))
        };
        differs("decision", &expect.decision, decision.outcome.as_str())
            .or_else(|| differs("gate", &expect.gate, decision.gate.as_str()))
            .or_else(|| {
                let same = expect
                    .message
                    .as_deref()
                    .is_some_and(|wanted| same_sentence(&self.action, wanted, message));
                if same {
                    return None;
                }
                differs("message", &expect.message, message)
            })
            .or_else(|| {
                let prefix = expect.message_prefix.as_deref()?;
                // A sentence of which only the beginning is known may go on with what differs at every call.
                let whole = prefix
                    .split(". ")
                    .next()
                    .unwrap_or(prefix)
                    .trim_end_matches('.');
                let begins = message.starts_with(prefix)
                    || same_sentence(&self.action, whole, message.trim_end_matches('.'));
                (!begins).then(|| {
                    format!("message is \"{message}\", expected to begin with \"{prefix}\"")
                })
            })
    }
}

/// Whether two denial sentences say the same as far as a case can tell: it knows neither the ARNs of its policies
/// nor how IAM and Secrets Manager render the resource (a kind and a name, the identifier as it was sent).
fn same_sentence(action: &str, wanted: &str, got: &str) -> bool {
    fn parts(text: &str) -> Option<(&str, &str, &str)> {
        let (head, rest) = text.split_once(" on resource: ")?;
        let at = rest
            .rfind(" because no ")
            .or_else(|| rest.rfind(" with an explicit deny in "))?;
        let (resource, tail) = rest.split_at(at);
        Some((head, resource, tail.split(": arn:").next().unwrap_or(tail)))
    }
    let own_rendering = ["iam:", "secretsmanager:"]
        .iter()
        .any(|service| action.starts_with(service));
    match (parts(wanted), parts(got)) {
        (Some(a), Some(b)) => a.0 == b.0 && a.2 == b.2 && (own_rendering || a.1 == b.1),
        _ => wanted == got,
    }
}
