//! A list of cases of which one is no JSON: taken apart by its brackets, so that the others can be read.

/// The elements of `text`, a list, or of its member `cases`, where it is an object. None where there is no list.
pub(super) fn list(text: &str) -> Option<Vec<&str>> {
    let bytes = text.as_bytes();
    let inside = match bytes.first()? {
        b'[' => 1,
        _ => {
            let name = text.find("\"cases\"")? + "\"cases\"".len();
            let rest = text.get(name..)?;
            let list = rest.trim_start().strip_prefix(':')?.trim_start();
            text.len() - list.strip_prefix('[')?.len()
        }
    };
    let mut items = Vec::new();
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let mut start = inside;
    for (at, byte) in bytes.iter().enumerate().skip(inside) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'{' => depth += 1,
            b']' if depth == 0 => {
                items.extend(text.get(start..at));
                return Some(trimmed(items));
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                items.extend(text.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    // It breaks off: what is left is the last.
    items.extend(text.get(start..));
    Some(trimmed(items))
}

fn trimmed(items: Vec<&str>) -> Vec<&str> {
    let items = items.into_iter().map(str::trim);
    items.filter(|item| !item.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::from),
            "[\\[\\]{},:\"\\\\a\u{e4}]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            let pair = ("[\\[\\]{},\"\\\\a]{0,3}", inner.clone());
            prop_oneof![
                prop::collection::vec(inner, 0..4).prop_map(Value::from),
                prop::collection::vec(pair, 0..4)
                    .prop_map(|all| Value::Object(all.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// The elements of what is JSON are those that a reader of JSON finds.
        #[test]
        fn elements_are_found(items in prop::collection::vec(value(), 0..5), pretty: bool, wrapped: bool) {
            let list = Value::from(items.clone());
            let whole = if wrapped { serde_json::json!({"name": "x", "cases": list}) } else { list };
            let text = if pretty { serde_json::to_string_pretty(&whole) } else { serde_json::to_string(&whole) };
            let text = text.unwrap();
            let found = super::list(&text).unwrap();
            let found: Result<Vec<Value>, _> = found.into_iter().map(serde_json::from_str).collect();
            prop_assert_eq!(found.unwrap(), items);
        }

        #[test]
        fn nothing_panics(text in "[\\[\\]{},:\"\\\\a\u{e4} \n]{0,40}", front in prop::sample::select(vec!["", "[", "{\"cases\":[", "{\"cases\": "])) {
            let text = format!("{front}{text}");
            for item in super::list(&text).unwrap_or_default() {
                prop_assert!(text.contains(item));
            }
        }
    }
}
