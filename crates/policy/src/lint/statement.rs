//! Findings about statements: what they lack, and what each check says of them.

use super::place::member;
use super::scope::Scope;
use super::{LintKind, Linter};
use crate::json::{Json, Node};

impl Linter<'_> {
    pub(super) fn statement(&mut self, scope: &Scope<'_>) {
        if !scope.has("Action") && !scope.has("NotAction") {
            let message = "Add an Action or NotAction element to the policy statement.";
            self.error("MISSING_ACTION", message, &scope.place);
        }
        let trust = self.kind == LintKind::Trust;
        if !scope.has("Resource") && !scope.has("NotResource") && !trust {
            let message = "Add a Resource or NotResource element to the policy statement.";
            self.error("MISSING_RESOURCE", message, &scope.place);
        }
        if member(scope.node, "Condition").is_some_and(holds_nothing) {
            let message = "This condition block is empty and it does not affect the policy. Specify conditions.";
            self.suggestion(
                "EMPTY_OBJECT_CONDITION",
                message,
                &scope.place.to("Condition"),
            );
        }
        self.principal(scope);
        self.actions(scope);
        self.resources(scope);
        self.conditions(scope);
        self.tags(scope);
        match self.kind {
            LintKind::Trust => self.trust(scope),
            LintKind::ServiceControl => self.service_control(scope),
            LintKind::ResourceControl => self.resource_control(scope),
            LintKind::Attached(attached) => self.attached(scope, attached),
            // No other policy gives roles away.
            LintKind::Identity => self.delegations(scope),
            LintKind::Resource => {}
        }
        self.service_principals(scope);
    }
}

/// Whether an object is empty, or has nothing but empty objects.
fn holds_nothing(node: &Node) -> bool {
    matches!(&node.value, Json::Object(members) if members.iter().all(|(_, n)| {
        matches!(&n.value, Json::Object(inner) if inner.is_empty())
    }))
}

#[cfg(test)]
mod tests {
    use crate::lint::LintKind;
    use crate::lint::tests::of_statement;

    #[test]
    fn finds_in_statements() {
        use LintKind::{Identity, Resource, ServiceControl, Trust};
        for (kind, statement, expected) in [
            (
                Identity,
                r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#,
                &[][..],
            ),
            (
                Identity,
                r#"{"Effect":"Allow","Action":"s3:GetObjects","Resource":"*"}"#,
                &["INVALID_ACTION"],
            ),
            (
                Identity,
                r#"{"Effect":"Allow","Action":"GetObject","Resource":"*"}"#,
                &["INVALID_ACTION"],
            ),
            (
                Identity,
                r#"{"Effect":"Allow","Action":"ec2:Whatever","Resource":"*"}"#,
                &[],
            ),
            (
                Identity,
                r#"{"Effect":"Allow","Action":"ec3:Whatever","Resource":"*"}"#,
                &["INVALID_SERVICE_IN_ACTION"],
            ),
            (
                Identity,
                r#"{"Effect":"Allow","Action":"s3:GetObject"}"#,
                &["MISSING_RESOURCE"],
            ),
            (
                Identity,
                r#"{"Effect":"Allow","Resource":"*"}"#,
                &["MISSING_ACTION"],
            ),
            (
                Identity,
                r#"{"Action":"s3:GetObject","Resource":"*"}"#,
                &["MISSING_EFFECT"],
            ),
            (
                Identity,
                r#"{"Effect":"allow","Action":"s3:GetObject","Resource":"*"}"#,
                &["INVALID_EFFECT"],
            ),
            (
                Identity,
                r#"{"Effect":"Allow","Action":"s3:GetObject","NotAction":"s3:*","Resource":"*"}"#,
                &["UNSUPPORTED_ELEMENT_COMBINATION"],
            ),
            (
                Identity,
                r#"{"Effect":"Allow","Action":["s3:*","s3:GetObject"],"Resource":"*"}"#,
                &["REDUNDANT_ACTION"],
            ),
            (
                Identity,
                r#"{"Effect":"Allow","Action":[],"Resource":[]}"#,
                &["EMPTY_ARRAY_ACTION", "EMPTY_ARRAY_RESOURCE"],
            ),
            (
                Identity,
                r#"{"Sid":"","Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#,
                &["EMPTY_SID_VALUE"],
            ),
            (
                Identity,
                r#"{"Sid":"a b","Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#,
                &["UNSUPPORTED_SID"],
            ),
            (
                Identity,
                r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}"#,
                &["UNSUPPORTED_PRINCIPAL"],
            ),
            (
                ServiceControl,
                r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}"#,
                &["SCP_SYNTAX_ERROR_PRINCIPAL"],
            ),
            (
                Resource,
                r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#,
                &["MISSING_PRINCIPAL"],
            ),
            (
                Resource,
                r#"{"Effect":"Allow","Principal":{},"Action":"s3:GetObject","Resource":"*"}"#,
                &["EMPTY_OBJECT_PRINCIPAL"],
            ),
            (
                Resource,
                r#"{"Effect":"Allow","Principal":{"AWS":[]},"Action":"s3:GetObject","Resource":"*"}"#,
                &["EMPTY_ARRAY_PRINCIPAL"],
            ),
            (
                Resource,
                r#"{"Effect":"Allow","Principal":{"Aws":"*"},"Action":"s3:GetObject","Resource":"*"}"#,
                &["INVALID_PRINCIPAL_KEY"],
            ),
            (
                Resource,
                r#"{"Effect":"Allow","Principal":{"AWS":["AROAEXAMPLEEXAMPLE123","AIDAEXAMPLEEXAMPLE123","arn:aws:iam::111111111111:role/*","${aws:userid}"]},"Action":"s3:GetObject","Resource":"*"}"#,
                &[
                    "INVALID_ROLE_REFERENCE",
                    "INVALID_USER_REFERENCE",
                    "UNSUPPORTED_WILDCARD_IN_PRINCIPAL",
                    "VARIABLE_UNSUPPORTED_IN_ELEMENT",
                ],
            ),
            (
                Resource,
                r#"{"Effect":"Allow","NotPrincipal":{"AWS":"111111111111"},"Action":"s3:GetObject","Resource":"*"}"#,
                &["ALLOW_WITH_NOT_PRINCIPAL"],
            ),
            (
                Trust,
                r#"{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"s3:GetObject"}"#,
                &["UNSUPPORTED_ACTION_IN_POLICY"],
            ),
            (
                Trust,
                r#"{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole","Resource":"*"}"#,
                &["ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE"],
            ),
        ] {
            assert_eq!(of_statement(statement, kind), expected, "{statement}");
        }
    }
}
