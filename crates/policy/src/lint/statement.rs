//! Findings about statements: what they lack, whom they name, and what they give too much of.

use super::{LintKind, Linter, Severity};
use crate::document::{Effect, Element, PrincipalElement, PrincipalPattern, Statement, Version};

/// An action of IAM that lets who has it do what somebody else may, with its findings: for each way to name it, and
/// each way to name the resource.
struct Delegation {
    action: &'static str,
    /// A condition that narrows it enough.
    narrowing: &'static [&'static str],
    security: bool,
    findings: [(&'static str, &'static str); 6],
}

const DELEGATIONS: [Delegation; 2] = [
    Delegation {
        action: "iam:PassRole",
        narrowing: &["iam:passedtoservice", "iam:associatedresourcearn"],
        security: true,
        findings: [
            (
                "PASS_ROLE_WITH_STAR_IN_RESOURCE",
                "Using the iam:PassRole action with wildcards (*) in the resource can be overly permissive because it allows iam:PassRole permissions on multiple resources. We recommend that you specify resource ARNs or add the iam:PassedToService condition key to your statement.",
            ),
            (
                "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE",
                "Using wildcards (*) in the action and the resource can be overly permissive because it allows iam:PassRole permissions on all resources. We recommend that you specify resource ARNs or add the iam:PassedToService condition key to your statement.",
            ),
            (
                "PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION",
                "Using a resource with wildcards (*) and NotAction can be overly permissive because it allows iam:PassRole permissions on all resources. We recommend that you specify resource ARNs or add the iam:PassedToService condition key to your statement.",
            ),
            (
                "PASS_ROLE_WITH_NOT_RESOURCE",
                "Using the iam:PassRole action with NotResource can be overly permissive because it can allow iam:PassRole permissions on multiple resources. We recommend that you specify resource ARNs instead.",
            ),
            (
                "PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE",
                "Using an action with a wildcard (*) and NotResource can be overly permissive because it can allow iam:PassRole permissions on multiple resources. We recommend that you specify resource ARNs instead.",
            ),
            (
                "PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE",
                "Using NotAction with NotResource can be overly permissive because it can allow iam:PassRole permissions on multiple resources. We recommend that you specify resource ARNs instead.",
            ),
        ],
    },
    Delegation {
        action: "iam:CreateServiceLinkedRole",
        narrowing: &[],
        security: false,
        findings: [
            (
                "CREATE_SLR_WITH_STAR_IN_RESOURCE",
                "Using the iam:CreateServiceLinkedRole action with wildcards (*) in the resource can allow creation of unintended service-linked roles. We recommend that you specify resource ARNs instead.",
            ),
            (
                "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE",
                "Using wildcards (*) in the action and the resource can allow creation of unintended service-linked roles because it allows iam:CreateServiceLinkedRole permissions on all resources. We recommend that you specify resource ARNs instead.",
            ),
            (
                "CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION",
                "Using a resource with wildcards (*) and NotAction can allow creation of unintended service-linked roles because it allows iam:CreateServiceLinkedRole permissions on all resources. We recommend that you specify resource ARNs instead.",
            ),
            (
                "CREATE_SLR_WITH_NOT_RESOURCE",
                "Using the iam:CreateServiceLinkedRole action with NotResource can allow creation of unintended service-linked roles for multiple resources. We recommend that you specify resource ARNs instead.",
            ),
            (
                "CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE",
                "Using an action with a wildcard(*) and NotResource can allow creation of unintended service-linked roles because it can allow iam:CreateServiceLinkedRole permissions on multiple resources. We recommend that you specify resource ARNs instead.",
            ),
            (
                "CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE",
                "Using NotAction with NotResource can allow creation of unintended service-linked roles because it allows iam:CreateServiceLinkedRole permissions on multiple resources. We recommend that you specify resource ARNs instead.",
            ),
        ],
    },
];

