//! Where a statement can be added to a policy that is written as JSON.

use std::ops::Range;
use std::sync::Arc;

use super::ListEnd;
use super::list::{list_end, single};
use crate::Source;

/// The list of statements of the JSON document that stands somewhere in `range`, which may have interpolations in its
/// texts. Where template directives or expressions make statements of it, one goes behind the last that is there whatever these
/// say; none where there is no such one.
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
    // How many directives are open between the statements, and whether anything makes statements.
    let (mut within, mut made) = (0usize, false);
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
            // A part of a statement may be made by an expression, and so may some statements; all of them may not.
            b'%' | b'$' if bytes.get(index + 1) == Some(&b'{') => {
                let part = depth >= 2 || (depth == 1 && !statement);
                let end = interpolation_end(bytes, index).filter(|_| part)?;
                if depth == 2 && opened.is_some() {
                    made = true;
                    let words = text
                        .get(index + 2..end)?
                        .trim_start_matches('~')
                        .trim_start();
                    let word = words.split(|c: char| !c.is_ascii_alphabetic()).next();
                    match word.filter(|_| *byte == b'%') {
                        Some("if" | "for") => within += 1,
                        Some("endif" | "endfor") => within = within.checked_sub(1)?,
                        _ => {}
                    }
                }
                index = end;
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
                        _ if made => behind_last(source, whole, elements),
                        _ => list_end(source, whole, elements),
                    };
                }
                if opened.is_some() && depth == 2 && within == 0 {
                    elements.push(begun..range.start + index + 1);
                }
            }
            _ => {}
        }
        index += 1;
    }
    None
}

/// Behind the last of some elements of a list, whatever stands between it and the end.
fn behind_last(
    source: &Arc<Source>,
    list: Range<usize>,
    elements: Vec<Range<usize>>,
) -> Option<ListEnd> {
    let last = elements.last()?.end;
    let behind = source.text.get(last..list.end)?;
    let trimmed = behind.trim_start();
    let comma = behind.len() - trimmed.len() + 1;
    let end = match trimmed.starts_with(',') {
        true => last + comma + 1,
        false if trimmed.starts_with(']') => list.end,
        false => last + 1,
    };
    let begins = elements.last()?.start;
    let mut found = list_end(source, list.start..end, elements)?;
    // One that begins its line is followed by one on a line.
    let before = source.text.get(list.start..begins)?;
    let own = before.rsplit_once('\n').map(|(_, own)| own);
    if let Some(indent) = own.filter(|own| own.trim().is_empty()) {
        let sign = if found.after.is_empty() { "," } else { "" };
        found.first = format!("{sign}\n{indent}");
        found.next.clone_from(&found.first);
    }
    Some(found)
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
        assert_eq!(added("{\"Statement\": [${one}]}"), None);
        check(
            "{\"Statement\": [${one}, {}]}",
            "{\"Statement\": [${one}, {}, {\"S\":9}]}",
        );
        assert_eq!(added("{\"Statement\": [%{ if x }{}%{ endif }]}"), None);
        check(
            "{\"Statement\": [\n  %{ for a in b ~}\n  {\"A\": \"${a}\"},\n  %{~ endfor }\n  {\"B\": 1}\n]}",
            "{\"Statement\": [\n  %{ for a in b ~}\n  {\"A\": \"${a}\"},\n  %{~ endfor }\n  {\"B\": 1},\n  {\"S\":9}\n]}",
        );
        check(
            "{\"Statement\": [\n  {\"B\": 1}%{ if x },\n  {\"A\": 1}%{ endif }\n]}",
            "{\"Statement\": [\n  {\"B\": 1},\n  {\"S\":9}%{ if x },\n  {\"A\": 1}%{ endif }\n]}",
        );
        check(
            "{\"Statement\": [\n  {\"B\": 1},\n  %{ for a in b }{},%{ endfor }{\"C\": ${c}}, ${d}]}",
            "{\"Statement\": [\n  {\"B\": 1},\n  %{ for a in b }{},%{ endfor }{\"C\": ${c}}, {\"S\":9}, ${d}]}",
        );
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
