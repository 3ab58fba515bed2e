//! Findings about what is said twice.

use super::place::Place;
use super::scope::Scope;
use super::{Linter, Severity};
use crate::compare;
use crate::condition::{Compare, Condition, Operator};

/// Of more statements or texts than these nothing is said: each is compared with each, and no document that AWS takes holds so
/// many (20 KB, S3 and IAM user guides).
const MOST: usize = 500;

/// Texts of which one covers all others.
struct Group<'t> {
    members: Vec<&'t (&'t str, Place)>,
    /// The longest that is covered.
    covered: &'t str,
}

/// One group for each text that covers another and is not covered; of two that cover each other that is the first.
fn groups<'t>(
    texts: &'t [(&'t str, Place)],
    covers: impl Fn(&str, &str) -> bool,
) -> Vec<Group<'t>> {
    if texts.len() > MOST {
        return Vec::new();
    }
    let over = |a: usize, b: usize| {
        let pair = texts.get(a).zip(texts.get(b));
        pair.is_some_and(|((a_text, _), (b_text, _))| {
            a != b && covers(a_text, b_text) && (a < b || !covers(b_text, a_text))
        })
    };
    let all = 0..texts.len();
    let free = all.clone().filter(|at| !all.clone().any(|a| over(a, *at)));
    free.filter_map(|cover| {
        let covered = all.clone().filter(|at| over(cover, *at));
        let longest = covered
            .filter_map(|at| texts.get(at))
            .map(|(text, _)| *text);
        let longest = longest.max_by_key(|text| text.len())?;
        let members = all.clone().filter(|at| *at == cover || over(cover, *at));
        Some(Group {
            members: members.filter_map(|at| texts.get(at)).collect(),
            covered: longest,
        })
    })
    .collect()
}

impl Linter<'_> {
    /// Statements that say what an earlier one says.
    pub(super) fn redundant_statements(&mut self, scopes: &[Scope<'_>]) {
        if scopes.len() > MOST {
            return;
        }
        for (index, scope) in scopes.iter().enumerate() {
            let mut before = scopes.iter().take(index);
            if before.any(|earlier| compare::same(earlier.statement, scope.statement)) {
                let message = "The statements are redundant because they provide identical permissions. Update the policy to remove the redundant statement.";
                self.suggestion("REDUNDANT_STATEMENT", message, &scope.place);
            }
        }
    }

    pub(super) fn redundant_actions(&mut self, texts: &[(&str, Place)]) {
        for group in groups(texts, sekisho_arn::glob_ignore_case) {
            let message = format!(
                "The {} action(s) are redundant because they provide similar permissions. Update the policy to remove the redundant action such as: {}.",
                group.members.len(),
                group.covered
            );
            self.redundant("REDUNDANT_ACTION", message, &group);
        }
    }

    pub(super) fn redundant_resources(&mut self, texts: &[(&str, Place)]) {
        for group in groups(texts, compare::contains) {
            let message = format!(
                "The {} resource ARN(s) are redundant because they reference the same resource. Review the use of wildcards (*), or remove the resource {} to remove the redundancy.",
                group.members.len(),
                group.covered
            );
            self.redundant("REDUNDANT_RESOURCE", message, &group);
        }
    }

    fn redundant(&mut self, code: &'static str, message: String, group: &Group<'_>) {
        let places = group.members.iter().map(|(_, place)| place.clone());
        self.add(Severity::Suggestion, code, message, places);
    }

    /// Several bounds, of which one is enough.
    pub(super) fn redundant_numbers(&mut self, condition: &Condition, place: &Place) {
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
            self.suggestion("REDUNDANT_CONDITION_VALUE_NUM", message, place);
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
                r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"aws:username":"a"}}}"#,
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
