//! Reading HCL: `hcl-edit`, and what it does not take.

use hcl_edit::parser::Error;
use hcl_edit::structure::Body;

/// The body of a file. All spans are those of `text`.
pub(crate) fn body(text: &str) -> Result<Body, Error> {
    hcl_edit::parser::parse_body(&prepared(text))
}

/// The same text, in the same places, without what the parser does not take: a byte order mark, and heredocs without
/// any lines, which become empty texts.
fn prepared(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let rest = match text.strip_prefix('\u{feff}') {
        Some(rest) => {
            out.push_str("   ");
            rest
        }
        None => text,
    };
    let mut lines = rest.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let mark = line.trim_end().rsplit_once("<<").map(|(front, mark)| {
            let mark = mark.strip_prefix('-').unwrap_or(mark);
            (front, mark)
        });
        let names = |mark: &str| {
            !mark.is_empty()
                && mark
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
        };
        match (mark, lines.peek()) {
            (Some((front, mark)), Some(next)) if names(mark) && next.trim() == mark => {
                out.push_str(front);
                out.push_str("\"\"");
                blank(line.get(front.len() + 2..).unwrap_or_default(), &mut out);
                blank(next, &mut out);
                lines.next();
            }
            _ => out.push_str(line),
        }
    }
    out
}

/// Blanks instead of everything but the line's end.
fn blank(text: &str, out: &mut String) {
    let end = text.trim_end_matches(['\r', '\n']).len();
    out.extend(std::iter::repeat_n(' ', end));
    out.push_str(text.get(end..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_parser_does_not_take_keeps_its_place() {
        let text = "\u{feff}a = <<EOT\nEOT\nb = [<<-X\n  X\n, 1]\nc = <<Y\n\nY\n";
        let out = prepared(text);
        assert_eq!(out.len(), text.len());
        assert_eq!(out.find("c ="), text.find("c ="));
        let body = body(text).unwrap();
        let a = body.get_attribute("a").unwrap();
        assert_eq!(a.value.as_str(), Some(""));
        assert!(body.get_attribute("c").is_some());
    }

    proptest::proptest! {
        #[test]
        fn no_byte_is_moved(text in "(a|=|<<|-|EOT|\n|\r\n| |\"){0,24}") {
            let out = prepared(&text);
            proptest::prop_assert_eq!(out.len(), text.len());
            proptest::prop_assert_eq!(out.matches('\n').count(), text.matches('\n').count());
        }
    }
}
