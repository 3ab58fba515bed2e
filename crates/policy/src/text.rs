//! Texts taken apart: ARNs and actions at their colons, and lower-casing as AWS does it for the `IgnoreCase` operators.

/// The six parts of an ARN; the last may hold colons. `None` where there are fewer. Nothing is said of what is in them.
pub(crate) fn arn_parts(text: &str) -> Option<[&str; 6]> {
    let mut rest = text;
    let mut parts = [""; 6];
    for part in parts.iter_mut().take(5) {
        (*part, rest) = at_colon(rest)?;
    }
    parts[5] = rest;
    Some(parts)
}

/// What is before and behind the first colon. The texts are short, so that plain steps find it sooner than a search that
/// prepares itself.
pub(crate) fn at_colon(text: &str) -> Option<(&str, &str)> {
    let at = text.bytes().position(|b| b == b':')?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// A cased letter of the basic plane that is its own lower case; it stands in for letters beyond U+FFFF, which
/// count as letters around a sigma but are themselves not lower-cased (recorded on AWS).
const STAND_IN: char = '\u{19b}';

pub(crate) fn lower(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut originals = Vec::new();
    let replaced: String = text
        .chars()
        .map(|c| {
            if c as u32 > 0xFFFF || c == STAND_IN {
                originals.push(c);
                STAND_IN
            } else {
                c
            }
        })
        .collect();
    let mut originals = originals.into_iter();
    replaced
        .to_lowercase()
        .chars()
        .map(|c| {
            if c == STAND_IN {
                originals.next().unwrap_or(c)
            } else {
                c
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::lower;

    #[test]
    fn lower_cases_as_recorded() {
        assert_eq!(lower("\u{212a}"), "k", "Kelvin sign");
        assert_eq!(lower("ΟΣ"), "ος");
        assert_eq!(lower("ΟΣΑ"), "οσα");
        assert_eq!(lower("Σ"), "σ");
        assert_eq!(lower("AΣ\u{10400}"), "aσ\u{10400}");
        assert_eq!(lower("\u{10400}Σ"), "\u{10400}ς");
    }
}
