//! Who is meant: `principals` blocks, and `Principal` of documents.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::arguments::{expected, list, one_or_many, text, variables};
use super::sets::checksum;

const PRINCIPALS: &[&str] = &["identifiers", "type"];

/// Identifiers of one type: one as a text, or several.
pub(super) struct Principals {
    kind: String,
    identifiers: Value,
}

impl Principals {
    pub(super) fn written(
        name: &str,
        block: &Value,
        version: &str,
    ) -> Result<(Self, String), String> {
        let block = block.as_object().ok_or("principals must be a block")?;
        expected(name, block, PRINCIPALS)?;
        let kind = block
            .get("type")
            .and_then(text)
            .ok_or("principals need `type`")?;
        if block.get("identifiers").is_none_or(Value::is_null) {
            return Err("principals need `identifiers`".to_owned());
        }
        let identifiers = list("identifiers", block.get("identifiers"))?;
        let unique: BTreeSet<&String> = identifiers.iter().collect();
        let mut hashed: Vec<(String, &String)> = unique
            .into_iter()
            .map(|text| (checksum(&format!("{text};")).to_string(), text))
            .collect();
        hashed.sort();
        let each: String = hashed.iter().map(|(_, text)| format!("{text};")).collect();
        let identity = format!("identifiers:{{{each}}};type:{kind};");
        let identifiers = match one_or_many(identifiers) {
            Value::Null => json!([]),
            other => variables(other, version)?,
        };
        Ok((Self { kind, identifiers }, identity))
    }

    pub(super) fn parse(value: &Value) -> Result<Vec<Self>, String> {
        match value {
            // Whatever the text is: the provider takes it for everyone.
            Value::String(_) => Ok(vec![Self {
                kind: "*".to_owned(),
                identifiers: json!(["*"]),
            }]),
            Value::Object(map) => {
                let each = map.iter().map(|(kind, value)| {
                    let good = match value {
                        Value::String(_) => true,
                        Value::Array(items) => items.iter().all(Value::is_string),
                        _ => false,
                    };
                    let principals = || Self {
                        kind: kind.clone(),
                        identifiers: value.clone(),
                    };
                    good.then(principals).ok_or_else(|| {
                        format!("the principals of type {kind} must be a text or a list of texts")
                    })
                });
                each.collect()
            }
            _ => Err("principals must be a text or an object".to_owned()),
        }
    }

    pub(super) fn rendered(all: &[Self]) -> Value {
        if let [only] = all
            && only.kind == "*"
            && (only.identifiers == "*" || only.identifiers == json!(["*"]))
        {
            return json!("*");
        }
        let mut out: BTreeMap<&str, Value> = BTreeMap::new();
        for Self { kind, identifiers } in all {
            let entry = out.entry(kind).or_insert(Value::Null);
            let mut list = match entry.take() {
                Value::Array(list) => list,
                Value::Null => Vec::new(),
                one => vec![one],
            };
            *entry = match identifiers {
                Value::Array(items) => {
                    let mut items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                    items.sort_unstable();
                    list.extend(items.into_iter().rev().map(Value::from));
                    Value::Array(list)
                }
                one if list.is_empty() => one.clone(),
                one => {
                    list.push(one.clone());
                    Value::Array(list)
                }
            };
        }
        let members = out.into_iter().map(|(kind, who)| (kind.to_owned(), who));
        Value::Object(members.collect())
    }
}
