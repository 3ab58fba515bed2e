//! The order of a set: texts, numbers and Booleans by size; all else by how `go-cty` writes it to tell values apart.

use std::cmp::Ordering;
use std::fmt::Write as _;

use crate::value::Value;

/// The values of a set, each once, in its order.
pub(crate) fn in_order(mut items: Vec<Value>) -> Vec<Value> {
    items.sort_by(compare);
    items.dedup();
    items
}

fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Null(_), Value::Null(_)) => Ordering::Equal,
        (Value::Null(_), _) => Ordering::Greater,
        (_, Value::Null(_)) => Ordering::Less,
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Number(a), Value::Number(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        _ => {
            let text = |value: &Value| {
                let mut out = String::new();
                write(value, &mut out);
                out
            };
            text(a).cmp(&text(b))
        }
    }
}

/// `go-cty` puts `<` and `>` around tuples and objects, whose attributes have no names there.
fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null(_) => out.push('~'),
        Value::Bool(b) => out.push(if *b { 'T' } else { 'F' }),
        Value::Number(number) => out.push_str(&crate::functions::ten_digits(number)),
        Value::String(text) => {
            let _ = write!(out, "{text:?}");
        }
        Value::List(_, items) | Value::Set(_, items) => several(items.iter(), '[', ']', out),
        Value::Tuple(items) => several(items.iter(), '<', '>', out),
        Value::Object(map) => several(map.values(), '<', '>', out),
        Value::Map(_, map) => {
            out.push('{');
            for (key, value) in map.iter() {
                let _ = write!(out, "{key:?}:");
                write(value, out);
                out.push(';');
            }
            out.push('}');
        }
    }
}

fn several<'v>(
    items: impl IntoIterator<Item = &'v Value>,
    begin: char,
    end: char,
    out: &mut String,
) {
    out.push(begin);
    for item in items {
        write(item, out);
        out.push(';');
    }
    out.push(end);
}
