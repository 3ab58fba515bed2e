//! `condition` blocks, and `Condition` of documents.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::arguments::{expected, list, string, text, variable};

const CONDITION: &[&str] = &["test", "values", "variable"];

pub(super) struct Condition {
    test: String,
    variable: String,
    values: Vec<String>,
}

impl Condition {
    pub(super) fn written(block: &Value, version: &str) -> Result<(Self, String), String> {
        let block = block.as_object().ok_or("a condition must be a block")?;
        expected("a condition", block, CONDITION)?;
        let member = |name: &str| {
            let text = block.get(name).and_then(text);
            text.ok_or_else(|| format!("a condition needs `{name}`"))
        };
        let (test, name) = (member("test")?, member("variable")?);
        let given = list("values", block.get("values"))?;
        let each: String = given.iter().map(|text| format!("{text};")).collect();
        let identity = format!("test:{test};values:({each});variable:{name};");
        let values = given.iter().map(|value| variable(value, version));
        let condition = Self {
            test,
            variable: name,
            values: values.collect::<Result<_, _>>()?,
        };
        Ok((condition, identity))
    }

    /// Values that are neither texts nor Booleans are left out, as the provider does it.
    pub(super) fn parse(value: &Value) -> Result<Vec<Self>, String> {
        let object = |value: &Value| {
            let map = value.as_object().cloned();
            map.ok_or("conditions must be objects of objects")
        };
        let mut out = Vec::new();
        for (test, keys) in object(value)? {
            for (variable, value) in object(&keys)? {
                let values = match value {
                    Value::String(text) => vec![text],
                    Value::Bool(flag) => vec![flag.to_string()],
                    Value::Array(items) => {
                        let texts = items.iter().map(|v| string(&variable, v));
                        texts.collect::<Result<_, _>>()?
                    }
                    _ => continue,
                };
                out.push(Self {
                    test: test.clone(),
                    variable,
                    values,
                });
            }
        }
        Ok(out)
    }

    pub(super) fn rendered(all: Vec<Self>) -> Value {
        let mut out: BTreeMap<String, BTreeMap<String, Vec<String>>> = BTreeMap::new();
        for condition in all {
            let keys = out.entry(condition.test).or_default();
            let values = keys.entry(condition.variable).or_default();
            values.extend(condition.values);
        }
        let one_or_many = |values: Vec<String>| match <[String; 1]>::try_from(values) {
            Ok([one]) => json!(one),
            Err(values) => json!(values),
        };
        let keys = |keys: BTreeMap<String, Vec<String>>| {
            let keys = keys.into_iter().map(|(k, v)| (k, one_or_many(v)));
            Value::Object(keys.collect())
        };
        let tests = out.into_iter().map(|(test, own)| (test, keys(own)));
        Value::Object(tests.collect())
    }
}
