//! Reading HCL: `hcl-edit`, and what it does not take.

use hcl_edit::expr::{Expression, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::parser::Error;
use hcl_edit::structure::{Block, Body};

/// The body of a file. All spans are those of `text`.
pub(crate) fn body(text: &str) -> Result<Body, Error> {
    let text = prepared(text);
    hcl_edit::parser::parse_body(&text).or_else(|error| {
        // The places of an error are those of the text as it was written.
        let mut text = joined(&text);
        for _ in 0..MAX_REDEFINED {
            match hcl_edit::parser::parse_body(&text) {
                Ok(body) => return Ok(body),
                Err(again) => match redefined(&text, &again) {
                    Some(told) => text = told,
                    None => break,
                },
            }
        }
        Err(error)
    })
}

/// More members of objects than these are not set anew in one file.
const MAX_REDEFINED: usize = 100;

/// The same text, in the same places, with another way to write the key of a member that an object has already: Terraform takes the
/// last of them, and `hcl-edit` none. The two letters more are taken from the blanks around the key and behind its sign.
fn redefined(text: &str, error: &Error) -> Option<String> {
    if !error.message().to_string().contains("redefined object key") {
        return None;
    }
    let blanks = |text: &str| text.len() - text.trim_start_matches([' ', '\t']).len();
    let start = error.location().offset();
    let (head, rest) = text.split_at_checked(start)?;
    let end = rest.find(['=', ':', ' ', '\t'])?;
    let (key, rest) = rest.split_at_checked(end)?;
    if key.starts_with('(') && !key.ends_with(')') {
        return None;
    }
    let between = blanks(rest);
    let sign = rest.get(between..)?;
    let behind = blanks(sign.strip_prefix(['=', ':'])?);
    let before = head.len() - head.trim_end_matches([' ', '\t']).len();
    if before + between + behind < 2 {
        return None;
    }
    let (open, close) = match key.starts_with(['"', '(']) {
        true => ("(", ")"),
        false => ("\"", "\""),
    };
    // A key is best where it was.
    let (after, earlier) = match between {
        2.. => (2, 0),
        _ => match (between + behind).min(2) {
            taken @ ..2 => (taken, 2 - taken),
            taken => (taken, 0),
        },
    };
    let mut out = head.get(..head.len() - earlier)?.to_owned();
    out.push_str(open);
    out.push_str(key);
    out.push_str(close);
    out.extend(std::iter::repeat_n(' ', between.saturating_sub(after)));
    out.push('=');
    let behind = after.saturating_sub(between);
    out.push_str(sign.get(1 + behind..)?);
    Some(out)
}

/// The key of an object's member as it is written: a name or a text; none, where it is worked out.
pub(crate) fn key_name(key: &ObjectKey) -> Option<&str> {
    match key {
        ObjectKey::Ident(ident) => Some(ident.as_str()),
        ObjectKey::Expression(Expression::Variable(name)) => Some(name.as_str()),
        ObjectKey::Expression(Expression::String(text)) => Some(text.as_str()),
        ObjectKey::Expression(_) => None,
    }
}

/// Whether an operator takes a part by a name or a key that is written out.
pub(crate) fn is_fixed(operator: &TraversalOperator) -> bool {
    match operator {
        TraversalOperator::GetAttr(_) | TraversalOperator::LegacyIndex(_) => true,
        TraversalOperator::Index(key) => {
            matches!(key, Expression::String(_) | Expression::Number(_))
        }
        _ => false,
    }
}

/// Whether a reference is made of names and of keys that are written out: anything else cannot be taken for a name.
pub(crate) fn is_static(traversal: &Traversal) -> bool {
    matches!(traversal.expr, Expression::Variable(_))
        && traversal.operators.iter().all(|o| is_fixed(o.value()))
}

/// What a `dynamic` block with this label calls the element for which its content is made.
pub(crate) fn iterator(block: &Block, label: &str) -> String {
    match block.body.get_attribute("iterator").map(|a| &a.value) {
        Some(Expression::Variable(ident)) => ident.as_str().to_owned(),
        _ => label.to_owned(),
    }
}

/// Where the scanner is.
#[derive(Clone, Copy, PartialEq)]
enum Inside {
    /// `{ … }` of a block or an object: its lines matter.
    Lines,
    /// Parentheses, brackets, `{ for … }`, `${ … }`: they do not.
    Joined,
    /// Between quotes.
    Quotes,
}

/// The same text, in the same places, with blanks instead of line ends (and of the comments before them) where these mean
/// nothing: `hcl-edit` does not take all of them, as in a conditional of a `{ for … }`.
fn joined(text: &str) -> String {
    let mut out = text.as_bytes().to_vec();
    let bytes = text.as_bytes();
    let mut stack = vec![Inside::Lines];
    let mut at = 0;
    let starts = |at: usize, with: &str| text.get(at..).is_some_and(|t| t.starts_with(with));
    let line_end = |at: usize| {
        let rest = bytes.get(at..).unwrap_or_default();
        rest.iter()
            .position(|b| *b == b'\n')
            .map_or(bytes.len(), |n| at + n)
    };
    while let Some(&byte) = bytes.get(at) {
        let inside = stack.last().copied().unwrap_or(Inside::Lines);
        if inside == Inside::Quotes {
            match byte {
                b'\\' => at += 1,
                b'$' | b'%' if starts(at + 1, "{") && !before(bytes, at, byte) => {
                    stack.push(Inside::Joined);
                    at += 1;
                }
                b'"' => {
                    stack.pop();
                }
                _ => {}
            }
            at += 1;
            continue;
        }
        let mut end = at + 1;
        let mut blank = false;
        match byte {
            b'"' => stack.push(Inside::Quotes),
            b'#' => (end, blank) = (line_end(at), true),
            b'/' if starts(at, "//") => (end, blank) = (line_end(at), true),
            b'/' if starts(at, "/*") => {
                let close = text.get(at + 2..).and_then(|t| t.find("*/"));
                (end, blank) = (close.map_or(bytes.len(), |n| at + n + 4), true);
            }
            b'<' if starts(at, "<<") => match heredoc(text, at) {
                Heredoc::To(to) => end = to,
                Heredoc::None => end += 1,
                // It is refused anyway, and each one would be searched to the end of the text.
                Heredoc::Endless => return text.to_owned(),
            },
            b'(' | b'[' => stack.push(Inside::Joined),
            b'{' => {
                let inner = text.get(at + 1..).unwrap_or_default().trim_start();
                let loops = inner
                    .strip_prefix("for")
                    .is_some_and(|rest| rest.starts_with(|c: char| c.is_whitespace()));
                stack.push(if loops { Inside::Joined } else { Inside::Lines });
            }
            b')' | b']' | b'}' if stack.len() > 1 => {
                stack.pop();
            }
            b'\n' | b'\r' => blank = true,
            _ => {}
        }
        if blank && inside == Inside::Joined {
            for byte in out.iter_mut().take(end).skip(at) {
                *byte = b' ';
            }
        }
        at = end;
    }
    // Only whole characters were taken away.
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

/// Whether the byte before stands there to take the meaning of the one behind it away: `$${`, `%%{`.
fn before(bytes: &[u8], at: usize, byte: u8) -> bool {
    at.checked_sub(1).and_then(|at| bytes.get(at)) == Some(&byte)
}

/// What begins at `<<`.
enum Heredoc {
    /// It ends here: behind the line of its mark, which stands alone.
    To(usize),
    /// Its mark comes no more.
    Endless,
    None,
}

fn heredoc(text: &str, at: usize) -> Heredoc {
    let rest = text.get(at + 2..).unwrap_or_default();
    let Some((mark, body)) = rest.split_once('\n') else {
        return Heredoc::None;
    };
    let mark = mark.strip_prefix('-').unwrap_or(mark).trim();
    let named = !mark.is_empty()
        && mark
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    if !named {
        return Heredoc::None;
    }
    let mut end = text.len() - body.len();
    for line in body.split_inclusive('\n') {
        if line.trim() == mark {
            return Heredoc::To(end + line.len());
        }
        end += line.len();
    }
    Heredoc::Endless
}

/// The same text, in the same places, without what the parser does not take: a byte order mark, heredocs without
/// any lines, which become empty texts, and lines in a heredoc that begin as its last one does. What a heredoc says is read of
/// the file.
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
    let mut inside: Option<&str> = None;
    while let Some(line) = lines.next() {
        if let Some(mark) = inside {
            let own = line.trim_start();
            match own.strip_prefix(mark) {
                Some(rest) if !rest.trim().is_empty() => {
                    out.push_str(line.get(..line.len() - own.len()).unwrap_or_default());
                    out.extend(std::iter::repeat_n('_', mark.len()));
                    out.push_str(rest);
                }
                ends => {
                    inside = inside.filter(|_| ends.is_none());
                    out.push_str(line);
                }
            }
            continue;
        }
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
            (Some((_, mark)), Some(_)) if names(mark) => {
                // Where it ends nowhere it is none: a comment may end so.
                let ends = lines.clone().any(|line| line.trim() == mark);
                inside = Some(mark).filter(|_| ends && mark.is_ascii());
                out.push_str(line);
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

    /// `terraform console` (1.11.4): only a line that has nothing else ends a heredoc.
    #[test]
    fn a_heredoc_may_say_its_mark() {
        let text = "locals {\n  a = <<-EOT\n    a\n    EOT and more\n    EOT2\n    EOT\n  b = 1\n}\noutput \"it\" {\n  value = [local.a, local.b]\n}\n";
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("main.tf"), text).unwrap();
        let config = crate::Configuration::read(&crate::Reading::of(folder.path())).unwrap();
        let state = crate::State::new(&config);
        let scope = state.scope(state.instances(0).unwrap()[0]);
        let got = scope.output("it").unwrap();
        assert_eq!(got.to_string(), r#"["a\nEOT and more\nEOT2\n",1]"#);
    }

    #[test]
    fn lines_that_mean_nothing_are_joined() {
        for expression in [
            "{ for k in [\"a\"] : k => k == \"b\" ? 1 :\n 2 }",
            "{ for k, v in {a=1} : k => true # why\n ? 1 : 2 }",
            "{ for k, v in {a=1} : k => 1 +\n 2 }",
            "{ for k, v in {a=1} : k => 1 if true ||\n false }",
            "{ for k, v in true ?\n {a=1} : {} : k => v }",
            "[!\n true]",
            "(-\n 1)",
            "[{ for k in [\"}\"] : k => <<X\n lines }\n stay\nX\n }, 1 ? /* a\nb */ 2\n : 3]",
        ] {
            let text = format!("a = {expression}\nb = {{\n  c = 1\n  d = 2\n}}\n");
            let read = body(&text);
            assert!(read.is_ok(), "{expression}: {}", read.unwrap_err());
            assert!(read.unwrap().get_attribute("b").is_some());
        }
        // Texts are left as they are.
        let text =
            "[{ for k in [\"}\"] : k => <<X\n lines }\n stay\nX\n }, \"a\" ? /* a\nb */ 2\n : 3]";
        let expected =
            "[{ for k in [\"}\"] : k => <<X\n lines }\n stay\nX\n }, \"a\" ?           2  : 3]";
        assert_eq!(joined(text), expected);
        // Without an end there is nothing to join, and nothing to search a thousand times.
        let endless = "a = [<<X\n".repeat(100_000);
        assert_eq!(joined(&endless), endless);
        // What is wrong is wrong where it stands.
        let error = body("a = [1,\n 2]\nb = {\n  c =\n}\n").unwrap_err();
        assert_eq!(error.location().line(), 4);
    }

    proptest::proptest! {
        #[test]
        fn joining_moves_nothing(text in "(a|=|<<X|X|\n|\r\n| |\"|[{}()\\[\\]#$%]|//|/\\*|\\*/|for |é){0,40}") {
            let out = joined(&text);
            proptest::prop_assert_eq!(out.len(), text.len());
            let kept = |(a, b): (u8, u8)| a == b || b == b' ';
            proptest::prop_assert!(text.bytes().zip(out.bytes()).all(kept));
            let _ = body(&text);
        }

        #[test]
        fn no_byte_is_moved(text in "(a|=|<<|-|EOT|\n|\r\n| |\"){0,24}") {
            let out = prepared(&text);
            proptest::prop_assert_eq!(out.len(), text.len());
            proptest::prop_assert_eq!(out.matches('\n').count(), text.matches('\n').count());
        }
    }

    /// `terraform console` (1.11.4) answers the last; what is behind it stands where it stood.
    #[test]
    fn the_last_of_members_of_one_name_counts() {
        for (object, wanted) in [
            ("{ x = 1, y = 3, x = 2 }", "2"),
            ("{\n  x    = 1\n  \"x\"  = 4\n  x    = 5\n}", "5"),
            ("{ \"x\" = 1, \"x\" = 2 }", "2"),
            ("{ \"x\": 1, \"x\": 2 }", "2"),
            ("{ x=1, x= 2 }", "2"),
            ("{x=1\n  x=2}", "2"),
            ("{ x : 1, x : 2 }", "2"),
        ] {
            let text = format!(
                "locals {{\n  o = {object}\n}}\noutput \"it\" {{\n  value = local.o.x\n}}\n"
            );
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("main.tf"), &text).unwrap();
            let config = crate::Configuration::read(&crate::Reading::of(folder.path())).unwrap();
            let state = crate::State::new(&config);
            let scope = state.scope(state.instances(0).unwrap()[0]);
            let got = scope.output("it").unwrap();
            assert_eq!(got.to_string(), wanted, "{text}");
            let output = &config.modules[0].outputs["it"];
            let span = hcl_edit::Span::span(&output.value).unwrap();
            assert_eq!(text.get(span), Some("local.o.x"));
        }
    }
}
