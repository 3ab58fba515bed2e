//! Findings about what is said twice.

use super::{Linter, Place, Severity};
use crate::compare;
use crate::condition::{Compare, Condition, Operator};
use crate::document::Statement;
use crate::json::Span;

/// The texts that another one covers; of two that cover each other the later one.
fn covered<'t>(texts: &[&'t str], covers: impl Fn(&str, &str) -> bool) -> Vec<&'t str> {
    let other = |at: usize, text: &str| {
        texts
            .iter()
            .enumerate()
            .any(|(i, other)| i != at && covers(other, text) && (i < at || !covers(text, other)))
    };
    let all = texts.iter().enumerate();
    all.filter(|(at, text)| other(*at, text))
        .map(|(_, text)| *text)
        .collect()
}

impl Linter<'_> {
    /// Statements that say what an earlier one says.
    pub(super) fn redundant_statements(&mut self, statements: &[Statement]) {
        for (index, statement) in statements.iter().enumerate() {
            let mut before = statements.iter().take(index);
            if before.any(|earlier| compare::same(earlier, statement)) {
                let message = "The statements are redundant because they provide identical permissions. Update the policy to remove the redundant statement.";
                let place = (Some(index), &[][..]);
                self.add(
                    Severity::Suggestion,
                    "REDUNDANT_STATEMENT",
                    message,
                    place,
                    statement.span,
                );
            }
        }
    }

    pub(super) fn redundant_actions(&mut self, texts: &[&str], place: Place<'_>, span: Span) {
        let covered = covered(texts, sekisho_arn::glob_ignore_case);
        if let Some(first) = covered.first() {
            let message = format!(
                "The {} action(s) are redundant because they provide similar permissions. Update the policy to remove the redundant action such as: {first}.",
                covered.len()
            );
            self.add(
                Severity::Suggestion,
                "REDUNDANT_ACTION",
                message,
                place,
                span,
            );
        }
    }

    pub(super) fn redundant_resources(&mut self, texts: &[&str], place: Place<'_>, span: Span) {
        let covered = covered(texts, compare::contains);
        if !covered.is_empty() {
            let message = format!(
                "The {} resource ARN(s) are redundant because they reference the same resource. Review the use of wildcards (*) in {}.",
                covered.len(),
                covered.join(", ")
            );
            self.add(
                Severity::Suggestion,
                "REDUNDANT_RESOURCE",
                message,
                place,
                span,
            );
        }
    }

    /// Several bounds, of which one is enough.
    pub(super) fn redundant_numbers(&mut self, condition: &Condition, place: Place<'_>) {
        let bound = match condition.operator {
            Operator::Numeric(Compare::Less | Compare::LessEquals) => "greatest",
            Operator::Numeric(Compare::Greater | Compare::GreaterEquals) => "least",
            _ => return,
        };
        if condition.operands().count() > 1 {
            let message = format!(
                "Multiple values in {} are redundant. Replace with the {bound} single value for {}.",
                condition.written_operator, condition.written_key
            );
            self.add(
                Severity::Suggestion,
                "REDUNDANT_CONDITION_VALUE_NUM",
                message,
                place,
                condition.span,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::LintKind::Identity;
    use crate::lint::tests::{of_condition, of_statement};

    #[test]
    fn finds_statements() {
        let get = r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#;
        for (other, expected) in [
            (get, &["REDUNDANT_STATEMENT"][..]),
            (
                r#"{"Effect":"Allow","Action":["s3:getobject"],"Resource":["*"]}"#,
                &["REDUNDANT_STATEMENT"],
            ),
            // The other way round, and narrower: not identical.
            (
                r#"{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}"#,
                &[],
            ),
            (
                r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*"}"#,
                &[],
            ),
            (
                r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"s3:prefix":"a"}}}"#,
                &[],
            ),
        ] {
            let both = format!("{get},{other}");
            assert_eq!(of_statement(&both, Identity), expected, "{other}");
        }
    }

    #[test]
    fn finds_actions_resources_and_numbers() {
        let resources = |resources: &str| {
            let statement =
                format!(r#"{{"Effect":"Allow","Action":"s3:GetObject","Resource":{resources}}}"#);
            of_statement(&statement, Identity)
        };
        assert_eq!(
            resources(r#"["arn:aws:s3:::a/x","arn:aws:s3:::a/*"]"#),
            ["REDUNDANT_RESOURCE"]
        );
        assert_eq!(
            resources(r#"["arn:aws:s3:::a/*","arn:aws:s3:::a/*"]"#),
            ["REDUNDANT_RESOURCE"]
        );
        assert_eq!(
            resources(r#"["arn:aws:s3:::a/*","arn:aws:s3:::b/*"]"#),
            [""; 0]
        );
        let twice = r#"{"Effect":"Allow","Action":["s3:Get*","s3:GetObject"],"Resource":"*"}"#;
        assert_eq!(of_statement(twice, Identity), ["REDUNDANT_ACTION"]);
        for (condition, expected) in [
            (
                r#"{"NumericLessThan":{"aws:MultiFactorAuthAge":["2700","3600"]}}"#,
                &["REDUNDANT_CONDITION_VALUE_NUM"][..],
            ),
            (
                r#"{"NumericEquals":{"aws:MultiFactorAuthAge":["2700","3600"]}}"#,
                &[],
            ),
        ] {
            assert_eq!(of_condition(condition), expected, "{condition}");
        }
    }
}
