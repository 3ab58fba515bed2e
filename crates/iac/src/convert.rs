//! Conversions between Terraform's types.

use serde_json::{Number, Value, json};

/// Whether a variable of this type takes its text from the command line as it stands; the text for other types is an
/// expression. An untyped variable takes it as it stands, too.
pub(crate) fn is_literal(kind: Option<&str>) -> bool {
    matches!(kind, None | Some("string" | "number" | "bool" | "any"))
}

pub(crate) fn to_type(value: Value, kind: &str) -> Result<Value, String> {
    if value.is_null() {
        return Ok(value);
    }
    match kind {
        "string" => to_string(&value)
            .map(Value::String)
            .ok_or_else(|| "a string is required".to_owned()),
        "number" => to_number(&value).ok_or_else(|| "a number is required".to_owned()),
        "bool" => to_bool(&value)
            .map(Value::Bool)
            .ok_or_else(|| "a Boolean is required".to_owned()),
        _ => match (inner(kind), value) {
            (Some(element), Value::Array(items)) => items
                .into_iter()
                .map(|v| to_type(v, element))
                .collect::<Result<Vec<_>, _>>()
                .map(Value::Array),
            (Some(element), Value::Object(map)) => map
                .into_iter()
                .map(|(k, v)| Ok((k, to_type(v, element)?)))
                .collect::<Result<_, String>>()
                .map(Value::Object),
            (Some(_), _) => Err(format!("a {kind} is required")),
            (None, value) => Ok(value),
        },
    }
}

/// `string` of `list(string)`, `set(string)` or `map(string)`.
fn inner(kind: &str) -> Option<&str> {
    ["list(", "set(", "map("]
        .iter()
        .find_map(|open| kind.strip_prefix(open)?.strip_suffix(')'))
        .map(str::trim)
}

/// A text, number or Boolean as a text.
pub(crate) fn to_string(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(b) => Some(b.to_string()),
        Value::Number(n) => Some(number_text(n)),
        _ => None,
    }
}

pub(crate) fn number_text(number: &Number) -> String {
    match number.as_f64() {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "it has no fraction and is small"
        )]
        Some(f) if f.fract() == 0.0 && f.abs() < 9e15 => (f as i64).to_string(),
        _ => number.to_string(),
    }
}

pub(crate) fn to_number(value: &Value) -> Option<Value> {
    match value {
        Value::Number(_) => Some(value.clone()),
        Value::String(text) => number(text.parse::<f64>().ok()?),
        _ => None,
    }
}

pub(crate) fn to_bool(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(b) => Some(*b),
        Value::String(text) if text == "true" => Some(true),
        Value::String(text) if text == "false" => Some(false),
        _ => None,
    }
}

/// A JSON number; whole ones without a fraction.
pub(crate) fn number(f: f64) -> Option<Value> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it has no fraction and is small"
    )]
    if f.fract() == 0.0 && f.abs() < 9e15 {
        return Some(json!(f as i64));
    }
    Number::from_f64(f).map(Value::Number)
}
