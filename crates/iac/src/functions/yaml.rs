//! `yamlencode` and `yamldecode`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use saphyr_parser::{Event, Parser, ScalarStyle};

use crate::convert::to_string;
use crate::number::Number;
use crate::value::{OPEN, Value};

/// How deep a document may be, and how many values it may have once its aliases are followed.
const MAX_DEPTH: usize = 128;
const MAX_VALUES: usize = 100_000;

/// YAML as Terraform writes it: keys in order, and texts and keys in quotes or as literal blocks.
pub(super) fn encode(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, &mut out);
    // A plain scalar that is a whole document needs an end.
    if matches!(value, Value::Null(_) | Value::Bool(_) | Value::Number(_)) {
        out.push_str("\n...");
    }
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

/// Writes a value; what comes before it on its line is `indent` wide for what follows on lines of its own.
fn write(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::Null(_) => out.push_str("null"),
        Value::Bool(b) => {
            let _ = write!(out, "{b}");
        }
        Value::Number(n) => out.push_str(&n.to_string()),
        Value::String(text) => string(text, indent, out),
        Value::List(_, items) | Value::Set(_, items) | Value::Tuple(items) => {
            if items.is_empty() {
                out.push_str("[]");
            }
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    line(indent, out);
                }
                out.push_str("- ");
                write(item, indent + 2, out);
            }
        }
        Value::Map(_, map) | Value::Object(map) => {
            if map.is_empty() {
                out.push_str("{}");
            }
            let members = map.iter().filter(|(key, _)| *key != OPEN);
            for (index, (key, value)) in members.enumerate() {
                if index > 0 {
                    line(indent, out);
                }
                out.push_str(&quoted(key));
                out.push(':');
                let several = value.as_items().is_some_and(|items| !items.is_empty());
                let inner = value.as_members().is_some_and(|map| !map.is_empty());
                if several {
                    line(indent, out);
                    write(value, indent, out);
                } else if inner {
                    line(indent + 2, out);
                    write(value, indent + 2, out);
                } else {
                    out.push(' ');
                    write(value, indent + 2, out);
                }
            }
        }
    }
}

fn line(indent: usize, out: &mut String) {
    // A literal block ends its own last line.
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out.push_str(&" ".repeat(indent));
}

fn plain(c: char) -> bool {
    c == '\n'
        || (c >= ' '
            && c != '\u{7f}'
            && !('\u{80}'..='\u{9f}').contains(&c)
            && c < '\u{10000}'
            && c != '\u{feff}')
}

/// A text of several lines as a literal block, any other in quotes.
fn string(text: &str, indent: usize, out: &mut String) {
    if !text.contains('\n') || !text.chars().all(plain) {
        out.push_str(&quoted(text));
        return;
    }
    out.push('|');
    if text.starts_with([' ', '\n']) {
        out.push('2');
    }
    let body = text.trim_end_matches('\n');
    let ends = text.len() - body.len();
    match ends {
        0 => out.push('-'),
        1 if !body.is_empty() => {}
        _ => out.push('+'),
    }
    let indent = indent.max(2);
    for row in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        out.push('\n');
        if !row.is_empty() {
            let _ = write!(out, "{:indent$}{row}", "");
        }
    }
    if ends > 0 {
        out.push('\n');
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\0' => out.push_str("\\0"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{85}' => out.push_str("\\N"),
            '\u{a0}' => out.push_str("\\_"),
            '\u{2028}' => out.push_str("\\L"),
            '\u{2029}' => out.push_str("\\P"),
            c if plain(c) => out.push(c),
            c if (c as u32) < 0x100 => {
                let _ = write!(out, "\\x{:02X}", c as u32);
            }
            c if (c as u32) < 0x10000 => {
                let _ = write!(out, "\\u{:04X}", c as u32);
            }
            c => {
                let _ = write!(out, "\\U{:08X}", c as u32);
            }
        }
    }
    out.push('"');
    out
}

/// One document of YAML as a value.
pub(super) fn decode(text: &str) -> Result<Value, String> {
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
        anchors: BTreeMap::new(),
        values: 0,
    };
    let mut found = None;
    loop {
        match reader.next()? {
            Event::StreamEnd => break,
            Event::DocumentStart(_) if found.is_some() => {
                return Err("yamldecode: there is more than one document".to_owned());
            }
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
            event => found = Some(reader.value(event, 0)?),
        }
    }
    found.ok_or_else(|| "yamldecode: there is no document".to_owned())
}

