//! Members that are meant and written wrongly: what means nothing is passed over, and so would they be.

use serde_json::value::RawValue;

use super::CaseError;
use super::reader::Reader;
use crate::members::Members;

/// The members of a case.
pub(super) const CASE: [&str; 4] = ["name", "request", "policies", "expect"];

/// What a case may expect.
pub(super) const EXPECT: [&str; 4] = ["decision", "gate", "message", "message_prefix"];

/// The kinds of policies.
pub(super) const POLICIES: [&str; 9] = [
    "identity",
    "resource",
    "boundary",
    "session",
    "scp",
    "rcp",
    "endpoint",
    "public_access_block",
    "grants",
];

/// The members of a request.
pub(super) const REQUEST: [&str; 8] = [
    "principal",
    "service",
    "action",
    "resource",
    "resource_account",
    "context",
    "requested_grant",
    "grant_tokens",
];

/// That none of the members of `raw`, which is the member `of`, is a misspelt one.
pub(super) fn spelt(
    reader: &Reader<'_>,
    raw: &str,
    of: &str,
    members: &Members<&RawValue>,
    known: &[&'static str],
) -> Result<(), CaseError> {
    let names: Vec<&str> = members.0.iter().map(|(name, _)| name.as_str()).collect();
    let Some((name, known)) = misspelt(&names, known) else {
        return Ok(());
    };
    Err(CaseError {
        member: of.to_owned(),
        at: reader.offset(raw),
        message: format!("`{name}` means nothing here: is it `{known}`?"),
    })
}

/// The member that is not known and all but spells one that is, and is not there; and that one.
fn misspelt<'g>(given: &[&'g str], known: &[&'static str]) -> Option<(&'g str, &'static str)> {
    let missing: Vec<&'static str> = known
        .iter()
        .copied()
        .filter(|k| !given.contains(k))
        .collect();
    let others = given.iter().copied().filter(|name| !known.contains(name));
    others
        .flat_map(|name| missing.iter().map(move |known| (name, *known)))
        .find(|(name, known)| is_meant(name, known))
}

fn is_meant(name: &str, known: &str) -> bool {
    let plain = |text: &str| -> Vec<char> {
        let letters = text.chars().filter(|c| !"_- ".contains(*c));
        letters.flat_map(char::to_lowercase).collect()
    };
    let (name, known) = (plain(name), plain(known));
    // In a short name one letter may make another word.
    let most = if known.len() < 6 { 1 } else { 2 };
    name.len().abs_diff(known.len()) <= most && distance(&name, &known) <= most
}

/// How many letters are to be added, left out or changed.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut before = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (b, above) in other.iter().zip(row.iter().skip(1)) {
            left = (before + usize::from(a != b)).min(above + 1).min(left + 1);
            before = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (one, other, expected) in [
            ("", "", 0),
            ("", "ab", 2),
            ("ab", "", 2),
            ("abc", "abc", 0),
            ("abc", "abd", 1),
            ("abc", "ac", 1),
            ("ac", "abc", 1),
            ("kitten", "sitting", 3),
            ("flaw", "lawn", 2),
        ] {
            let letters = |text: &str| text.chars().collect::<Vec<_>>();
            assert_eq!(
                distance(&letters(one), &letters(other)),
                expected,
                "{one} {other}"
            );
        }
    }

    #[test]
    fn what_is_meant() {
        const KNOWN: &[&str] = &["name", "request", "policies", "expect", "resource_account"];
        for (name, known) in [
            ("expects", "expect"),
            ("Expect", "expect"),
            ("resource_acount", "resource_account"),
            ("resourceAccount", "resource_account"),
            ("polcies", "policies"),
        ] {
            assert_eq!(misspelt(&["x", name], KNOWN), Some((name, known)));
            // Where the right one is there, the other is something else.
            assert_eq!(misspelt(&[name, known], KNOWN), None);
        }
        for other in [
            "note",
            "observed",
            "source",
            "recording",
            "",
            "requests_made",
        ] {
            assert_eq!(misspelt(&[other], KNOWN), None, "{other}");
        }
    }
}
