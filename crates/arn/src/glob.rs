//! The wildcard matcher of IAM: `*` is any run of characters, `?` is one UTF-16 unit.

/// Matches `text` against `pattern`, case-sensitively. Runs in time proportional to the product of the
/// two lengths at worst and never recurses, so no pattern can exhaust the stack.
///
/// `?` stands for one UTF-16 unit, as recorded on AWS: a character beyond U+FFFF needs `??`.
#[must_use]
pub fn glob(pattern: &str, text: &str) -> bool {
    if !pattern.contains('?') {
        return segments(pattern, text);
    }
    if pattern.is_ascii() && text.is_ascii() {
        return run(pattern.as_bytes(), text.as_bytes(), b'*', b'?', |a, b| {
            a == b
        });
    }
    let pattern: Vec<u16> = pattern.encode_utf16().collect();
    let text: Vec<u16> = text.encode_utf16().collect();
    run(&pattern, &text, u16::from(b'*'), u16::from(b'?'), |a, b| {
        a == b
    })
}

/// A pattern without `?`: its parts between the stars stand in the text one behind the other. Each is searched for in
/// linear time, so that the whole takes no longer than the two lengths together.
fn segments(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(head) else {
        return false;
    };
    let (middle, tail) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*') {
        match text.find(part) {
            Some(at) => text = text.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    text.ends_with(tail)
}

/// Like [`glob`], where the letters of ASCII match without regard to case.
#[must_use]
pub fn glob_ignore_case(pattern: &str, text: &str) -> bool {
    let same = |a: u8, b: u8| a.eq_ignore_ascii_case(&b);
    if pattern.is_ascii() && text.is_ascii() {
        return run(pattern.as_bytes(), text.as_bytes(), b'*', b'?', same);
    }
    glob(&pattern.to_ascii_lowercase(), &text.to_ascii_lowercase())
}

fn run<T: Copy + PartialEq>(
    pattern: &[T],
    text: &[T],
    any: T,
    one: T,
    same: impl Fn(T, T) -> bool,
) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while let Some(&c) = text.get(t) {
        match pattern.get(p) {
            Some(&x) if x == any => {
                retry = Some((p + 1, t));
                p += 1;
            }
            Some(&x) if x == one || same(x, c) => {
                p += 1;
                t += 1;
            }
            _ => match retry {
                Some((after, from)) => {
                    p = after;
                    t = from + 1;
                    retry = Some((after, t));
                }
                None => return false,
            },
        }
    }
    pattern
        .get(p..)
        .is_some_and(|rest| rest.iter().all(|&x| x == any))
}

#[cfg(test)]
mod tests {
    use super::glob;
    use proptest::prelude::*;

    proptest! {
        /// The matcher is the regular expression that `*` and `?` stand for.
        #[test]
        fn equals_a_regex(pattern in "[ab*?]{0,12}", text in "[ab]{0,16}") {
            let regex = format!("^{}$", pattern.replace('*', ".*").replace('?', "."));
            let regex = regex_lite::Regex::new(&regex).unwrap();
            prop_assert_eq!(glob(&pattern, &text), regex.is_match(&text));
        }

        #[test]
        fn never_panics(pattern in ".{0,30}", text in ".{0,30}") {
            let _ = glob(&pattern, &text);
            let _ = text.parse::<crate::Arn>();
        }
    }

    /// Neither repetition nor length makes a pattern without `?` slow.
    #[test]
    fn a_long_pattern_ends() {
        let pattern = format!("*{}b", "a".repeat(150_000));
        assert!(!glob(&pattern, &"a".repeat(300_000)));
    }

    #[test]
    fn wildcards() {
        assert!(glob("*", ""));
        assert!(glob("arn:aws:s3:::b/*", "arn:aws:s3:::b/a/b:c"));
        assert!(!glob("arn:aws:s3:::b/*", "arn:aws:s3:::b"));
        assert!(glob("a?c*e", "abcde"));
        assert!(!glob("a?c", "ac"));
        assert!(glob("*a*a*a*b", "aaaaaaaaaaaaaaaaab"));
        assert!(!glob("?", "\u{10400}"), "`?` is one UTF-16 unit");
        assert!(glob("??", "\u{10400}"));
    }
}