struct Reader<'t> {
    parser: Parser<'t, saphyr_parser::StrInput<'t>>,
    anchors: BTreeMap<usize, Value>,
    values: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<Event<'t>, String> {
        match self.parser.next() {
            Some(Ok((event, _))) => Ok(event),
            Some(Err(error)) => Err(format!("yamldecode: {error}")),
            None => Ok(Event::StreamEnd),
        }
    }

    fn count(&mut self, value: &Value) -> Result<(), String> {
        fn size(value: &Value) -> usize {
            let items = value.as_items().unwrap_or_default().iter();
            let members = value.as_members().into_iter().flat_map(BTreeMap::values);
            1 + items.chain(members).map(size).sum::<usize>()
        }
        self.values += size(value);
        if self.values > MAX_VALUES {
            return Err(format!(
                "yamldecode: there are more than {MAX_VALUES} values"
            ));
        }
        Ok(())
    }

    fn value(&mut self, event: Event<'t>, depth: usize) -> Result<Value, String> {
        if depth > MAX_DEPTH {
            return Err(format!("yamldecode: it is deeper than {MAX_DEPTH}"));
        }
        let (value, anchor) = match event {
            Event::Alias(id) => {
                let value = self.anchors.get(&id).cloned();
                let value = value.ok_or("yamldecode: an alias refers to what contains it")?;
                self.count(&value)?;
                return Ok(value);
            }
            Event::Scalar(text, style, anchor, tag) => {
                let value = match (style, tag.as_ref().map(|t| t.suffix.as_str())) {
                    (_, Some("str")) => Value::from(&*text),
                    (ScalarStyle::Plain, _) => scalar(&text),
                    _ => Value::from(&*text),
                };
                self.count(&value)?;
                (value, anchor)
            }
            Event::SequenceStart(anchor, _) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        Event::SequenceEnd => break,
                        Event::StreamEnd => {
                            return Err("yamldecode: a list does not end".to_owned());
                        }
                        event => items.push(self.value(event, depth + 1)?),
                    }
                }
                (Value::tuple(items), anchor)
            }
            Event::MappingStart(anchor, _) => (self.mapping(depth)?, anchor),
            other => return Err(format!("yamldecode: {other:?} is not expected here")),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    fn mapping(&mut self, depth: usize) -> Result<Value, String> {
        let (mut own, mut merged) = (BTreeMap::new(), BTreeMap::new());
        loop {
            let key = match self.next()? {
                Event::MappingEnd => break,
                Event::StreamEnd => return Err("yamldecode: a map does not end".to_owned()),
                Event::Scalar(text, ScalarStyle::Plain, ..) if text == "<<" => None,
                // `y` is true, also as a key.
                event => match to_string(&self.value(event, depth + 1)?) {
                    Some(text) => Some(text),
                    None => return Err("yamldecode: a key must be a text".to_owned()),
                },
            };
            let event = self.next()?;
            let value = self.value(event, depth + 1)?;
            let Some(key) = key else {
                let maps = match &value {
                    Value::Tuple(maps) => maps.iter().rev().collect(),
                    one => vec![one],
                };
                for map in maps {
                    let Value::Object(map) = map else {
                        return Err("yamldecode: only maps can be merged".to_owned());
                    };
                    merged.extend(map.iter().map(|(k, v)| (k.clone(), v.clone())));
                }
                continue;
            };
            own.insert(key, value);
        }
        merged.extend(own);
        Ok(Value::object(merged))
    }
}

/// A plain scalar: YAML 1.1's words for true and false count, as with Terraform.
fn scalar(text: &str) -> Value {
    let lower = text.to_ascii_lowercase();
    let cased = text == lower || text == text.to_uppercase() || {
        let mut chars = text.chars();
        chars.next().is_some_and(char::is_uppercase) && chars.all(|c| !c.is_uppercase())
    };
    match &*lower {
        "" | "~" => return Value::null(),
        "null" if cased => return Value::null(),
        "true" | "yes" | "on" | "y" if cased => return true.into(),
        "false" | "no" | "off" | "n" if cased => return false.into(),
        _ => {}
    }
    let digits = text;
    let (sign, size) = match digits.strip_prefix(['-', '+']) {
        Some(size) => (if digits.starts_with('-') { -1 } else { 1 }, size),
        None => (1, digits),
    };
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if sign > 0
            && let Some(number) = size.strip_prefix(prefix)
            && let Ok(number) = i64::from_str_radix(number, radix)
        {
            return Value::from(sign * number);
        }
    }
    let numeric = size.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && size.contains(|c: char| c.is_ascii_digit())
        && size
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
    if numeric && let Some(number) = Number::parse(digits) {
        return number.into();
    }
    let date = text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| {
            if i == 4 || i == 7 {
                b == b'-'
            } else {
                b.is_ascii_digit()
            }
        });
    if date {
        return format!("{text}T00:00:00Z").into();
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::null()),
            any::<bool>().prop_map(Value::from),
            (-1000i64..1000).prop_map(Value::from),
            "[ -~\n\té]{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::tuple),
                prop::collection::btree_map("[ -~]{0,6}", inner, 0..4).prop_map(Value::object),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(value in values()) {
            let text = encode(&value);
            prop_assert_eq!(decode(&text), Ok(value), "{}", text);
        }

        #[test]
        fn never_panics(text in "[-:&*a<|>{}\\[\\],#!\"'%@ \n]{0,24}") {
            let _ = decode(&text);
        }
    }

    #[test]
    fn aliases_do_not_grow_without_end() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for i in 1..9 {
            let items = vec![format!("*a{}", i - 1); 10].join(", ");
            text.push_str(&format!("a{i}: &a{i} [{items}]\n"));
        }
        assert!(decode(&text).unwrap_err().contains("more than"));
    }
}
