//! Patterns against patterns.

use std::collections::{HashMap, VecDeque};

/// Longest product of two lengths that [`intersect`] walks; what is longer is taken to intersect somewhere.
const MOST: usize = 1 << 20;

/// The pattern with every wildcard filled in.
pub(super) fn fill(pattern: &str, filler: &str) -> String {
    let mut out = String::new();
    for c in pattern.chars() {
        match c {
            '*' => out.push_str(filler),
            '?' => out.push('z'),
            c => out.push(c),
        }
    }
    out
}

/// The pattern with every variable replaced by `value`.
pub(super) fn with_variables(pattern: &str, value: &str) -> String {
    let mut out = String::new();
    for unit in units(pattern) {
        match unit {
            Unit::Char(c) => out.push(c),
            Unit::Variable(_) => out.push_str(value),
        }
    }
    out
}

/// How far two patterns have been read.
type Place = (usize, usize);

/// A text that both patterns match, if there is one, found by walking the two side by side.
pub(super) fn intersect(a: &str, b: &str) -> Option<String> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().saturating_mul(b.len()) > MOST {
        return None;
    }
    // Where each pair of positions was reached from, and by which character.
    let mut seen: HashMap<Place, (Place, Option<char>)> = HashMap::new();
    let mut queue = VecDeque::from([(0, 0)]);
    seen.insert((0, 0), ((0, 0), None));
    while let Some((i, j)) = queue.pop_front() {
        if i == a.len() && j == b.len() {
            let mut out = Vec::new();
            let mut at = (i, j);
            while at != (0, 0) {
                let (from, c) = *seen.get(&at)?;
                out.extend(c);
                at = from;
            }
            return Some(out.into_iter().rev().collect());
        }
        let (x, y) = (a.get(i).copied(), b.get(j).copied());
        let mut steps: Vec<(Place, Option<char>)> = Vec::new();
        // A star may stand for nothing.
        if x == Some('*') {
            steps.push(((i + 1, j), None));
        }
        if y == Some('*') {
            steps.push(((i, j + 1), None));
        }
        // Or both take the same character.
        let (p, q) = (x.unwrap_or_default(), y.unwrap_or_default());
        if x.is_some() && y.is_some() {
            let free = |c: char| c == '*' || c == '?';
            let next = |c: char, at: usize| if c == '*' { at } else { at + 1 };
            let c = match (free(p), free(q)) {
                (true, true) => Some('z'),
                (true, false) => Some(q),
                (false, true) => Some(p),
                (false, false) => (p == q).then_some(p),
            };
            if let Some(c) = c {
                steps.push(((next(p, i), next(q, j)), Some(c)));
            }
        }
        for (to, c) in steps {
            seen.entry(to).or_insert_with(|| {
                queue.push_back(to);
                ((i, j), c)
            });
        }
    }
    None
}

/// Whether no text matches both patterns. False where that is not known.
pub(super) fn disjoint(a: &str, b: &str) -> bool {
    let walked = a.chars().count().saturating_mul(b.chars().count()) <= MOST;
    walked && intersect(a, b).is_none()
}

/// One unit of a pattern; a variable stands for any text.
#[derive(PartialEq)]
enum Unit<'p> {
    Char(char),
    Variable(&'p str),
}

fn units(pattern: &str) -> Vec<Unit<'_>> {
    let mut out = Vec::new();
    let mut rest = pattern;
    while let Some((before, inside)) = rest.split_once("${") {
        let Some((name, after)) = inside.split_once('}') else {
            break;
        };
        out.extend(before.chars().map(Unit::Char));
        out.push(Unit::Variable(name));
        rest = after;
    }
    out.extend(rest.chars().map(Unit::Char));
    out
}

/// Whether `outer` matches every text that `inner` matches. False where that is not known: a star or a variable of
/// `inner` is taken to be matched by a star of `outer` alone, or by the same variable.
pub(crate) fn contains(outer: &str, inner: &str) -> bool {
    let (outer, inner) = (units(outer), units(inner));
    let (mut o, mut i) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while let Some(unit) = inner.get(i) {
        let open = matches!(unit, Unit::Char('*') | Unit::Variable(_));
        match outer.get(o) {
            Some(Unit::Char('*')) => {
                retry = Some((o + 1, i));
                o += 1;
            }
            Some(Unit::Char('?')) if !open => {
                o += 1;
                i += 1;
            }
            Some(same) if same == unit && *unit != Unit::Char('*') => {
                o += 1;
                i += 1;
            }
            _ => match retry {
                Some((after, from)) => {
                    o = after;
                    i = from + 1;
                    retry = Some((after, i));
                }
                None => return false,
            },
        }
    }
    outer
        .get(o..)
        .is_some_and(|rest| rest.iter().all(|u| *u == Unit::Char('*')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_two_patterns_share_matches_both(a in "[ab*?]{0,8}", b in "[ab*?]{0,8}") {
            if let Some(text) = intersect(&a, &b) {
                prop_assert!(sekisho_arn::glob(&a, &text), "{} {}", a, text);
                prop_assert!(sekisho_arn::glob(&b, &text), "{} {}", b, text);
            }
        }

        #[test]
        fn a_shared_text_is_found(text in "[ab]{0,6}", a in "[ab*?]{0,8}", b in "[ab*?]{0,8}") {
            if sekisho_arn::glob(&a, &text) && sekisho_arn::glob(&b, &text) {
                prop_assert!(intersect(&a, &b).is_some());
            }
        }

        #[test]
        fn what_the_inner_matches_the_outer_matches(outer in "[ab*?]{0,6}", inner in "[ab*?]{0,6}", text in "[ab]{0,8}") {
            if contains(&outer, &inner) && sekisho_arn::glob(&inner, &text) {
                prop_assert!(sekisho_arn::glob(&outer, &text));
            }
        }

        #[test]
        fn what_is_disjoint_shares_nothing(a in "[ab*?]{0,6}", b in "[ab*?]{0,6}", text in "[ab]{0,8}") {
            prop_assert!(!(disjoint(&a, &b) && sekisho_arn::glob(&a, &text) && sekisho_arn::glob(&b, &text)));
        }
    }

    #[test]
    fn containment() {
        for (outer, inner) in [
            ("*", "a*"),
            ("s3:*", "s3:get*"),
            ("a*c", "ab*c"),
            ("?", "a"),
            ("a*", "a?"),
            ("*a*", "*a*"),
        ] {
            assert!(contains(outer, inner), "{outer} {inner}");
        }
        for (outer, inner) in [
            ("s3:get*", "s3:*"),
            ("?", "*"),
            ("a", "?"),
            ("a*c", "a*"),
            ("", "*"),
        ] {
            assert!(!contains(outer, inner), "{outer} {inner}");
        }
    }
}
