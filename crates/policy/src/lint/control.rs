//! Findings about the policies of organizations.

use super::Linter;
use super::scope::Scope;
use crate::condition::{Condition, Operator};
use crate::services::under_rcp;

/// Properties of the principal that a service has not (IAM user guide, global condition keys).
const OF_PRINCIPALS: &[&str] = &[
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principaltype",
    "aws:userid",
    "aws:username",
];

/// What only the requests of services have.
const OF_SERVICES: &[&str] = &[
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
];

fn of_principal(condition: &Condition) -> bool {
    let key = condition.key.as_str();
    OF_PRINCIPALS.contains(&key) || key.starts_with("aws:principaltag/")
}

impl Linter<'_> {
    pub(super) fn service_control(&mut self, scope: &Scope<'_>) {
        let Some(actions) = &scope.statement.actions else {
            return;
        };
        for (text, place) in scope.texts(actions, "Action") {
            let before = text.get(..text.len().saturating_sub(1)).unwrap_or_default();
            if before.contains('*') {
                let message = format!(
                    "SCP actions can include wildcards (*) only at the end of a string. Update {text}."
                );
                self.error("SCP_SYNTAX_ERROR_ACTION_WILDCARD", message, &place);
            }
        }
    }

    pub(super) fn resource_control(&mut self, scope: &Scope<'_>) {
        let statement = scope.statement;
        if let Some(element) = &statement.principals {
            let (_, place) = scope.element("Principal", element.negated);
            let everyone = scope.named().iter().all(|n| n.text == "*");
            if element.negated || !everyone {
                let message = "The Principal element contents are not valid. RCPs only support specifying all principals (\"*\") in the Principal element. The NotPrincipal element is not supported for RCPs.";
                self.error("RCP_SYNTAX_ERROR_PRINCIPAL", message, &place);
            }
        }
        if let Some(element) = &statement.actions {
            if element.negated {
                let message =
                    "RCPs do not support the NotAction element. Update to use the Action element.";
                self.error(
                    "RCP_SYNTAX_ERROR_NOTACTION",
                    message,
                    &scope.place.to("NotAction"),
                );
            }
            for (text, place) in scope.actions() {
                let service = text.split(':').next().unwrap_or_default();
                if !service.contains(['*', '?']) && !under_rcp(service) {
                    let message = "RCPs only support specifying select service prefixes in the Action element. Learn more here.";
                    self.error("RCP_SYNTAX_ERROR_ACTION", message, &place);
                }
            }
        }
        let everything = statement
            .resources
            .as_ref()
            .is_none_or(|r| !r.negated && r.texts().all(|text| text == "*"));
        if scope.allows() && (!everything || scope.has("Condition")) {
            let message = "RCPs only support specifying all principals (\"*\") in the Principal element, all resources (\"*\") in the Resource element, and no Condition element with an effect of Allow.";
            self.error("RCP_SYNTAX_ERROR_ALLOW", message, &scope.place.to("Effect"));
        }
        if !scope.allows() {
            self.related(scope);
        }
    }

    /// Services act under resource control policies, too: what is asked of one side is asked of both, unless the
    /// statement says of which.
    fn related(&mut self, scope: &Scope<'_>) {
        let told = scope.reads(&["aws:principalisawsservice"]);
        let checks = |c: &Condition| {
            let source = ["aws:sourceaccount", "aws:sourcearn"].contains(&c.key.as_str());
            c.operator == Operator::Null && source
        };
        let checked = scope.statement.conditions.iter().any(checks);
        for condition in &scope.statement.conditions {
            let name = &condition.written_key;
            let place = scope.key(condition);
            if of_principal(condition) && !told {
                let message = format!(
                    "RCPs impact IAM roles, users, and AWS service principals. To prevent unintended impact to services acting on your behalf using a service principal, an additional statement should be added to the Condition block \"BoolIfExists\": {{ \"aws:PrincipalIsAWSService\": \"false\"}} whenever a principal key {name} is used."
                );
                let code = "RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY";
                self.warning(code, message, &place);
            }
            let of_service = OF_SERVICES.contains(&condition.key.as_str());
            if !of_service || condition.operator == Operator::Null {
                continue;
            }
            if !told {
                let message = format!(
                    "RCPs impact IAM roles, users, and AWS service principals. To prevent unintended impact to your principals, an additional statement should be added to the Condition block \"BoolIfExists\": {{ \"aws:PrincipalIsAWSService\": \"true\"}} whenever the key {name} is used."
                );
                let code = "RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY";
                self.warning(code, message, &place);
            }
            if !checked {
                let message = format!(
                    "The specified service may have a service integration that does not require the use of the {name} condition key. To prevent unintended impact to services acting on your behalf using a service principal, an additional statement should be added to the Condition block \"Null\": {{ \"aws:SourceAccount\": \"false\"}} or \"Null\": {{ \"aws:SourceArn\": \"false\"}} whenever the key {name} is used."
                );
                let code = "RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK";
                self.warning(code, message, &place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::LintKind::{Identity, ResourceControl, ServiceControl};
    use crate::lint::tests::of_statement;

    #[test]
    fn finds_wildcards_in_service_control_policies() {
        let of = |action: &str, kind| {
            of_statement(
                &format!(r#"{{"Effect":"Deny","Action":"{action}","Resource":"*"}}"#),
                kind,
            )
        };
        assert_eq!(
            of("s3:*Object", ServiceControl),
            ["SCP_SYNTAX_ERROR_ACTION_WILDCARD"]
        );
        assert_eq!(of("s3:Get*", ServiceControl), [""; 0]);
        assert_eq!(of("*", ServiceControl), [""; 0]);
        assert_eq!(of("s3:*Object", Identity), [""; 0]);
    }

    #[test]
    fn finds_in_resource_control_policies() {
        let deny = |rest: &str| format!(r#"{{"Effect":"Deny",{rest}}}"#);
        let all = r#""Principal":"*","Action":"s3:*","Resource":"*""#;
        for (statement, expected) in [
            (deny(all), &[][..]),
            (
                r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#.to_owned(),
                &[],
            ),
            (
                deny(r#""Principal":{"AWS":"111111111111"},"Action":"s3:*","Resource":"*""#),
                &["RCP_SYNTAX_ERROR_PRINCIPAL"],
            ),
            (
                deny(r#""Principal":{"AWS":"*"},"Action":"s3:*","Resource":"*""#),
                &[],
            ),
            (
                deny(r#""NotPrincipal":{"AWS":"*"},"Action":"s3:*","Resource":"*""#),
                &["RCP_SYNTAX_ERROR_PRINCIPAL"],
            ),
            (
                deny(r#""Principal":"*","NotAction":"s3:*","Resource":"*""#),
                &["RCP_SYNTAX_ERROR_NOTACTION"],
            ),
            (
                deny(r#""Principal":"*","Action":"ec2:*","Resource":"*""#),
                &["RCP_SYNTAX_ERROR_ACTION"],
            ),
            (
                r#"{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::a"}"#
                    .to_owned(),
                &["RCP_SYNTAX_ERROR_ALLOW"],
            ),
            (
                deny(&format!(
                    r#"{all},"Condition":{{"StringNotEqualsIfExists":{{"aws:PrincipalOrgID":"o-1"}}}}"#
                )),
                &["RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY"],
            ),
            (
                deny(&format!(
                    r#"{all},"Condition":{{"StringNotEqualsIfExists":{{"aws:PrincipalOrgID":"o-1"}},"BoolIfExists":{{"aws:PrincipalIsAWSService":"false"}}}}"#
                )),
                &[],
            ),
            (
                deny(&format!(
                    r#"{all},"Condition":{{"StringNotEqualsIfExists":{{"aws:SourceOrgID":"o-1"}}}}"#
                )),
                &[
                    "RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY",
                    "RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK",
                ],
            ),
            (
                deny(&format!(
                    r#"{all},"Condition":{{"StringNotEqualsIfExists":{{"aws:SourceOrgID":"o-1"}},"Null":{{"aws:SourceAccount":"false"}},"Bool":{{"aws:PrincipalIsAWSService":"true"}}}}"#
                )),
                &[],
            ),
        ] {
            assert_eq!(
                of_statement(&statement, ResourceControl),
                expected,
                "{statement}"
            );
        }
    }
}
