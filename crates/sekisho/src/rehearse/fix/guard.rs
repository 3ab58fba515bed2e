//! Holds what was written to what was asked for: nobody gets a statement that he does not lack, and nobody loses one.

use std::collections::BTreeMap;

use sekisho_policy::Document;
use serde_json::{Value, json};

use super::policies::{Made, Policies};
use crate::rehearse::Patch;

/// Ids, which are others in every rehearsal, and the addresses of what has them in one: in the next, made in another order,
/// the same id may be another's.
struct Names<'c>(Vec<(&'c str, String)>);

impl<'c> Names<'c> {
    fn new(rehearsal: &Policies<'c>) -> Self {
        let ids = rehearsal.made.iter().flat_map(|made| {
            let own = ["key_id", "unique_id"].map(|name| made.values.get(name)?.as_str());
            let own = own.into_iter().flatten().filter(|id| !id.is_empty());
            own.map(|id| (id, address(made))).collect::<Vec<_>>()
        });
        Self(ids.collect())
    }

    /// A text that is the same in every rehearsal.
    fn stable(&self, text: &str) -> String {
        let text = text.to_owned();
        let ids = self.0.iter();
        ids.fold(text, |text, (id, address)| text.replace(id, address))
    }
}

/// What was made, as it may stand in a text of JSON, too.
fn address(made: &Made<'_>) -> String {
    made.address().replace('"', "'")
}

/// What one statement says of one action: its parts in one form, so that what means the same is the same.
#[derive(Debug, PartialEq)]
struct Says {
    action: Value,
    resources: Vec<Value>,
    /// The statement without its action, its resource and its name.
    rest: Value,
}

fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(all) => all.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    }
}

fn says(statement: &Value) -> Vec<Says> {
    let mut rest = statement.clone();
    if let Some(members) = rest.as_object_mut() {
        for name in ["Action", "Resource", "Sid"] {
            members.remove(name);
        }
    }
    let resources = list(&statement["Resource"]);
    let actions = list(&statement["Action"]).into_iter();
    let each = actions.map(|action| Says {
        action,
        resources: resources.clone(),
        rest: rest.clone(),
    });
    each.collect()
}

/// The statements of a document as the policy engine writes them; a text that is no policy has none.
fn statements(text: &str) -> Vec<Value> {
    let document = text.parse::<Document>().ok();
    let written = document.and_then(|d| serde_json::from_str::<Value>(&d.to_string()).ok());
    written.map_or_else(Vec::new, |mut v| list(&v["Statement"].take()))
}

/// A policy of a rehearsal: its statements, and the ARNs of what has them.
#[derive(Default)]
struct Written {
    statements: Vec<Value>,
    holders: Vec<String>,
}

/// The policies of a rehearsal, by the block and argument that writes each.
fn written<'c>(
    policies: &Policies<'c>,
    names: &Names<'c>,
) -> BTreeMap<(String, &'static str), Written> {
    let each = policies.all().into_iter().map(|(made, argument, holders)| {
        let texts: Vec<&str> = match argument.split_once('.') {
            Some((blocks, inner)) => {
                let blocks = made.values.get(blocks).and_then(Value::as_array);
                let blocks = blocks.into_iter().flatten();
                blocks.filter_map(|b| b.get(inner)?.as_str()).collect()
            }
            None => made.text(argument).into_iter().collect(),
        };
        let texts = texts.into_iter().map(|text| names.stable(text));
        let written = Written {
            statements: texts.flat_map(|text| statements(&text)).collect(),
            holders: holders.iter().map(|arn| names.stable(arn)).collect(),
        };
        ((address(made), argument), written)
    });
    each.collect()
}

/// What a patch asks for: for whom, and of each action.
fn asked(patch: &Patch, names: &Names<'_>) -> (String, Vec<Says>) {
    let document = json!({"Version": "2012-10-17", "Statement": [patch.statement]}).to_string();
    let says = statements(&names.stable(&document))
        .iter()
        .flat_map(says)
        .collect();
    (names.stable(&patch.holder), says)
}

/// Whether somebody has a statement `after` that no patch asks for, or lacks one that he had.
pub(super) fn differs<'c>(before: &Policies<'c>, after: &Policies<'c>, patches: &[Patch]) -> bool {
    let (old_names, new_names) = (Names::new(before), Names::new(after));
    let asked: Vec<_> = patches.iter().map(|p| asked(p, &old_names)).collect();
    let lacks = |holder: &String, says: &Says| {
        let mine = asked.iter().filter(|(who, _)| who == holder);
        let wanted: Vec<&Says> = mine
            .flat_map(|(_, all)| all)
            .filter(|w| w.action == says.action && w.rest == says.rest)
            .collect();
        let of = |resource: &Value| wanted.iter().any(|w| w.resources.contains(resource));
        !wanted.is_empty() && says.resources.iter().all(of)
    };
    let old = written(before, &old_names);
    written(after, &new_names).iter().any(|(block, now)| {
        let nothing = Written::default();
        let had = old.get(block).unwrap_or(&nothing);
        if had.statements.iter().any(|s| !now.statements.contains(s)) {
            return true;
        }
        // A key that had no policy is given what it had without one, too.
        let own = block.0.contains("aws_kms_key_policy.") && !old.contains_key(block);
        let kept = |s: &Value| own && s["Action"] == "kms:*";
        let new = now.statements.iter();
        let new = new.filter(|s| !had.statements.contains(s) && !kept(s));
        new.into_iter().any(|statement| {
            let says = says(statement);
            let holders = had.holders.iter().chain(&now.holders);
            says.is_empty()
                || holders
                    .into_iter()
                    .any(|h| says.iter().any(|s| !lacks(h, s)))
        })
    })
}
