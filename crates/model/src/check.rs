//! The constraints of the model, checked on a decoded input.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use regex_lite::Regex;
use serde_json::Value;

use crate::{Service, Shape, Type};

/// A constraint that an input breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The path of the member, as AWS writes it: `pipeline.stages.1.member.name`.
    pub path: String,
    /// The value, for messages that show it; `None` if it is missing.
    pub value: Option<String>,
    /// What AWS says about it, for example `Member must not be null`.
    pub constraint: String,
}

/// Checks `value` against the shape called `shape`.
#[must_use]
pub fn check(service: &Service, shape: &str, value: &Value) -> Vec<Violation> {
    let mut out = Vec::new();
    if let Some(shape) = service.shape(shape) {
        walk(service, shape, value, "", &mut out);
    }
    out
}

fn walk(service: &Service, shape: &Shape, value: &Value, path: &str, out: &mut Vec<Violation>) {
    match (shape.kind, value) {
        (Type::Structure, Value::Object(map)) => {
            for name in &shape.required {
                if map.get(name).is_none_or(Value::is_null) {
                    out.push(Violation {
                        path: join(path, &lower_first(name)),
                        value: None,
                        constraint: "Member must not be null".to_owned(),
                    });
                }
            }
            for (name, member) in &shape.fields {
                if let (Some(value), Some(shape)) = (map.get(name), service.shape(&member.shape))
                    && !value.is_null()
                {
                    walk(service, shape, value, &join(path, &lower_first(name)), out);
                }
            }
        }
        (Type::List, Value::Array(items)) => {
            length(shape, items.len(), path, value, out);
            if let Some(element) = shape.member.as_ref().and_then(|m| service.shape(&m.shape)) {
                for (index, item) in items.iter().enumerate() {
                    walk(
                        service,
                        element,
                        item,
                        &format!("{path}.{}.member", index + 1),
                        out,
                    );
                }
            }
        }
        (Type::Map, Value::Object(map)) => {
            length(shape, map.len(), path, value, out);
            if let Some(element) = shape.value.as_ref().and_then(|m| service.shape(&m.shape)) {
                for (key, item) in map {
                    walk(service, element, item, &format!("{path}.{key}.member"), out);
                }
            }
        }
        (Type::String, Value::String(text)) => string(shape, text, path, out),
        (Type::Integer | Type::Long | Type::Float | Type::Double, Value::Number(number)) => {
            let number = number.as_f64().unwrap_or_default();
            if shape.max.is_some_and(|max| number > max) {
                push(
                    out,
                    path,
                    value,
                    format!(
                        "Member must have value less than or equal to {}",
                        shape.max.unwrap_or_default()
                    ),
                );
            }
            if shape.min.is_some_and(|min| number < min) {
                push(
                    out,
                    path,
                    value,
                    format!(
                        "Member must have value greater than or equal to {}",
                        shape.min.unwrap_or_default()
                    ),
                );
            }
        }
        _ => {}
    }
}

fn string(shape: &Shape, text: &str, path: &str, out: &mut Vec<Violation>) {
    let value = Value::String(text.to_owned());
    length(shape, text.chars().count(), path, &value, out);
    if let Some(allowed) = &shape.allowed
        && !allowed.iter().any(|a| a == text)
    {
        push(
            out,
            path,
            &value,
            format!(
                "Member must satisfy enum value set: [{}]",
                allowed.join(", ")
            ),
        );
    }
    if let Some(pattern) = &shape.pattern
        && !matches_pattern(pattern, text)
    {
        push(
            out,
            path,
            &value,
            format!("Member must satisfy regular expression pattern: {pattern}"),
        );
    }
}

fn length(shape: &Shape, len: usize, path: &str, value: &Value, out: &mut Vec<Violation>) {
    #[expect(clippy::cast_precision_loss, reason = "lengths are far below 2^52")]
    let len = len as f64;
    if shape.max.is_some_and(|max| len > max) {
        push(
            out,
            path,
            value,
            format!(
                "Member must have length less than or equal to {}",
                shape.max.unwrap_or_default()
            ),
        );
    }
    if shape.min.is_some_and(|min| len < min) {
        push(
            out,
            path,
            value,
            format!(
                "Member must have length greater than or equal to {}",
                shape.min.unwrap_or_default()
            ),
        );
    }
}

fn push(out: &mut Vec<Violation>, path: &str, value: &Value, constraint: String) {
    let value = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    out.push(Violation {
        path: path.to_owned(),
        value: Some(value),
        constraint,
    });
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn lower_first(name: &str) -> String {
    let mut chars = name.chars();
    chars
        .next()
        .map(|c| c.to_lowercase().chain(chars).collect())
        .unwrap_or_default()
}

/// A pattern, compiled: by the small engine, whose classes are of ASCII as in Java, or else by the one that knows
/// Unicode's.
enum Compiled {
    Small(Regex),
    Unicode(regex::Regex),
}

impl Compiled {
    fn new(pattern: &str) -> Option<Self> {
        let whole = format!("^(?:{pattern})$");
        let small = Regex::new(&whole).map(Self::Small);
        small
            .or_else(|_| regex::Regex::new(&whole).map(Self::Unicode))
            .ok()
    }

    fn is_match(&self, text: &str) -> bool {
        match self {
            Self::Small(regex) => regex.is_match(text),
            Self::Unicode(regex) => regex.is_match(text),
        }
    }
}

/// Compiled patterns. A pattern that no engine reads accepts everything.
fn matches_pattern(pattern: &str, text: &str) -> bool {
    static CACHE: OnceLock<Mutex<HashMap<String, Option<Compiled>>>> = OnceLock::new();
    let cache = CACHE.get_or_init(Mutex::default);
    let mut cache = cache.lock().unwrap_or_else(PoisonError::into_inner);
    let regex = cache
        .entry(pattern.to_owned())
        .or_insert_with(|| Compiled::new(pattern));
    regex.as_ref().is_none_or(|r| r.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn violations_are_named_as_aws_names_them() {
        let service = crate::service("codepipeline").unwrap();
        let found = check(
            service,
            "StartPipelineExecutionInput",
            &json!({"name": "p", "variables": [{"name": "A", "value": ""}]}),
        );
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path, "variables.1.member.value");
        assert_eq!(
            found[0].constraint,
            "Member must have length greater than or equal to 1"
        );
        let missing = check(service, "StartPipelineExecutionInput", &json!({}));
        assert_eq!(missing[0].constraint, "Member must not be null");
    }
}
