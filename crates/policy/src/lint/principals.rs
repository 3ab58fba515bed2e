//! Findings about who is named.

use super::place::member;
use super::scope::Scope;
use super::{LintKind, Linter};
use crate::document::PrincipalPattern;
use crate::json::Json;

impl Linter<'_> {
    pub(super) fn principal(&mut self, scope: &Scope<'_>) {
        let written = ["Principal", "NotPrincipal"]
            .into_iter()
            .find(|name| scope.has(name));
        let Some(name) = written else {
            if !matches!(self.kind, LintKind::Identity | LintKind::ServiceControl) {
                let message = "Add a Principal element to the policy statement.";
                self.error("MISSING_PRINCIPAL", message, &scope.place);
            }
            return;
        };
        let place = scope.place.to(name);
        match self.kind {
            LintKind::Identity => {
                let message = "The policy type IDENTITY_POLICY does not support the Principal element. Remove the Principal element.";
                self.error("UNSUPPORTED_PRINCIPAL", message, &place);
                return;
            }
            LintKind::ServiceControl => {
                let message = "SCPs do not support specifying principals. Remove the Principal or NotPrincipal element.";
                self.error("SCP_SYNTAX_ERROR_PRINCIPAL", message, &place);
                return;
            }
            _ => {}
        }
        let Some(element) = &scope.statement.principals else {
            return;
        };
        if element.patterns.is_empty() {
            let bare = matches!(member(scope.node, name).map(|n| &n.value),
                Some(Json::Object(types)) if types.is_empty());
            let code = match bare {
                true => "EMPTY_OBJECT_PRINCIPAL",
                false => "EMPTY_ARRAY_PRINCIPAL",
            };
            let message = "This statement includes no principals and does not affect the policy. Specify principals.";
            self.suggestion(code, message, &place);
        }
        if element.negated && scope.allows() && self.is_of_resource() {
            let message = "Using Allow with NotPrincipal can be overly permissive. We recommend that you use Principal instead.";
            self.security("ALLOW_WITH_NOT_PRINCIPAL", message, &place);
        }
        self.named(scope);
    }

    /// Who is named, one by one.
    fn named(&mut self, scope: &Scope<'_>) {
        for named in scope.named() {
            let pattern = named.pattern();
            let (kind, text, place) = (named.kind.as_deref(), &named.text, &named.place);
            if matches!(
                pattern,
                PrincipalPattern::Any | PrincipalPattern::Account(_)
            ) {
                continue;
            }
            if text.contains("${") {
                self.variable_in_element(text, place);
            } else if text.contains(['*', '?']) {
                let message = format!(
                    "Wildcards (*, ?) are not supported with the principal key {}. Replace the wildcard with a valid principal value.",
                    kind.unwrap_or_default()
                );
                self.error("UNSUPPORTED_WILDCARD_IN_PRINCIPAL", message, place);
            } else if named.is_a("Service") && !is_service_principal(text) {
                let message = "The service principal does not match the expected format. Use the format service-name.amazonaws.com.";
                self.error("INVALID_SERVICE_PRINCIPAL_FORMAT", message, place);
            }
            if named.is_a("Federated") && self.is_of_resource() {
                let message = "The policy type does not support a federated identity provider in the principal element. Use a supported principal.";
                self.error("FEDERATED_PRINCIPAL_NOT_SUPPORTED", message, place);
            }
            let PrincipalPattern::Id(id) = &pattern else {
                continue;
            };
            match id.get(..4) {
                Some("AROA") => {
                    let message = format!(
                        "The Principal element includes the IAM role ID {id}. We recommend that you use a role ARN instead."
                    );
                    self.warning("INVALID_ROLE_REFERENCE", message, place);
                }
                Some("AIDA") => {
                    let message = format!(
                        "The Principal element includes the IAM user ID {id}. We recommend that you use a user ARN instead."
                    );
                    self.warning("INVALID_USER_REFERENCE", message, place);
                }
                _ => {}
            }
        }
    }
}

/// Whether a text has the form of a service principal: a domain, in small letters. Which ones there are is not said.
fn is_service_principal(text: &str) -> bool {
    text.contains('.') && !text.bytes().any(|b| b.is_ascii_uppercase() || b == b':')
}

#[cfg(test)]
mod tests {
    use crate::lint::LintKind::{Identity, Resource, ResourceControl, Trust};
    use crate::lint::Step;
    use crate::lint::tests::{found, of_statement};

    #[test]
    fn finds_in_principals() {
        for (principal, expected) in [
            (r#"{"AWS":"arn:aws:iam::111111111111:role/a"}"#, &[][..]),
            (
                r#"{"Federated":"cognito-identity.amazonaws.com"}"#,
                &["FEDERATED_PRINCIPAL_NOT_SUPPORTED"],
            ),
            (
                r#"{"Service":"cloudtrail"}"#,
                &["INVALID_SERVICE_PRINCIPAL_FORMAT"],
            ),
            (
                r#"{"Service":"CloudTrail.amazonaws.com"}"#,
                &["INVALID_SERVICE_PRINCIPAL_FORMAT"],
            ),
            (
                r#"{"Service":["delivery.logs.amazonaws.com","s3.amazonaws.com.cn"]}"#,
                &[],
            ),
            (
                r#"{"AWS":"AROAEXAMPLEEXAMPLE123"}"#,
                &["INVALID_ROLE_REFERENCE"],
            ),
        ] {
            let statement = format!(
                r#"{{"Effect":"Deny","Principal":{principal},"Action":"s3:GetObject","Resource":"*"}}"#
            );
            assert_eq!(of_statement(&statement, Resource), expected, "{principal}");
        }
        let nobody = r#"{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}"#;
        assert_eq!(of_statement(nobody, Identity), [""; 0]);
        for kind in [Resource, ResourceControl] {
            assert_eq!(of_statement(nobody, kind), ["MISSING_PRINCIPAL"]);
        }
        let federated = r#"{"Effect":"Deny","Principal":{"Federated":"cognito-identity.amazonaws.com"},"Action":"sts:AssumeRoleWithWebIdentity"}"#;
        assert_eq!(of_statement(federated, Trust), [""; 0]);
    }

    #[test]
    fn places_go_on_to_the_type_and_the_element() {
        let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":["111111111111","AROAEXAMPLEEXAMPLE123"]},"Action":"s3:GetObject","Resource":"*"}}"#;
        let finding = found(text, Resource).remove(0);
        let steps = ["Statement", "Principal", "AWS"].map(|s| Step::Value(s.to_owned()));
        let mut path = steps.to_vec();
        path.push(Step::Index(1));
        assert_eq!(finding.locations[0].path, path);
        assert_eq!(
            finding.message,
            "The Principal element includes the IAM role ID AROAEXAMPLEEXAMPLE123. We recommend that you use a role ARN instead."
        );
    }
}
