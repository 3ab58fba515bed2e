//! Where a statement can be added to a policy that is written as JSON.

use std::ops::Range;
use std::sync::Arc;

use super::ListEnd;
use super::list::{list_end, single};
use crate::Source;

/// The list of statements of the JSON document that stands somewhere in `range`, which may have interpolations in its
/// texts; none where there are template directives between them.
pub(super) fn json_statements(source: &Arc<Source>, range: Range<usize>) -> Option<ListEnd> {
    let text = source.text.get(range.clone())?;
    let start = text.find('{')?;
    let bytes = text.as_bytes();
    let (mut depth, mut index) = (0usize, start);
    let mut key = "";
    let mut statement = false;
    let mut opened: Option<usize> = None;
    let mut begun = 0;
    let mut elements = Vec::new();
    while let Some(byte) = bytes.get(index) {
        match byte {
            b'"' => {
                let end = string_end(bytes, index)?;
                if depth == 1 && opened.is_none() {
                    key = text.get(index + 1..end)?;
                }
                index = end;
            }
            b':' if depth == 1 && opened.is_none() => statement = key == "Statement",
            // A part of a statement may be made by an expression; a statement, or all of them, may not.
            b'%' | b'$' if bytes.get(index + 1) == Some(&b'{') => {
                let part = depth > 2 || (depth == 1 && !statement);
                index = interpolation_end(bytes, index).filter(|_| part)?;
            }
            b'{' | b'[' => {
                if depth == 1 && statement && opened.is_none() {
                    opened = Some(index);
                }
                if depth == 2 && opened.is_some() {
                    begun = range.start + index;
                }
                depth += 1;
            }
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                if let Some(open) = opened.filter(|_| depth == 1) {
                    let whole = range.start + open..range.start + index + 1;
                    return match byte {
                        b'}' => Some(single(source, whole)),
                        _ => list_end(source, whole, elements),
                    };
                }
                if opened.is_some() && depth == 2 {
                    elements.push(begun..range.start + index + 1);
                }
            }
            _ => {}
        }
        index += 1;
    }
    None
}

/// The closing brace of the interpolation that begins at `start`.
fn interpolation_end(bytes: &[u8], start: usize) -> Option<usize> {
    let (mut index, mut braces) = (start + 1, 0usize);
    loop {
        match *bytes.get(index)? {
            b'"' => index = string_end(bytes, index)?,
            b'{' => braces += 1,
            b'}' if braces == 1 => return Some(index),
            b'}' => braces -= 1,
            _ => {}
        }
        index += 1;
    }
}

/// The closing quote of the text that begins at `start`; an interpolation may have quotes of its own.
fn string_end(bytes: &[u8], start: usize) -> Option<usize> {
    let (mut index, mut braces) = (start + 1, 0usize);
    loop {
        match *bytes.get(index)? {
            b'\\' => index += 1,
            b'$' if bytes.get(index + 1) == Some(&b'{') => {
                braces += 1;
                index += 1;
            }
            b'}' if braces > 0 => braces -= 1,
            b'"' if braces == 0 => return Some(index),
            _ => {}
        }
        index += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn added(text: &str) -> Option<String> {
        let source = Arc::new(Source::new(String::new(), text.to_owned()));
        let list = json_statements(&source, 0..text.len())?;
        let mut out = text.to_owned();
        let close = list.wrap.as_ref().map_or("", |w| w.close);
        let new = format!("{}{{\"S\":9}}{}{close}", list.first, list.after);
        out.insert_str(list.at, &new);
        if let Some(wrap) = list.wrap {
            out.insert_str(wrap.at, &wrap.open);
        }
        Some(out)
    }

    #[test]
    fn json_documents() {
        let check = |text: &str, expected: &str| assert_eq!(added(text).as_deref(), Some(expected));
        check(r#"{"Statement":[]}"#, r#"{"Statement":[{"S":9}]}"#);
        check(
            r#"{"Id":"Statement","Statement": {"A":[1]}}"#,
            r#"{"Id":"Statement","Statement": [{"A":[1]}, {"S":9}]}"#,
        );
        check(
            "{\n  \"Statement\": [\n    {\"A\": \"${jsonencode(\"x\")}]\"}\n  ]\n}",
            "{\n  \"Statement\": [\n    {\"A\": \"${jsonencode(\"x\")}]\"},\n    {\"S\":9}\n  ]\n}",
        );
        check(
            "{\"Version\": ${v}, \"Statement\": [{\"P\": ${jsonencode({\"}\" = [1]})}, \"A\": [%{ if x }1%{ endif }]}]}",
            "{\"Version\": ${v}, \"Statement\": [{\"P\": ${jsonencode({\"}\" = [1]})}, \"A\": [%{ if x }1%{ endif }]}, {\"S\":9}]}",
        );
        assert_eq!(added("{\"Statement\": ${jsonencode(all)}}"), None);
        assert_eq!(added("{\"Statement\": [${one}, {}]}"), None);
        assert_eq!(added("{\"Statement\": [%{ if x }{}%{ endif }]}"), None);
    }

    proptest! {
        /// A statement is added to every JSON policy, and nothing else changes.
        #[test]
        fn a_statement_is_added(
            count in 0usize..4,
            text in "[a-zA-Z0-9:*/{}\\[\\], ]{0,12}",
            pretty: bool,
        ) {
            let one = serde_json::json!({"Effect": "Allow", "Sid": text, "Action": [text, "x"]});
            let document = serde_json::json!({"Version": text, "Statement": vec![one.clone(); count]});
            let written = if pretty {
                serde_json::to_string_pretty(&document).unwrap()
            } else {
                document.to_string()
            };
            let after: serde_json::Value = serde_json::from_str(&added(&written).unwrap()).unwrap();
            let mut expected = vec![one; count];
            expected.push(serde_json::json!({"S": 9}));
            prop_assert_eq!(&after["Statement"], &serde_json::Value::Array(expected));
        }

        #[test]
        fn never_panics(text in r#"(\{|\}|\[|\]|"|Statement|:|,|\$\{|%\{|\\| |\n|é){0,30}"#) {
            let _ = added(&text);
        }
    }
}
