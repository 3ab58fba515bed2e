//! Findings about conditions on the tags of resources, where actions are not decided with them.

use std::collections::BTreeSet;

use super::place::Place;
use super::scope::Scope;
use super::{Linter, Severity};
use crate::condition::{Condition, Operator, Qualifier};

/// Whether a condition wants a tag of the resource to be there: it never holds where the key is missing.
fn wants_tag(condition: &Condition) -> bool {
    let positive = matches!(
        condition.operator,
        Operator::String { not: false }
            | Operator::StringIgnoreCase { not: false }
            | Operator::StringLike { not: false }
    );
    let demanding = !condition.if_exists && condition.qualifier != Qualifier::ForAll;
    condition.key.starts_with("aws:resourcetag/") && positive && demanding
}

impl Linter<'_> {
    pub(super) fn tags(&mut self, scope: &Scope<'_>) {
        let statement = scope.statement;
        let condition = statement.conditions.iter().find(|c| wants_tag(c));
        let (Some(condition), Some(actions)) = (condition, &statement.actions) else {
            return;
        };
        let key = &condition.written_key;
        let place = scope.key(condition);
        if actions.negated {
            let (severity, code, effect) = match scope.allows() {
                true => (
                    Severity::Suggestion,
                    "ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
                    format!(
                        "Using the effect Allow with NotAction and the tag condition key {key} allows only service actions that support the condition key. The"
                    ),
                ),
                false => (
                    Severity::SecurityWarning,
                    "DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
                    format!(
                        "Using the effect Deny with NotAction and the tag condition key {key} can be overly permissive because some service actions are not denied by this statement. This is because the"
                    ),
                ),
            };
            let message = format!(
                "{effect} condition key doesn't apply to some service actions. We recommend that you use Action instead of NotAction."
            );
            self.add(severity, code, message, [place]);
            return;
        }
        let unread = |text: &str| {
            let (service, action) = text.split_once(':')?;
            let service = service.to_ascii_lowercase();
            let reads = self.reference.reads_tags(&service, action)?;
            (!reads).then_some(service)
        };
        let texts = scope.actions().into_iter();
        let (services, mut places): (BTreeSet<String>, Vec<Place>) = texts
            .filter_map(|(text, place)| Some((unread(text)?, place)))
            .unzip();
        if services.is_empty() {
            return;
        }
        places.push(place);
        let services = services.into_iter().collect::<Vec<_>>().join(", ");
        let (severity, code, effect) = match scope.allows() {
            // As recorded, not as the guide has it.
            true => (
                Severity::Suggestion,
                "ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
                format!(
                    "Using the effect Allow with the condition key {key} and actions for services with the following prefixes does not affect the policy: {services}. The actions for the listed service are not allowed"
                ),
            ),
            false => (
                Severity::SecurityWarning,
                "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
                format!(
                    "Using the effect Deny with the tag condition key {key} and actions for services with the following prefixes can be overly permissive: {services}. Actions for the listed services are not denied"
                ),
            ),
        };
        let message = format!(
            "{effect} by this statement. We recommend that you move these actions to a different statement without this condition key."
        );
        self.add(severity, code, message, places);
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::LintKind::Identity;
    use crate::lint::tests::{found, of_statement};

    #[test]
    fn finds_actions_without_tags() {
        let tag = r#""Condition":{"StringEquals":{"aws:ResourceTag/team":"a"}}"#;
        let of = |effect: &str, actions: &str, condition: &str| {
            of_statement(
                &format!(r#"{{"Effect":"{effect}",{actions},"Resource":"*",{condition}}}"#),
                Identity,
            )
        };
        let action = r#""Action":"lambda:GetFunction""#;
        assert_eq!(
            of("Allow", action, tag),
            ["ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"]
        );
        assert_eq!(
            of("Deny", action, tag),
            ["DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"]
        );
        let others = r#""NotAction":"iam:*""#;
        assert_eq!(
            of("Allow", others, tag),
            ["ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"]
        );
        assert_eq!(
            of("Deny", others, tag),
            ["DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"]
        );
        // Decided with tags; of a service that is not known; holds without the tag.
        assert_eq!(of("Allow", r#""Action":"kms:Decrypt""#, tag), [""; 0]);
        assert_eq!(of("Allow", r#""Action":"ec2:StopInstances""#, tag), [""; 0]);
        let missing = tag.replace("StringEquals", "StringEqualsIfExists");
        assert_eq!(of("Allow", action, &missing), [""; 0]);
    }

    #[test]
    fn sentences_are_as_recorded() {
        let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["kms:Decrypt","lambda:GetFunction"],"Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"a"}}}}"#;
        let finding = found(text, Identity).remove(0);
        assert_eq!(
            finding.message,
            "Using the effect Allow with the condition key aws:ResourceTag/team and actions for services with the following prefixes does not affect the policy: lambda. The actions for the listed service are not allowed by this statement. We recommend that you move these actions to a different statement without this condition key."
        );
        let locations = finding.locations.iter();
        let shown: Vec<&str> = locations.map(|l| &text[l.span.start..l.span.end]).collect();
        assert_eq!(
            shown,
            ["\"lambda:GetFunction\"", "\"aws:ResourceTag/team\""]
        );
    }
}
