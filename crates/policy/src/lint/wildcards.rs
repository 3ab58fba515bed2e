//! Findings about conditions on any value at all: what they say could be said plainly.

use super::Linter;
use super::place::Place;
use super::sensitive::SENSITIVE;
use crate::condition::{Condition, Operator, Qualifier};

/// What a condition on any value comes to.
enum Says {
    /// The key is there.
    Present,
    /// The key is not there.
    Absent,
    /// Nothing.
    Always,
    /// It never holds.
    Never,
}

fn says(condition: &Condition) -> Option<Says> {
    let Operator::StringLike { not } = condition.operator else {
        return None;
    };
    Some(match (not, condition.qualifier) {
        (false, Qualifier::ForAll) => Says::Always,
        (false, _) if condition.if_exists => Says::Always,
        (false, _) => Says::Present,
        (true, Qualifier::ForAny) if !condition.if_exists => Says::Never,
        (true, _) => Says::Absent,
    })
}

impl Linter<'_> {
    pub(super) fn wildcards(&mut self, condition: &Condition, values: &[(&str, Place)]) {
        if SENSITIVE.contains(&condition.key.as_str()) {
            // A wildcard is an error there.
            return;
        }
        let Some((_, place)) = values.iter().find(|(value, _)| *value == "*") else {
            return;
        };
        let (key, operator) = (&condition.written_key, &condition.written_operator);
        // The key that is recommended is the key itself (recorded).
        let instead = |value: &str| {
            format!(
                "We recommend replacing the key {key} in the condition block of {operator} with {{{key}: {value}}} to ensure better enforcement of the condition."
            )
        };
        let (code, message) = match says(condition) {
            Some(Says::Present) => ("EQUIVALENT_TO_NULL_FALSE", instead("false")),
            Some(Says::Absent) => ("EQUIVALENT_TO_NULL_TRUE", instead("true")),
            Some(Says::Always) => (
                "REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION",
                format!(
                    "The key {key} in the condition block of {operator} is redundant because it is always matched. Remove this key to simplify the condition."
                ),
            ),
            Some(Says::Never) => (
                "REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION",
                format!(
                    "The key {key} in the condition block of {operator} does not match any values. Remove this key to simplify the condition."
                ),
            ),
            None => return,
        };
        self.suggestion(code, message, place);
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::LintKind::Identity;
    use crate::lint::tests::{found, of_condition};

    #[test]
    fn finds_conditions_on_any_value() {
        for (operator, expected) in [
            ("StringLike", &["EQUIVALENT_TO_NULL_FALSE"][..]),
            ("ForAnyValue:StringLike", &["EQUIVALENT_TO_NULL_FALSE"]),
            ("StringNotLike", &["EQUIVALENT_TO_NULL_TRUE"]),
            (
                "StringLikeIfExists",
                &["REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION"],
            ),
            (
                "ForAnyValue:StringNotLike",
                &["REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION"],
            ),
        ] {
            let condition = format!(r#"{{"{operator}":{{"aws:RequestTag/a":"*"}}}}"#);
            assert_eq!(of_condition(&condition), expected, "{operator}");
            let narrower = condition.replace('*', "b*");
            assert_eq!(of_condition(&narrower), [""; 0], "{operator}");
        }
    }

    #[test]
    fn sentences_are_as_recorded() {
        let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*","Condition":{"StringLike":{"aws:ResourceTag/aws-glue-service-resource":"*"}}}}"#;
        let finding = found(text, Identity).remove(0);
        assert_eq!(
            finding.message,
            "We recommend replacing the key aws:ResourceTag/aws-glue-service-resource in the condition block of StringLike with {aws:ResourceTag/aws-glue-service-resource: false} to ensure better enforcement of the condition."
        );
    }
}
