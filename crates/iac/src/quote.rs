//! Texts as they are written in a configuration.

use std::fmt::Write as _;

/// A text in quotes that means itself: nothing in it is a template.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    text.chars().for_each(|c| escape(c, &mut out));
    out.push('"');
    out.replace("${", "$${").replace("%{", "%%{")
}

/// Writes a character as it stands between quotes.
pub(crate) fn escape(c: char, out: &mut String) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if c.is_control() => {
            let _ = write!(out, "\\u{:04x}", c as u32);
        }
        c => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    proptest::proptest! {
        /// Whatever a text holds, it is read as itself.
        #[test]
        fn what_is_quoted_is_read_again(text in "([$%{}\"\\\\~]|\n|\r|\t|\u{1}|a|é| ){0,12}") {
            let read = crate::expression("x", &super::quoted(&text));
            proptest::prop_assert_eq!(read.ok(), Some(serde_json::Value::String(text)));
        }
    }
}