impl Linter<'_> {
    pub(super) fn statement(&mut self, index: usize, statement: &Statement, version: Version) {
        let span = statement.span;
        let here = (Some(index), &[][..]);
        if statement.actions.is_none() {
            let message = "Add an Action or NotAction element to the policy statement.";
            self.add(Severity::Error, "MISSING_ACTION", message, here, span);
        }
        if statement.resources.is_none() && self.kind != LintKind::Trust {
            let message = "Add a Resource or NotResource element to the policy statement.";
            self.add(Severity::Error, "MISSING_RESOURCE", message, here, span);
        }
        self.principal(index, statement);
        if let Some(element) = &statement.actions {
            self.actions(index, element);
        }
        if let Some(element) = &statement.resources {
            self.resources(index, element, version);
        }
        self.conditions(index, statement, version);
        self.tags(index, statement);
        for delegation in &DELEGATIONS {
            self.delegation(index, statement, delegation);
        }
    }

    fn principal(&mut self, index: usize, statement: &Statement) {
        let Some(element) = &statement.principals else {
            let wanted = match self.kind {
                LintKind::Resource | LintKind::Trust | LintKind::ResourceControl => true,
                LintKind::Identity | LintKind::ServiceControl => false,
            };
            if wanted {
                let message = "Add a Principal element to the policy statement.";
                self.add(
                    Severity::Error,
                    "MISSING_PRINCIPAL",
                    message,
                    (Some(index), &[]),
                    statement.span,
                );
            }
            return;
        };
        let name = match element.negated {
            true => "NotPrincipal",
            false => "Principal",
        };
        let place = (Some(index), &[name][..]);
        match self.kind {
            LintKind::Identity => {
                let message = "The policy type IDENTITY_POLICY does not support the Principal element. Remove the Principal element.";
                self.add(
                    Severity::Error,
                    "UNSUPPORTED_PRINCIPAL",
                    message,
                    place,
                    element.span,
                );
                return;
            }
            LintKind::ServiceControl => {
                let message = "SCPs do not support specifying principals. Remove the Principal or NotPrincipal element.";
                self.add(
                    Severity::Error,
                    "SCP_SYNTAX_ERROR_PRINCIPAL",
                    message,
                    place,
                    element.span,
                );
                return;
            }
            LintKind::Resource | LintKind::Trust | LintKind::ResourceControl => {}
        }
        if element.patterns.is_empty() {
            let width = element.span.end.saturating_sub(element.span.start);
            let code = match width {
                2 => "EMPTY_OBJECT_PRINCIPAL",
                _ => "EMPTY_ARRAY_PRINCIPAL",
            };
            let message = "This statement includes no principals and does not affect the policy. Specify principals.";
            self.add(Severity::Suggestion, code, message, place, element.span);
        }
        if element.negated && statement.effect == Effect::Allow {
            let message = "Using Allow with NotPrincipal can be overly permissive. We recommend that you use Principal instead.";
            self.add(
                Severity::SecurityWarning,
                "ALLOW_WITH_NOT_PRINCIPAL",
                message,
                place,
                element.span,
            );
        }
        self.named(index, name, element);
    }

    /// Who is named, one by one.
    fn named(&mut self, index: usize, name: &str, element: &PrincipalElement) {
        let place = (Some(index), &[name][..]);
        for pattern in &element.patterns {
            let (kind, text) = match pattern {
                PrincipalPattern::Arn(text) | PrincipalPattern::Id(text) => ("AWS", text),
                PrincipalPattern::Service(text) => ("Service", text),
                PrincipalPattern::Federated(text) => ("Federated", text),
                PrincipalPattern::Canonical(text) => ("CanonicalUser", text),
                PrincipalPattern::Any | PrincipalPattern::Account(_) => continue,
            };
            if text.contains("${") {
                self.variable_in_element(place, element.span);
            } else if text.contains(['*', '?']) {
                let message = format!(
                    "Wildcards (*, ?) are not supported with the principal key {kind}. Replace the wildcard with a valid principal value."
                );
                self.add(
                    Severity::Error,
                    "UNSUPPORTED_WILDCARD_IN_PRINCIPAL",
                    message,
                    place,
                    element.span,
                );
            }
            let PrincipalPattern::Id(id) = pattern else {
                continue;
            };
            match id.get(..4) {
                Some("AROA") => {
                    let message = "The Principal element includes the IAM role ID. We recommend that you use a role ARN instead.";
                    self.add(
                        Severity::Warning,
                        "INVALID_ROLE_REFERENCE",
                        message,
                        place,
                        element.span,
                    );
                }
                Some("AIDA") => {
                    let message = "The Principal element includes the IAM user ID. We recommend that you use a user ARN instead.";
                    self.add(
                        Severity::Warning,
                        "INVALID_USER_REFERENCE",
                        message,
                        place,
                        element.span,
                    );
                }
                _ => {}
            }
        }
    }

    fn actions(&mut self, index: usize, element: &Element) {
        let name = match element.negated {
            true => "NotAction",
            false => "Action",
        };
        let place = (Some(index), &[name][..]);
        let texts: Vec<&str> = element.texts().collect();
        if texts.is_empty() {
            let message = "This statement includes no actions and does not affect the policy. Specify actions.";
            self.add(
                Severity::Suggestion,
                "EMPTY_ARRAY_ACTION",
                message,
                place,
                element.span,
            );
        }
        for text in texts.iter().filter(|t| **t != "*") {
            if text.contains("${") {
                self.variable_in_element(place, element.span);
                continue;
            }
            if let Some((code, message)) = self.action(text) {
                self.add(Severity::Error, code, message, place, element.span);
            }
        }
        self.redundant_actions(&texts, place, element.span);
    }

    /// What is wrong with the name of an action.
    fn action(&self, text: &str) -> Option<(&'static str, String)> {
        let Some((service, action)) = text.split_once(':') else {
            let message = format!("The action {text} must be of the form service:action.");
            return Some(("INVALID_ACTION", message));
        };
        let lower = service.to_ascii_lowercase();
        if self.kind == LintKind::Trust && lower != "sts" {
            let message = format!(
                "The action {text} is not supported in a role trust policy. Use an action of sts."
            );
            return Some(("UNSUPPORTED_ACTION_IN_POLICY", message));
        }
        let open = service.contains(['*', '?']);
        if open {
            return None;
        }
        if self.reference.has_service(&lower) == Some(false) {
            let message = format!("The service {service} specified in the action does not exist.");
            return Some(("INVALID_SERVICE_IN_ACTION", message));
        }
        let unknown = self.reference.has_action(&lower, action) == Some(false);
        unknown.then(|| {
            (
                "INVALID_ACTION",
                format!("The action {text} does not exist."),
            )
        })
    }

    /// An action that delegates, on resources that are not named.
    fn delegation(&mut self, index: usize, statement: &Statement, delegation: &Delegation) {
        let (Some(actions), Some(resources)) = (&statement.actions, &statement.resources) else {
            return;
        };
        let mut conditions = statement.conditions.iter();
        let narrowed = conditions.any(|c| delegation.narrowing.contains(&c.key.as_str()));
        if statement.effect != Effect::Allow || narrowed {
            return;
        }
        let named = |a: &str| a.eq_ignore_ascii_case(delegation.action);
        let covered = |a: &str| sekisho_arn::glob_ignore_case(a, delegation.action);
        let way = match actions.negated {
            false if actions.texts().any(named) => 0,
            false if actions.texts().any(covered) => 1,
            true if !actions.texts().any(covered) => 2,
            _ => return,
        };
        let star = |r: &str| r == "*" || r.ends_with(":role/*");
        let (name, row) = match resources.negated {
            true => ("NotResource", 3),
            false if resources.texts().any(star) => ("Resource", 0),
            false => return,
        };
        let Some((code, message)) = delegation.findings.get(row + way) else {
            return;
        };
        let place = (Some(index), &[name][..]);
        match delegation.security {
            true => self.add(
                Severity::SecurityWarning,
                code,
                *message,
                place,
                resources.span,
            ),
            false => self.add(Severity::Warning, code, *message, place, resources.span),
        }
    }
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
                &["UNSUPPORTED_RESOURCE"],
            ),
        ] {
            assert_eq!(of_statement(statement, kind), expected, "{statement}");
        }
    }

    #[test]
    fn finds_who_gets_roles() {
        for (action, resource, expected) in [
            (
                r#""Action":"iam:PassRole""#,
                r#""Resource":"*""#,
                &["PASS_ROLE_WITH_STAR_IN_RESOURCE"][..],
            ),
            (
                r#""Action":"iam:PassRole""#,
                r#""Resource":"arn:aws:iam::*:role/*""#,
                &["PASS_ROLE_WITH_STAR_IN_RESOURCE"],
            ),
            (
                r#""Action":"iam:PassRole""#,
                r#""Resource":"arn:aws:iam::*:role/Service*""#,
                &[],
            ),
            (
                r#""Action":"*""#,
                r#""Resource":"*""#,
                &[
                    "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE",
                    "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE",
                ],
            ),
            (
                r#""NotAction":"ec2:*""#,
                r#""Resource":"*""#,
                &[
                    "PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION",
                    "CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION",
                ],
            ),
            (r#""NotAction":"iam:*""#, r#""Resource":"*""#, &[]),
            (
                r#""Action":"iam:*""#,
                r#""NotResource":"arn:aws:iam::111111111111:role/a""#,
                &[
                    "PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE",
                    "CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE",
                ],
            ),
            (
                r#""NotAction":"ec2:*""#,
                r#""NotResource":"arn:aws:iam::111111111111:role/a""#,
                &[
                    "PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE",
                    "CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE",
                ],
            ),
            (
                r#""Action":["iam:CreateServiceLinkedRole","iam:passrole"]"#,
                r#""NotResource":"arn:aws:iam::111111111111:role/a""#,
                &[
                    "PASS_ROLE_WITH_NOT_RESOURCE",
                    "CREATE_SLR_WITH_NOT_RESOURCE",
                ],
            ),
            (
                r#""Action":"iam:CreateServiceLinkedRole""#,
                r#""Resource":"*""#,
                &["CREATE_SLR_WITH_STAR_IN_RESOURCE"],
            ),
        ] {
            let statement = format!(r#"{{"Effect":"Allow",{action},{resource}}}"#);
            assert_eq!(
                of_statement(&statement, LintKind::Identity),
                expected,
                "{statement}"
            );
            let denied = statement.replace("Allow", "Deny");
            assert_eq!(
                of_statement(&denied, LintKind::Identity),
                [""; 0],
                "{denied}"
            );
        }
        let narrowed = r#"{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"codepipeline.amazonaws.com"}}}"#;
        assert_eq!(of_statement(narrowed, LintKind::Identity), [""; 0]);
    }
}
