//! Findings about actions that let who has them do what somebody else may.

use super::place::Place;
use super::scope::Scope;
use super::{Linter, Severity};

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
                // Two full stops, as AWS says it.
                "Using NotAction with NotResource can be overly permissive because it can allow iam:PassRole permissions on multiple resources.. We recommend that you specify resource ARNs instead.",
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
    pub(super) fn delegations(&mut self, scope: &Scope<'_>) {
        for delegation in &DELEGATIONS {
            self.delegation(scope, delegation);
        }
    }

    /// An action that delegates, on resources that are not named.
    fn delegation(&mut self, scope: &Scope<'_>, delegation: &Delegation) {
        let statement = scope.statement;
        let (Some(actions), Some(resources)) = (&statement.actions, &statement.resources) else {
            return;
        };
        if !scope.allows() || scope.reads(delegation.narrowing) {
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
        let row = match resources.negated {
            true => 3,
            false if resources.texts().any(star) => 0,
            false => return,
        };
        let Some((code, message)) = delegation.findings.get(row + way) else {
            return;
        };
        // Both are to blame: each is named, and a negated element as a whole.
        let (_, not_action) = scope.element("Action", true);
        let (_, not_resource) = scope.element("Resource", true);
        let mut places: Vec<Place> = match way {
            2 => vec![not_action],
            _ => picked(scope.texts(actions, "Action"), |a| match way {
                0 => named(a),
                _ => covered(a),
            }),
        };
        match resources.negated {
            true => places.push(not_resource),
            false => places.extend(picked(scope.texts(resources, "Resource"), star)),
        }
        let severity = match delegation.security {
            true => Severity::SecurityWarning,
            false => Severity::Warning,
        };
        self.add(severity, code, *message, places);
    }
}

fn picked(texts: Vec<(&str, Place)>, picks: impl Fn(&str) -> bool) -> Vec<Place> {
    let all = texts.into_iter();
    all.filter(|(text, _)| picks(text))
        .map(|(_, p)| p)
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::lint::LintKind;
    use crate::lint::tests::of_statement;

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
                    "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE",
                    "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE",
                ],
            ),
            (
                r#""NotAction":"ec2:*""#,
                r#""Resource":"*""#,
                &[
                    "CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION",
                    "PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION",
                ],
            ),
            (r#""NotAction":"iam:*""#, r#""Resource":"*""#, &[]),
            (
                r#""Action":"iam:*""#,
                r#""NotResource":"arn:aws:iam::111111111111:role/a""#,
                &[
                    "CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE",
                    "PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE",
                ],
            ),
            (
                r#""NotAction":"ec2:*""#,
                r#""NotResource":"arn:aws:iam::111111111111:role/a""#,
                &[
                    "CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE",
                    "PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE",
                ],
            ),
            (
                r#""Action":["iam:CreateServiceLinkedRole","iam:passrole"]"#,
                r#""NotResource":"arn:aws:iam::111111111111:role/a""#,
                &[
                    "CREATE_SLR_WITH_NOT_RESOURCE",
                    "PASS_ROLE_WITH_NOT_RESOURCE",
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
