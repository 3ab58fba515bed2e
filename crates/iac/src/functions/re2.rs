//! Regular expressions as Go reads them (RE2), for a library that reads them a little differently.

/// The same expression for the `regex` crate: there, classes of letters are of all scripts, braces must be repetitions,
/// and brackets may hold brackets.
pub(super) fn translated(pattern: &str) -> String {
    let mut out = String::new();
    let chars: Vec<char> = pattern.chars().collect();
    let mut at = 0;
    while let Some(c) = chars.get(at).copied() {
        let next = chars.get(at + 1).copied();
        match (c, next) {
            ('\\', Some('Q')) => {
                let rest: String = chars.iter().skip(at + 2).collect();
                let quoted = rest.split_once("\\E").map_or(&*rest, |(quoted, _)| quoted);
                out.push_str(&regex::escape(quoted));
                at += 2 + quoted.chars().count() + 2;
                continue;
            }
            ('\\', Some(next)) => {
                match next {
                    'd' => out.push_str("[0-9]"),
                    'D' => out.push_str("[^0-9]"),
                    'w' => out.push_str("[0-9A-Za-z_]"),
                    'W' => out.push_str("[^0-9A-Za-z_]"),
                    's' => out.push_str("[\\t\\n\\f\\r ]"),
                    'S' => out.push_str("[^\\t\\n\\f\\r ]"),
                    'b' => out.push_str("(?-u:\\b)"),
                    'B' => out.push_str("(?-u:\\B)"),
                    other => {
                        out.push('\\');
                        out.push(other);
                        // `\p{Greek}`, `\x{1F600}`.
                        let braced = "pPx".contains(other) && chars.get(at + 2) == Some(&'{');
                        if braced {
                            let name = chars.iter().skip(at + 2);
                            let length = name.clone().position(|c| *c == '}').map_or(0, |i| i + 1);
                            out.extend(name.take(length));
                            at += length;
                        }
                    }
                }
                at += 2;
                continue;
            }
            ('[', _) => {
                at = class(&chars, at, &mut out);
                continue;
            }
            ('{', _) if !repeats(&chars, at) => out.push_str("\\{"),
            ('}', _) if !out_ends_repetition(&chars, at) => out.push_str("\\}"),
            _ => out.push(c),
        }
        at += 1;
    }
    out
}

/// Whether `{n}`, `{n,}` or `{n,m}` begins here.
fn repeats(chars: &[char], at: usize) -> bool {
    let rest = chars.get(at + 1..).unwrap_or_default();
    let Some(end) = rest.iter().position(|c| *c == '}') else {
        return false;
    };
    let inner: String = rest.iter().take(end).collect();
    let (least, most) = inner.split_once(',').unwrap_or((&inner, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    !least.is_empty() && digits(least) && digits(most)
}

/// Whether the brace here ends a repetition.
fn out_ends_repetition(chars: &[char], at: usize) -> bool {
    let before = chars.get(..at).unwrap_or_default();
    let begin = before.iter().rposition(|c| *c == '{');
    begin.is_some_and(|begin| repeats(chars, begin))
}

/// A class in brackets; gives the place behind it.
fn class(chars: &[char], begin: usize, out: &mut String) -> usize {
    out.push('[');
    let mut at = begin + 1;
    if chars.get(at) == Some(&'^') {
        out.push('^');
        at += 1;
    }
    let first = at;
    while let Some(c) = chars.get(at).copied() {
        match c {
            ']' if at > first => {
                out.push(']');
                return at + 1;
            }
            '[' if chars.get(at + 1) == Some(&':') => {
                let rest = chars.get(at..).unwrap_or_default();
                let end = rest.windows(2).position(|pair| pair == [':', ']']);
                let length = end.map_or(1, |end| end + 2);
                out.extend(rest.iter().take(length));
                at += length;
                continue;
            }
            '\\' => {
                match chars.get(at + 1) {
                    Some('d') => out.push_str("0-9"),
                    Some('w') => out.push_str("0-9A-Za-z_"),
                    Some('s') => out.push_str("\\t\\n\\f\\r "),
                    Some(other) => {
                        out.push('\\');
                        out.push(*other);
                    }
                    None => out.push('\\'),
                }
                // What follows a class of letters is no range.
                let of_class = chars.get(at + 1).is_some_and(|c| "dwsDWSpP".contains(*c));
                if of_class && chars.get(at + 2) == Some(&'-') {
                    out.push_str("\\-");
                    at += 1;
                }
                at += 2;
                continue;
            }
            '[' | '&' | '~' | ']' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `regex` of Terraform 1.11.4 finds.
    #[test]
    fn as_terraform_finds() {
        let found = |pattern: &str, text: &str| {
            let regex = regex::Regex::new(&translated(pattern)).unwrap();
            regex.find(text).map(|m| m.as_str().to_owned())
        };
        let text = "abc 123 foo\nb \u{3b1}\u{3b2} {a{x}";
        for (pattern, expected) in [
            (r"\pL+", Some("abc")),
            (r"\p{Greek}+", Some("\u{3b1}\u{3b2}")),
            (r"[\w-z]+", Some("abc")),
            (r"[&&a]", Some("a")),
            (r"[a[b]+", Some("ab")),
            (r"\Qc 1\E", Some("c 1")),
            (r"\{a\{", Some("{a{")),
            (r"{a{x}", Some("{a{x}")),
            (r"\w+$", None),
            (r"[[:digit:]]{2,}", Some("123")),
            (r"\bfoo\b", Some("foo")),
            (r"[^]a]", Some("b")),
            (r"[\d.]+", Some("123")),
        ] {
            assert_eq!(found(pattern, text).as_deref(), expected, "{pattern}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(pattern in r"[\\\[\]{}a-z0-9:^&~,QEdw|()*+?.-]{0,16}") {
            let _ = regex::Regex::new(&translated(&pattern));
        }
    }
}
