//! Policies that would allow what is denied, and that nobody has: an attachment was forgotten.

use std::collections::BTreeMap;
use std::sync::Arc;

use sekisho_engine::Engine;
use serde_json::{Value, json};

use super::fix::policies::{Made, Policies};
use super::{Client, Denial, Note};

/// More of them say no more: an account may keep many policies that allow much.
const MOST: usize = 5;

/// Which managed policies of the configuration allow what an identity lacks and are attached to nobody, each with whom it is
/// to be attached to.
pub(super) fn notes(
    engine: &Arc<Engine>,
    policies: &Policies<'_>,
    denials: &[Denial],
) -> Vec<Note> {
    let idle: Vec<(&Made<'_>, &str)> = policies
        .all()
        .into_iter()
        .filter(|(made, _, holders)| made.node.type_name == "aws_iam_policy" && holders.is_empty())
        .filter_map(|(made, argument, _)| Some((made, made.text(argument)?)))
        .collect();
    if idle.is_empty() {
        return Vec::new();
    }
    // By policy and holder: the actions.
    let mut found: BTreeMap<(usize, &str), Vec<&str>> = BTreeMap::new();
    for denial in denials {
        let cause = &denial.cause;
        let Some(holder) = cause
            .holder
            .as_deref()
            .filter(|_| cause.side == "identity policy")
        else {
            continue;
        };
        let iam = Client::owner(engine, &cause.account, "us-east-1");
        for (index, (made, document)) in idle.iter().enumerate() {
            let arn = made.text("arn").unwrap_or_default();
            let own = arn.split(':').nth(4) == Some(cause.account.as_str());
            if own && allows(&iam, document, &cause.action, &cause.resource) {
                let actions = found.entry((index, holder)).or_default();
                if !actions.contains(&&*cause.action) {
                    actions.push(&cause.action);
                }
            }
        }
    }
    let notes = found.into_iter().filter_map(|((index, holder), actions)| {
        let (made, _) = idle.get(index)?;
        let (kind, name) = holder.splitn(6, ':').nth(5)?.split_once('/')?;
        Some(Note {
            message: format!(
                "{}{} allows {} and is attached to nobody: attach it to the {kind} {name} (aws_iam_{kind}_policy_attachment), if that is whom it is for",
                made.path,
                made.reference(),
                actions.join(", ")
            ),
            place: Some(made.node.place.clone()),
        })
    });
    notes.take(MOST).collect()
}

/// Whether a document alone allows an action, by IAM's own simulator.
fn allows(iam: &Client, document: &str, action: &str, resource: &str) -> bool {
    let input = json!({
        "PolicyInputList": [document],
        "ActionNames": [action],
        "ResourceArns": [resource],
    });
    let answer = iam
        .call("iam", "SimulateCustomPolicy", input)
        .unwrap_or_default();
    let decision = answer.pointer("/EvaluationResults/0/EvalDecision");
    decision.and_then(Value::as_str) == Some("allowed")
}
