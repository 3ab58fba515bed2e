//! `jsonencode` and `jsondecode`.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::number::Number;
use crate::value::{OPEN, Value};

/// JSON as Terraform writes it: keys in order, `<`, `>` and `&` escaped, and all digits of a number.
pub(super) fn encode(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null(_) => out.push_str("null"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) => string(text, out),
        Value::List(_, items) | Value::Set(_, items) | Value::Tuple(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Map(_, map) | Value::Object(map) => {
            out.push('{');
            let members = map.iter().filter(|(key, _)| *key != OPEN);
            for (index, (key, value)) in members.enumerate() {
                if index > 0 {
                    out.push(',');
                }
                string(key, out);
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
    }
}

fn string(text: &str, out: &mut String) {
    let quoted = serde_json::Value::from(text).to_string();
    for c in quoted.chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            c => out.push(c),
        }
    }
}

/// How deep JSON may be nested: as deep as a whole text is read elsewhere.
const MAX_DEPTH: usize = 127;

/// JSON as Terraform reads it: a number has all its digits.
pub(super) fn decode(text: &str) -> Result<Value, String> {
    let raw: &RawValue = serde_json::from_str(text).map_err(|e| format!("jsondecode: {e}"))?;
    read(raw, MAX_DEPTH)
}

fn read(raw: &RawValue, depth: usize) -> Result<Value, String> {
    let text = raw.get();
    let wrong = |e: serde_json::Error| format!("jsondecode: {e}");
    let below = || {
        depth
            .checked_sub(1)
            .ok_or("jsondecode: it is nested too deep")
    };
    Ok(match text.as_bytes().first() {
        Some(b'{') => {
            let below = below()?;
            let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).map_err(wrong)?;
            let members = members.into_iter().map(|(k, v)| Ok((k, read(v, below)?)));
            Value::object(members.collect::<Result<BTreeMap<_, _>, String>>()?)
        }
        Some(b'[') => {
            let below = below()?;
            let items: Vec<&RawValue> = serde_json::from_str(text).map_err(wrong)?;
            let items = items.into_iter().map(|item| read(item, below));
            Value::tuple(items.collect::<Result<Vec<_>, String>>()?)
        }
        Some(b'-' | b'0'..=b'9') => {
            let number = Number::parse(text);
            Value::Number(number.ok_or_else(|| format!("jsondecode: {text} is no number"))?)
        }
        _ => serde_json::from_str::<serde_json::Value>(text)
            .map_err(wrong)?
            .into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_all_their_digits() {
        for text in [
            "123456789012345678901",
            "0.1",
            "[1,{\"a\":12345678901234567890.5}]",
        ] {
            assert_eq!(decode(text).map(|v| encode(&v)).unwrap(), text);
        }
        // As Terraform shows them.
        assert_eq!(decode("1e3").map(|v| encode(&v)).unwrap(), "1000");
        assert_eq!(
            decode("{\"a\":1,\"a\":2}").map(|v| encode(&v)).unwrap(),
            "{\"a\":2}"
        );
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        assert!(decode(&deep).is_err());
        assert!(decode("[1,]").is_err());
    }
}
