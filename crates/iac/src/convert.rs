//! Conversions between Terraform's types.

use serde_json::{Number, Value, json};

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
    // A whole number without a point, however large.
    match number.as_f64() {
        Some(f) if !number.is_i64() && !number.is_u64() => f.to_string(),
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
        Value::String(text) if text == "true" || text == "1" => Some(true),
        Value::String(text) if text == "false" || text == "0" => Some(false),
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
