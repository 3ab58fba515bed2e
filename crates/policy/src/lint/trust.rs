//! Findings about trust policies.

use super::place::Place;
use super::scope::{Named, Scope};
use super::{Linter, Severity};

const ROLES_ANYWHERE: &str = "rolesanywhere.amazonaws.com";

/// The ways to assume a role, by whom each is for.
const WAYS: [(&str, Who); 3] = [
    ("sts:AssumeRole", Who::Account),
    ("sts:AssumeRoleWithSAML", Who::Saml),
    ("sts:AssumeRoleWithWebIdentity", Who::Oidc),
];

/// Whom a way to assume a role is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    /// Accounts, who is in them, and services.
    Account,
    /// Providers of SAML.
    Saml,
    /// Providers of OpenID Connect.
    Oidc,
    /// Nobody whom a trust policy can name.
    Nobody,
}

impl Who {
    pub(super) fn of(named: &Named) -> Self {
        if !named.is_a("Federated") {
            return Self::Account;
        }
        let text = named.text.as_str();
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        match parts.as_slice() {
            ["arn", _, "iam", "", _, resource] if resource.starts_with("saml-provider/") => {
                Self::Saml
            }
            ["arn", _, "iam", "", _, resource] if resource.starts_with("oidc-provider/") => {
                Self::Oidc
            }
            [domain] if is_domain(domain) => Self::Oidc,
            _ => Self::Nobody,
        }
    }
}

/// Whether a text has the form of a domain, which may have a path behind it.
fn is_domain(text: &str) -> bool {
    let (host, _) = text.split_once('/').unwrap_or((text, ""));
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    host.contains('.') && host.split('.').all(is_label)
}

