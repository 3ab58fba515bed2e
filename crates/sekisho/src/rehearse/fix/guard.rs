//! Holds what was written to what was asked for: nobody gets a statement that he does not lack, and nobody loses one.

use std::collections::BTreeMap;

use sekisho_policy::Document;
use serde_json::Value;

use super::policies::{Made, Policies};
use crate::rehearse::Patch;

/// The policies of a rehearsal: the statements that a block writes, and the ARNs of what has them.
type Written = BTreeMap<(String, &'static str), (Vec<Value>, Vec<String>)>;

/// What is called otherwise in every rehearsal, with the address of what it is called after: ids.
fn ids<'c>(policies: &Policies<'c>) -> Vec<(&'c str, String)> {
    let ids = policies.made.iter().flat_map(|made| {
        let own = ["key_id", "unique_id"].map(|name| made.values.get(name)?.as_str());
        let address = format!("{}{}", made.path, made.reference());
        own.into_iter()
            .flatten()
            .map(move |id| (id, address.clone()))
    });
    ids.filter(|(id, _)| !id.is_empty()).collect()
}

/// The statements of the policies in `argument`; a text that is no policy has none.
fn statements(made: &Made<'_>, argument: &str, ids: &[(&str, String)]) -> Vec<Value> {
    let texts: Vec<&str> = match argument.split_once('.') {
        Some((blocks, inner)) => {
            let blocks = made.values.get(blocks).and_then(Value::as_array);
            let blocks = blocks.into_iter().flatten();
            blocks.filter_map(|b| b.get(inner)?.as_str()).collect()
        }
        None => made.text(argument).into_iter().collect(),
    };
    // What is written differently and means the same is the same.
    let named = texts.into_iter().map(|text| {
        let text = text.to_owned();
        ids.iter()
            .fold(text, |text, (id, address)| text.replace(id, address))
    });
    let documents = named.filter_map(|text| text.parse::<Document>().ok());
    let values = documents.filter_map(|d| serde_json::from_str::<Value>(&d.to_string()).ok());
    values
        .flat_map(|mut v| match v["Statement"].take() {
            Value::Array(all) => all,
            one => vec![one],
        })
        .collect()
}

fn written(policies: &Policies<'_>) -> Written {
    let ids = ids(policies);
    let all = policies.all().into_iter();
    all.map(|(made, argument, holders)| {
        let address = format!("{}{}", made.path, made.reference());
        let statements = statements(made, argument, &ids);
        ((address, argument), (statements, holders))
    })
    .collect()
}

/// Whether two ARNs are of one thing: a key has another id in every rehearsal.
fn same(one: &str, other: &str) -> bool {
    let key = |arn: &str| arn.starts_with("arn:aws:kms:") && arn.contains(":key/");
    one == other || (key(one) && key(other))
}

/// Whether a statement says nothing but what one of `patches` asks for `holder`.
fn asked(statement: &Value, holder: &str, patches: &[Patch]) -> bool {
    let list = |value: &Value| match value {
        Value::Array(all) => all.clone(),
        one => vec![one.clone()],
    };
    let mine = patches.iter().filter(|p| same(&p.holder, holder));
    let wanted: Vec<Value> = mine.flat_map(|p| list(&p.statement["Action"])).collect();
    let actions = list(&statement["Action"]);
    statement["Effect"] == "Allow" && actions.iter().all(|a| wanted.contains(a))
}

/// Whether somebody has a statement `after` that no patch asks for, or lacks one that he had.
pub(super) fn differs(before: &Policies<'_>, after: &Policies<'_>, patches: &[Patch]) -> bool {
    let old = written(before);
    written(after).iter().any(|(block, (now, holders))| {
        let none = (Vec::new(), Vec::new());
        let (had, had_by) = old.get(block).unwrap_or(&none);
        let everybody = || had_by.iter().chain(holders);
        let lost = had.iter().any(|s| !now.contains(s));
        let new = now.iter().filter(|s| !had.contains(s));
        // The default statement of a key takes the place of what the key had without a policy.
        let own = |s: &&Value| s["Action"] != "kms:*";
        let more = new
            .filter(own)
            .any(|s| everybody().any(|holder| !asked(s, holder, patches)));
        lost || more
    })
}
