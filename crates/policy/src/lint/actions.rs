//! Findings about the names of actions.

use super::place::Place;
use super::scope::Scope;
use super::{LintKind, Linter};

impl Linter<'_> {
    pub(super) fn actions(&mut self, scope: &Scope<'_>) {
        let Some(element) = &scope.statement.actions else {
            return;
        };
        let texts = scope.texts(element, "Action");
        if texts.is_empty() {
            let message = "This statement includes no actions and does not affect the policy. Specify actions.";
            let (_, place) = scope.element("Action", element.negated);
            self.suggestion("EMPTY_ARRAY_ACTION", message, &place);
        }
        for (text, place) in texts.iter().filter(|(text, _)| *text != "*") {
            if text.contains("${") {
                self.variable_in_element(text, place);
            } else if let Some((code, message)) = self.action(text) {
                self.error(code, message, place);
            }
        }
        self.redundant_actions(&texts);
        if !element.negated {
            self.unread_keys(scope, &texts);
        }
    }

    /// What is wrong with the name of an action.
    fn action(&self, text: &str) -> Option<(&'static str, String)> {
        let unknown = format!("The action {text} does not exist.");
        let Some((service, action)) = text.split_once(':') else {
            return Some(("INVALID_ACTION", unknown));
        };
        let lower = service.to_ascii_lowercase();
        if self.kind == LintKind::Trust && lower != "sts" {
            return Some((
                "UNSUPPORTED_ACTION_IN_POLICY",
                unsupported(text, "IAM Role"),
            ));
        }
        if service.contains(['*', '?']) {
            return None;
        }
        if self.reference.has_service(&lower) == Some(false) {
            // AWS was recorded to name the whole action.
            let message = format!("The service {text} specified in the action does not exist.");
            return Some(("INVALID_SERVICE_IN_ACTION", message));
        }
        (self.reference.has_action(&lower, action) == Some(false))
            .then_some(("INVALID_ACTION", unknown))
    }

    /// Conditions on keys of services that the actions are not decided with. Actions with wildcards are not looked at.
    fn unread_keys(&mut self, scope: &Scope<'_>, texts: &[(&str, Place)]) {
        for condition in &scope.statement.conditions {
            let reads = |text: &str| {
                let (service, action) = text.split_once(':')?;
                let service = service.to_ascii_lowercase();
                self.reference.reads_key(&service, action, &condition.key)
            };
            let literal = texts.iter().filter(|(text, _)| !text.contains(['*', '?']));
            let unread: Vec<&(&str, Place)> = literal
                .filter(|(text, _)| reads(text) == Some(false))
                .collect();
            if unread.is_empty() || condition.key.starts_with("aws:") {
                continue;
            }
            let names: Vec<&str> = unread.iter().map(|(text, _)| *text).collect();
            let message = format!(
                "The following actions: {} are not supported by the condition key {}. The condition will not be evaluated for these actions. We recommend that you move these actions to a different statement without this condition key.",
                names.join(", "),
                condition.written_key
            );
            let mut places: Vec<Place> = unread.iter().map(|(_, p)| p.clone()).collect();
            places.push(scope.condition(condition));
            let code = "UNSUPPORTED_ACTION_FOR_CONDITION_KEY";
            self.add(super::Severity::Error, code, message, places);
        }
    }
}

/// AWS was recorded to leave out the article that its guide has before `resource type`.
pub(super) fn unsupported(action: &str, resource_type: &str) -> String {
    format!(
        "The action {action} is not supported for the resource-based policy attached to resource type {resource_type}."
    )
}

#[cfg(test)]
mod tests {
    use crate::lint::LintKind::Identity;
    use crate::lint::tests::{found, of_statement};

    #[test]
    fn finds_keys_that_actions_are_not_decided_with() {
        let condition = r#""Condition":{"StringLike":{"s3:prefix":"a"}}"#;
        let of = |action: &str| {
            of_statement(
                &format!(r#"{{"Effect":"Allow","Action":{action},"Resource":"*",{condition}}}"#),
                Identity,
            )
        };
        let code = "UNSUPPORTED_ACTION_FOR_CONDITION_KEY";
        assert_eq!(of(r#""s3:GetObject""#), [code]);
        assert_eq!(of(r#"["s3:ListBucket","s3:GetObject"]"#), [code]);
        assert_eq!(of(r#""s3:ListBucket""#), [""; 0]);
        // With a wildcard, and of a service that is not known.
        assert_eq!(of(r#""s3:Get*""#), [""; 0]);
        assert_eq!(of(r#""ec2:RunInstances""#), [""; 0]);
    }

    #[test]
    fn findings_name_each_action_and_the_condition() {
        let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:ListBucket","s3:GetObject"],"Resource":"*","Condition":{"StringLike":{"s3:prefix":"a"}}}]}"#;
        let finding = found(text, Identity).remove(0);
        assert_eq!(
            finding.message,
            "The following actions: s3:GetObject are not supported by the condition key s3:prefix. The condition will not be evaluated for these actions. We recommend that you move these actions to a different statement without this condition key."
        );
        let shown: Vec<&str> = finding
            .locations
            .iter()
            .map(|l| &text[l.span.start..l.span.end])
            .collect();
        assert_eq!(shown, ["\"s3:GetObject\"", "\"a\""]);
    }
}