impl Linter<'_> {
    pub(super) fn trust(&mut self, scope: &Scope<'_>) {
        for name in ["Resource", "NotResource"] {
            if scope.has(name) {
                let message = "Role trust policies apply to the role that they are attached to. You cannot specify a resource. Remove the Resource or NotResource element.";
                let code = "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE";
                self.error(code, message, &scope.place.to(name));
            }
        }
        let Some(element) = &scope.statement.principals else {
            return;
        };
        if element.negated {
            let message = "Role trust policies do not support NotPrincipal. Update the policy to use a Principal element instead.";
            let place = scope.place.to("NotPrincipal");
            self.error(
                "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL",
                message,
                &place,
            );
            return;
        }
        let named = scope.named();
        if let Some(everyone) = named.iter().find(|n| n.kind.is_none()) {
            let message = "\"Principal:\" \"*\" is not supported in the principal element of a role trust policy. Replace the wildcard with a valid principal value.";
            let code = "ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL";
            self.error(code, message, &everyone.place);
        }
        self.providers(&named);
        if scope.allows() {
            self.ways(scope, &named);
            self.claims(scope);
        }
        self.sessions(&named);
    }

    fn providers(&mut self, named: &[Named]) {
        let literal = |n: &&Named| !n.text.contains(['*', '?', '$']);
        for named in named.iter().filter(literal) {
            if Who::of(named) == Who::Nobody {
                let message = "The principal value specifies a federated principal that does not match the expected format. Update the federated principal to a domain name or a SAML metadata ARN.";
                let code = "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY";
                self.error(code, message, &named.place);
            }
        }
    }

    /// Ways to assume the role that are for nobody who is named.
    fn ways(&mut self, scope: &Scope<'_>, named: &[Named]) {
        let open = named.iter().any(|n| n.text.contains(['*', '?', '$']));
        if named.is_empty() || open || named.iter().any(|n| Who::of(n) == Who::Nobody) {
            return;
        }
        for (text, place) in scope.actions() {
            let way = WAYS.iter().find(|(way, _)| way.eq_ignore_ascii_case(text));
            let Some((_, who)) = way else { continue };
            if named.iter().any(|n| Who::of(n) == *who) {
                continue;
            }
            let names: Vec<&str> = named.iter().map(|n| n.text.as_str()).collect();
            let message = format!(
                "The {text} action is invalid with the following principal(s): {}. Use a SAML provider principal with the sts:AssumeRoleWithSAML action or use an OIDC provider principal with the sts:AssumeRoleWithWebIdentity action. Ensure the provider is Federated if you use either of the two options.",
                names.join(", ")
            );
            let mut places: Vec<Place> = vec![place];
            places.extend(named.iter().map(|n| n.place.clone()));
            let code = "MISMATCHED_ACTION_FOR_PRINCIPAL";
            self.add(Severity::Error, code, message, places);
        }
    }

    /// Sessions of roles that are named themselves.
    fn sessions(&mut self, named: &[Named]) {
        let in_aws: Vec<&Named> = named.iter().filter(|n| n.is_a("AWS")).collect();
        for session in &in_aws {
            let Some((account, role)) = role_of_session(&session.text) else {
                continue;
            };
            let is_parent = |n: &&&Named| role_of(&n.text) == Some((account, role));
            if let Some(parent) = in_aws.iter().find(is_parent) {
                let message = format!(
                    "The assumed-role principal {} is redundant with its parent role {}. Remove the assumed-role principal.",
                    session.text, parent.text
                );
                let code = "REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY";
                self.suggestion(code, message, &session.place);
            }
        }
    }

    /// What IAM Roles Anywhere needs to assume a role, looked for in all statements that name it.
    pub(super) fn roles_anywhere(&mut self, scopes: &[Scope<'_>]) {
        if self.kind != super::LintKind::Trust {
            return;
        }
        let names = |n: &Named| n.text == ROLES_ANYWHERE;
        let named: Vec<(&Scope<'_>, Named)> = scopes
            .iter()
            .filter(|scope| scope.allows())
            .filter_map(|scope| {
                let mut services = scope.named_as("Service").into_iter();
                services.find(names).map(|named| (scope, named))
            })
            .collect();
        let Some((_, first)) = named.first() else {
            return;
        };
        // A negated element gives them all; of one that could not be read nothing is known.
        let unclear = |s: &Scope<'_>| s.statement.actions.as_ref().is_none_or(|a| a.negated);
        if named.iter().any(|(scope, _)| unclear(scope)) {
            return;
        }
        let given = |needed: &str| {
            let mut actions = named.iter().flat_map(|(scope, _)| scope.actions());
            actions.any(|(text, _)| sekisho_arn::glob_ignore_case(text, needed))
        };
        let needed = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"];
        if !needed.into_iter().all(given) {
            let message = "The rolesanywhere.amazonaws.com service principal requires the sts:AssumeRole, sts:SetSourceIdentity, and sts:TagSession permissions to assume a role. Add the missing permissions to the policy.";
            let code = "MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY";
            let place = first.place.clone();
            self.error(code, message, &place);
        }
    }
}

/// The account and the name of a role, given its ARN.
fn role_of(arn: &str) -> Option<(&str, &str)> {
    let (front, path) = arn.split_once(":role/")?;
    Some((front.rsplit(':').next()?, path.rsplit('/').next()?))
}

/// The account and the name of a role, given the ARN of a session.
fn role_of_session(arn: &str) -> Option<(&str, &str)> {
    let (front, path) = arn.split_once(":assumed-role/")?;
    let (role, _) = path.split_once('/')?;
    Some((front.rsplit(':').next()?, role))
}

#[cfg(test)]
mod tests {
    use crate::lint::LintKind::{Resource, Trust};
    use crate::lint::tests::{codes, of_statement};

    fn of(principal: &str, action: &str) -> Vec<&'static str> {
        let statement = format!(
            r#"{{"Effect":"Allow","Principal":{principal},"Action":{action},"Condition":{{"StringEquals":{{"cognito-identity.amazonaws.com:aud":"a","accounts.google.com:aud":"b"}}}}}}"#
        );
        of_statement(&statement, Trust)
    }

    #[test]
    fn finds_in_trust_policies() {
        let plain = r#""sts:AssumeRole""#;
        let saml = r#"{"Federated":"arn:aws:iam::111111111111:saml-provider/a"}"#;
        let oidc = r#"{"Federated":"cognito-identity.amazonaws.com"}"#;
        let mismatched = &["MISMATCHED_ACTION_FOR_PRINCIPAL"][..];
        for (principal, action, expected) in [
            (r#"{"AWS":"111111111111"}"#, plain, &[][..]),
            (r#"{"AWS":"*"}"#, plain, &[]),
            (r#"{"Service":"ec2.amazonaws.com"}"#, plain, &[]),
            (
                r#""*""#,
                plain,
                &["ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL"],
            ),
            (saml, r#""sts:AssumeRoleWithSAML""#, &[]),
            (saml, r#""sts:AssumeRoleWithWebIdentity""#, mismatched),
            (
                saml,
                r#"["sts:AssumeRoleWithSAML","sts:SetSourceIdentity"]"#,
                &[],
            ),
            (oidc, r#""sts:AssumeRoleWithWebIdentity""#, &[]),
            (oidc, r#""sts:AssumeRole*""#, &[]),
            (oidc, plain, mismatched),
            (
                r#"{"AWS":"111111111111"}"#,
                r#""sts:AssumeRoleWithSAML""#,
                mismatched,
            ),
            // One of both is meant for each.
            (
                r#"{"AWS":"111111111111","Federated":"accounts.google.com"}"#,
                r#"["sts:AssumeRole","sts:AssumeRoleWithWebIdentity"]"#,
                &[],
            ),
            (
                r#"{"Federated":"google"}"#,
                r#""sts:AssumeRoleWithWebIdentity""#,
                &["INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY"],
            ),
            (
                r#"{"AWS":["arn:aws:iam::111111111111:role/path/a","arn:aws:sts::111111111111:assumed-role/a/b"]}"#,
                plain,
                &["REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY"],
            ),
            (
                r#"{"AWS":["arn:aws:iam::111111111111:role/a","arn:aws:sts::222222222222:assumed-role/a/b"]}"#,
                plain,
                &[],
            ),
        ] {
            assert_eq!(of(principal, action), expected, "{principal} {action}");
        }
        let others =
            r#"{"Effect":"Deny","NotPrincipal":{"AWS":"111111111111"},"Action":"sts:AssumeRole"}"#;
        assert_eq!(
            of_statement(others, Trust),
            ["ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL"]
        );
        let elsewhere = others.replace("sts:AssumeRole\"", "s3:GetObject\",\"Resource\":\"*\"");
        assert_eq!(of_statement(&elsewhere, Resource), [""; 0]);
        let resource = r#"{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole","Resource":"*"}"#;
        assert_eq!(
            of_statement(resource, Trust),
            ["ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE"]
        );
    }

    #[test]
    fn finds_what_roles_anywhere_lacks() {
        let of = |action: &str| {
            of_statement(
                &format!(
                    r#"{{"Effect":"Allow","Principal":{{"Service":"rolesanywhere.amazonaws.com"}},"Action":{action}}}"#
                ),
                Trust,
            )
        };
        let lacking = ["MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY"];
        assert_eq!(of(r#""sts:AssumeRole""#), lacking);
        assert_eq!(of(r#"["sts:AssumeRole","sts:TagSession"]"#), lacking);
        assert_eq!(
            of(r#"["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]"#),
            [""; 0]
        );
        assert_eq!(of(r#""sts:*""#), [""; 0]);
    }

    #[test]
    fn a_policy_about_assuming_roles_is_a_trust_policy() {
        // What AWS was recorded to answer about such a policy (command line interface, example of validate-policy).
        let text = r#"{"Version":"2012-10-17","Statement":[{"Sid":"","Effect":"Allow","Principal":{"Federated":"cognito-identity.amazonaws.com"},"Action":["sts:AssumeRole","sts:TagSession"],"Condition":{"StringEquals":{"cognito-identity.amazonaws.com:aud":"eu-central-1:pool"}}}]}"#;
        assert_eq!(
            codes(text, Resource),
            [
                "EMPTY_SID_VALUE",
                "MISMATCHED_ACTION_FOR_PRINCIPAL",
                "UNSUPPORTED_ACTION_FOR_CONDITION_KEY"
            ]
        );
    }
}
