//! Values as the provider takes them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Refuses names that the provider does not know: what is misspelt would be left out of the document.
pub(super) fn expected(
    what: &str,
    members: &Map<String, Value>,
    names: &[&str],
) -> Result<(), String> {
    match members.keys().find(|k| !names.contains(&k.as_str())) {
        Some(name) => Err(format!(
            "`{name}` is not expected in {what}: it has {}",
            names.join(", ")
        )),
        None => Ok(()),
    }
}

/// Blocks of one name: in a configuration of JSON, one may stand without a list.
pub(super) fn blocks(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Array(blocks)) => blocks,
        Some(one @ Value::Object(_)) => std::slice::from_ref(one),
        _ => &[],
    }
}

/// A text, number or Boolean as a text.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

/// The texts of a list; numbers and Booleans become texts, as with Terraform.
pub(super) fn list(name: &str, value: Option<&Value>) -> Result<Vec<String>, String> {
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => items
            .iter()
            .map(|v| text(v).ok_or_else(|| format!("`{name}`: an element is not a text: {v}")))
            .collect(),
        Some(_) => Err(format!("`{name}` must be a list")),
    }
}

pub(super) fn string(name: &str, value: &Value) -> Result<String, String> {
    let text = value.as_str().map(str::to_owned);
    text.ok_or_else(|| format!("`{name}` must be a text"))
}

/// One value stands alone, several in a list, the last in the alphabet first; each once.
pub(super) fn one_or_many(values: Vec<String>) -> Value {
    let values: BTreeSet<String> = values.into_iter().collect();
    let mut values: Vec<Value> = values.into_iter().rev().map(Value::String).collect();
    match values.len() {
        0 => Value::Null,
        1 => values.remove(0),
        _ => Value::Array(values),
    }
}

/// `&{…}` is a policy variable, as `${…}` is the configuration's own.
pub(super) fn variable(text: &str, version: &str) -> Result<String, String> {
    if version == "2008-10-17" && text.contains("&{") {
        return Err(format!(
            "found &{{ sequence in ({text}), which is not supported in document version 2008-10-17"
        ));
    }
    Ok(text.replace("&{", "${"))
}

pub(super) fn variables(value: Value, version: &str) -> Result<Value, String> {
    Ok(match value {
        Value::String(text) => Value::String(variable(&text, version)?),
        Value::Array(items) => {
            let items = items.into_iter().map(|item| variables(item, version));
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        other => other,
    })
}
