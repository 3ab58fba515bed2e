//! Findings about what is given to services.

use super::scope::Scope;
use super::{LintKind, Linter};
use crate::condition::{Operator, Qualifier};

/// The keys that say for whom a service acts.
const SOURCES: &[&str] = &[
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
];

impl Linter<'_> {
    pub(super) fn service_principals(&mut self, scope: &Scope<'_>) {
        let services = scope.named_as("Service");
        if services.is_empty() || !scope.allows() {
            return;
        }
        let trust = self.kind == LintKind::Trust;
        if !trust && !self.is_of_resource() {
            return;
        }
        self.of_members(scope);
        // A key of a service may say for whom it acts, as the encryption context of KMS does.
        let of_service = scope
            .statement
            .conditions
            .iter()
            .any(|c| !c.key.starts_with("aws:"));
        if trust || of_service || scope.reads(SOURCES) {
            return;
        }
        let referer = scope
            .statement
            .conditions
            .iter()
            .find(|c| c.key == "aws:referer");
        for service in &services {
            match referer {
                Some(referer) => {
                    let prefix = service.text.split('.').next().unwrap_or_default();
                    let message = format!(
                        "To restrict access to the service principal {prefix} operating on your behalf, we recommend aws:SourceArn, aws:SourceAccount, aws:SourceOrgID, or aws:SourceOrgPaths instead of {}.",
                        referer.written_key
                    );
                    let code = "RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL";
                    self.suggestion(code, message, &scope.key(referer));
                }
                None => {
                    let message = "Granting access to a service principal without specifying a source is overly permissive. Use aws:SourceArn, aws:SourceAccount, aws:SourceOrgID, or aws:SourceOrgPaths condition key to grant fine-grained access.";
                    let code = "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL";
                    self.security(code, message, &service.place);
                }
            }
        }
    }

    /// A service is in no organization: a condition that wants its principal to be in one never holds.
    fn of_members(&mut self, scope: &Scope<'_>) {
        if scope.named().iter().any(|n| !n.is_a("Service")) {
            return;
        }
        let wants = |operator: Operator| {
            matches!(
                operator,
                Operator::String { not: false }
                    | Operator::StringIgnoreCase { not: false }
                    | Operator::StringLike { not: false }
            )
        };
        let mut conditions = scope.statement.conditions.iter();
        let condition = conditions.find(|c| {
            let demanding = !c.if_exists && c.qualifier != Qualifier::ForAll;
            c.key == "aws:principalorgid" && wants(c.operator) && demanding
        });
        if let Some(condition) = condition {
            let message = format!(
                "The following condition keys are not supported when used with the service principal: {}.",
                condition.written_key
            );
            let code = "UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL";
            self.error(code, message, &scope.key(condition));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::LintKind::{Resource, Trust};
    use crate::lint::tests::of_statement;

    #[test]
    fn finds_what_is_given_to_services() {
        let restrict = "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL";
        for (principal, condition, expected) in [
            (r#"{"Service":"sns.amazonaws.com"}"#, "", &[restrict][..]),
            (r#"{"AWS":"111111111111"}"#, "", &[]),
            (
                r#"{"Service":"sns.amazonaws.com"}"#,
                r#","Condition":{"StringEquals":{"aws:SourceAccount":"111111111111"}}"#,
                &[],
            ),
            (
                r#"{"Service":"sns.amazonaws.com"}"#,
                r#","Condition":{"Bool":{"aws:SecureTransport":"true"}}"#,
                &[restrict],
            ),
            (
                r#"{"Service":"logs.eu-central-1.amazonaws.com"}"#,
                r#","Condition":{"StringEquals":{"kms:EncryptionContext:a":"b"}}"#,
                &[],
            ),
            (
                r#"{"Service":"ses.amazonaws.com"}"#,
                r#","Condition":{"StringEquals":{"aws:Referer":"111111111111"}}"#,
                &[
                    "RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",
                    "UNTRUSTWORTHY_CONDITION_KEY",
                ],
            ),
            (
                r#"{"Service":"cloudfront.amazonaws.com"}"#,
                r#","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1","aws:SourceAccount":"111111111111"}}"#,
                &["UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL"],
            ),
            (
                r#"{"Service":"cloudfront.amazonaws.com","AWS":"*"}"#,
                r#","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1","aws:SourceAccount":"111111111111"}}"#,
                &[],
            ),
        ] {
            let statement = format!(
                r#"{{"Effect":"Allow","Principal":{principal},"Action":"s3:GetObject","Resource":"*"{condition}}}"#
            );
            assert_eq!(
                of_statement(&statement, Resource),
                expected,
                "{principal} {condition}"
            );
            let denied = of_statement(&statement.replace("Allow", "Deny"), Resource);
            assert!(!denied.contains(&restrict), "{principal} {condition}");
        }
        let role = r#"{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"sts:AssumeRole"}"#;
        assert_eq!(of_statement(role, Trust), [""; 0]);
    }
}
