//! Findings about wildcards and variables in values of keys that name one account, organization or network.

use super::Linter;
use super::place::Place;
use crate::condition::{Condition, Operator};

/// The keys that AWS calls sensitive (IAM user guide, global condition keys).
pub(super) const SENSITIVE: &[&str] = &[
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:resourceaccount",
    "aws:resourceorgid",
    "aws:sourceaccount",
    "aws:sourceorgid",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:vpceaccount",
    "aws:vpceorgid",
];

const LIST: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html";

/// Stands for a variable, which no text of a policy holds.
const VARIABLE: char = '\u{0}';

impl Linter<'_> {
    /// Only where a wildcard is one: in other operators it stands for itself, and what a variable gives is compared whole.
    pub(super) fn sensitive(&mut self, condition: &Condition, values: &[(&str, Place)]) {
        if !matches!(condition.operator, Operator::StringLike { .. }) {
            return;
        }
        let key = &condition.written_key;
        let whole = SENSITIVE.contains(&condition.key.as_str());
        let id = condition.key == "aws:userid";
        for (value, place) in values {
            let value = without_variables(value);
            let wildcard = value.contains(['*', '?']);
            let variable = value.contains(VARIABLE);
            if whole && wildcard {
                let message = format!(
                    "The wildcard is not allowed in the condition key {key}. We consider the key to be sensitive and wildcards are not allowed to be used with sensitive keys. Refer to {LIST} for the list of sensitive keys."
                );
                self.error("WILDCARD_USAGE_TOO_PERMISSIVE", message, place);
            } else if whole && variable {
                let message = format!(
                    "The policy variable is not allowed in the condition key {key}. We consider the key to be sensitive and policy variables can be evaluated as effective wildcards. Therefore policy variables are not allowed to be used with sensitive keys. Refer to {LIST} for the list of sensitive keys."
                );
                self.error("VARIABLE_USAGE_TOO_PERMISSIVE", message, place);
            } else if id && is_wide(&value, &['*', '?']) {
                let message = "Overly permissive use of wildcard with aws:userID. Use the wildcard on the right side of colon or as the only character on the left side of a colon.";
                self.error("WILDCARD_USAGE_TOO_PERMISSIVE", message, place);
            } else if id && is_wide(&value, &[VARIABLE]) {
                let message = "Overly permissive use of policy variable with aws:userID. Use the policy variable on the right side of colon or as the only character on the left side of a colon.";
                self.error("VARIABLE_USAGE_TOO_PERMISSIVE", message, place);
            }
        }
    }
}

/// Whether one of these stands elsewhere than alone before a colon, or behind one.
fn is_wide(id: &str, open: &[char]) -> bool {
    match id.split_once(':') {
        Some((role, _)) => role.contains(open) && role.chars().count() > 1,
        None => id.contains(open),
    }
}

/// A text with one character for each variable, and none for what stands for itself: `${*}`.
fn without_variables(text: &str) -> String {
    let mut pieces = text.split("${");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.split_once('}') {
            Some(("*" | "?" | "$", rest)) => out.push_str(rest),
            Some((_, rest)) => {
                out.push(VARIABLE);
                out.push_str(rest);
            }
            None => out.push_str(piece),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::lint::tests::of_condition;

    #[test]
    fn finds_what_stands_for_too_much() {
        let wildcard = &["WILDCARD_USAGE_TOO_PERMISSIVE"][..];
        let variable = &["VARIABLE_USAGE_TOO_PERMISSIVE"][..];
        for (key, value, expected) in [
            ("aws:PrincipalAccount", "111111111111", &[][..]),
            ("aws:PrincipalAccount", "1111*", wildcard),
            ("aws:SourceVpce", "vpce-*", wildcard),
            ("aws:SourceVpce", "*", wildcard),
            ("aws:ResourceOrgID", "${aws:PrincipalOrgID}", variable),
            ("aws:PrincipalTag/a", "${aws:RequestTag/a}", &[]),
            ("aws:userid", "AROAEXAMPLEEXAMPLE123:*", &[]),
            ("aws:userid", "*:session", &[]),
            ("aws:userid", "AROA*", wildcard),
            ("aws:userid", "AROA*:session", wildcard),
            ("aws:userid", "${aws:userid}", variable),
            ("aws:userid", "${aws:PrincipalTag/id}:session", &[]),
        ] {
            let condition = format!(r#"{{"StringLike":{{"{key}":"{value}"}}}}"#);
            assert_eq!(of_condition(&condition), expected, "{condition}");
        }
        let whole = r#"{"StringEquals":{"aws:ResourceOrgID":"${aws:PrincipalOrgID}"}}"#;
        assert_eq!(of_condition(whole), [""; 0]);
    }
}
