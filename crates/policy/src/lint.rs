//! Findings about documents that AWS stores all the same: what IAM Access Analyzer's `ValidatePolicy` says.
//!
//! Issue codes and sentences are those of the IAM user guide, "IAM Access Analyzer policy check reference". Which
//! actions and condition keys exist is asked of a [`Reference`]; of a service that it does not know nothing is said.

use crate::document::{Document, Effect, Element, PrincipalElement, PrincipalPattern, Statement};
use crate::json::Span;
use crate::parse::{DocumentError, Fault};

/// What services offer.
pub trait Reference {
    /// Whether there is a service with this prefix, in lower case. `None`: not known.
    fn has_service(&self, _service: &str) -> Option<bool> {
        None
    }
    /// Whether the service has the action. `None`: the service is not known.
    fn has_action(&self, service: &str, action: &str) -> Option<bool>;
    /// Whether the service has the condition key, both in lower case. `None`: the service is not known.
    fn has_key(&self, service: &str, key: &str) -> Option<bool>;
}

/// Knows nothing, so that nothing is unknown.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoReference;

impl Reference for NoReference {
    fn has_action(&self, _: &str, _: &str) -> Option<bool> {
        None
    }

    fn has_key(&self, _: &str, _: &str) -> Option<bool> {
        None
    }
}

/// The kinds of documents that are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LintKind {
    /// Policies of users, groups and roles.
    Identity,
    /// Policies of resources.
    Resource,
    /// Trust policies.
    Trust,
    /// Service control policies.
    ServiceControl,
    /// Resource control policies.
    ResourceControl,
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The statement does not work.
    Error,
    /// It is overly permissive.
    SecurityWarning,
    /// It does not keep to best practice, without being a risk.
    Warning,
    /// It can be made better.
    Suggestion,
}

impl Severity {
    /// Its name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "ERROR",
            Self::SecurityWarning => "SECURITY_WARNING",
            Self::Warning => "WARNING",
            Self::Suggestion => "SUGGESTION",
        }
    }
}

/// A step on the way to a place in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A member.
    Value(String),
    /// An element of a list.
    Index(usize),
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How grave.
    pub severity: Severity,
    /// The issue code, for example `INVALID_ACTION`.
    pub code: &'static str,
    /// The sentence.
    pub message: String,
    /// Where in the document's structure.
    pub path: Vec<Step>,
    /// Where in its text.
    pub span: Span,
}

/// All findings about `text`, in the order of the text.
#[must_use]
pub fn lint(text: &str, kind: LintKind, reference: &dyn Reference) -> Vec<Finding> {
    let document: Document = match text.parse() {
        Ok(document) => document,
        Err(error) => return vec![unreadable(text, &error)],
    };
    let mut linter = Linter {
        kind,
        reference,
        findings: Vec::new(),
    };
    linter.document(&document);
    linter.findings.sort_by_key(|f| f.span.start);
    linter.findings
}

fn unreadable(text: &str, error: &DocumentError) -> Finding {
    let (code, span) = match error {
        DocumentError::Json(e) => (
            "JSON_SYNTAX_ERROR",
            Span {
                start: e.at.min(text.len()),
                end: text.len(),
            },
        ),
        DocumentError::Grammar { fault, span } => {
            let code = match fault {
                Fault::Missing("Statement") => "MISSING_STATEMENT",
                Fault::Missing("Effect") => "MISSING_EFFECT",
                Fault::Effect(_) => "INVALID_EFFECT",
                Fault::Operator(_) => "INVALID_CONDITION_OPERATOR",
                Fault::Version => "INVALID_VERSION",
                Fault::UnknownField(_) => "INVALID_POLICY_ELEMENT",
                _ => "POLICY_SYNTAX_ERROR",
            };
            (code, *span)
        }
    };
    Finding {
        severity: Severity::Error,
        code,
        message: match code {
            "JSON_SYNTAX_ERROR" => format!("Fix the JSON syntax error: {error}."),
            "MISSING_STATEMENT" => "Add a statement to the policy.".to_owned(),
            "MISSING_EFFECT" => {
                "Add an Effect element to the policy statement with a value of Allow or Deny."
                    .to_owned()
            }
            _ => format!("{error}."),
        },
        path: Vec::new(),
        span,
    }
}

struct Linter<'r> {
    kind: LintKind,
    reference: &'r dyn Reference,
    findings: Vec<Finding>,
}

impl Linter<'_> {
    fn add(
        &mut self,
        severity: Severity,
        code: &'static str,
        message: impl Into<String>,
        place: (Option<usize>, &[&str]),
        span: Span,
    ) {
        let mut path = Vec::new();
        if let Some(index) = place.0 {
            path.push(Step::Value("Statement".to_owned()));
            path.push(Step::Index(index));
        }
        path.extend(place.1.iter().map(|p| Step::Value((*p).to_owned())));
        self.findings.push(Finding {
            severity,
            code,
            message: message.into(),
            path,
            span,
        });
    }

    fn document(&mut self, document: &Document) {
        let whole = Span {
            start: 0,
            end: document.text.len(),
        };
        let versioned = document.text.contains("\"Version\"");
        if !versioned {
            let message = "We recommend that you specify the Version element to help you with debugging permission issues.";
            self.add(
                Severity::Warning,
                "MISSING_VERSION",
                message,
                (None, &[]),
                whole,
            );
        }
        if document.statements().is_empty() {
            let message = "Add a statement to the policy.";
            self.add(
                Severity::Error,
                "MISSING_STATEMENT",
                message,
                (None, &[]),
                whole,
            );
        }
        let mut sids: Vec<&str> = Vec::new();
        for (index, statement) in document.statements().iter().enumerate() {
            if let Some(sid) = statement.sid.as_deref().filter(|s| !s.is_empty()) {
                if sids.contains(&sid) {
                    let message = format!(
                        "The statement ID is not unique: {sid}. Use a unique Sid in the policy."
                    );
                    self.add(
                        Severity::Error,
                        "UNIQUE_SIDS_REQUIRED",
                        message,
                        (Some(index), &["Sid"]),
                        statement.span,
                    );
                }
                sids.push(sid);
            }
            self.statement(index, statement);
        }
    }

    fn statement(&mut self, index: usize, statement: &Statement) {
        let span = statement.span;
        let here = (Some(index), &[][..]);
        if statement.actions.is_none() {
            let message = "Add an Action or NotAction element to the policy statement.";
            self.add(Severity::Error, "MISSING_ACTION", message, here, span);
        }
        let wants_resource = self.kind != LintKind::Trust;
        if statement.resources.is_none() && wants_resource {
            let message = "Add a Resource or NotResource element to the policy statement.";
            self.add(Severity::Error, "MISSING_RESOURCE", message, here, span);
        }
        if let (Some(resources), LintKind::Trust) = (&statement.resources, self.kind) {
            let message = "The Resource element is not supported in a role trust policy. Remove the Resource element.";
            self.add(
                Severity::Error,
                "UNSUPPORTED_RESOURCE",
                message,
                (Some(index), &["Resource"]),
                resources.span,
            );
        }
        self.principal(index, statement);
        if let Some(element) = &statement.actions {
            self.actions(index, element);
        }
        for condition in &statement.conditions {
            let operators: &[&str] = &[
                "Condition",
                &condition.written_operator,
                &condition.written_key,
            ];
            if let Some((service, _)) = condition.key.split_once(':') {
                let message = match (service, self.reference.has_key(service, &condition.key)) {
                    ("aws", Some(false)) => Some((
                        "INVALID_GLOBAL_CONDITION_KEY",
                        format!(
                            "The condition key {} does not exist. Use a valid condition key.",
                            condition.written_key
                        ),
                    )),
                    (_, Some(false)) => Some((
                        "INVALID_SERVICE_CONDITION_KEY",
                        format!(
                            "The condition key {} does not exist in the service {service}. Use a valid condition key.",
                            condition.written_key
                        ),
                    )),
                    _ => None,
                };
                if let Some((code, message)) = message {
                    self.add(
                        Severity::Error,
                        code,
                        message,
                        (Some(index), operators),
                        condition.span,
                    );
                }
            }
        }
        self.pass_role(index, statement);
    }

    fn principal(&mut self, index: usize, statement: &Statement) {
        let span = statement.span;
        let wanted = match self.kind {
            LintKind::Resource | LintKind::Trust | LintKind::ResourceControl => true,
            LintKind::Identity | LintKind::ServiceControl => false,
        };
        match &statement.principals {
            None if wanted => {
                let message = "Add a Principal element to the policy statement.";
                self.add(
                    Severity::Error,
                    "MISSING_PRINCIPAL",
                    message,
                    (Some(index), &[]),
                    span,
                );
            }
            Some(element) if !wanted => {
                let name = if self.kind == LintKind::Identity {
                    "IDENTITY_POLICY"
                } else {
                    "SERVICE_CONTROL_POLICY"
                };
                let message = format!(
                    "The policy type {name} does not support the Principal element. Remove the Principal element."
                );
                self.add(
                    Severity::Error,
                    "UNSUPPORTED_PRINCIPAL",
                    message,
                    (Some(index), &["Principal"]),
                    element.span,
                );
            }
            Some(element) if element.negated && statement.effect == Effect::Allow => {
                let message = "Using Allow with NotPrincipal can be overly permissive. We recommend that you use Principal instead.";
                self.add(
                    Severity::SecurityWarning,
                    "ALLOW_WITH_NOT_PRINCIPAL",
                    message,
                    (Some(index), &["NotPrincipal"]),
                    element.span,
                );
            }
            Some(element) => self.partial_wildcards(index, element),
            None => {}
        }
    }

    fn partial_wildcards(&mut self, index: usize, element: &PrincipalElement) {
        for pattern in &element.patterns {
            let (PrincipalPattern::Arn(text) | PrincipalPattern::Id(text)) = pattern else {
                continue;
            };
            if text.contains(['*', '?']) {
                let message = format!(
                    "The Principal element {text} contains a wildcard. Wildcards in part of a principal are not supported: use * alone, or name the principal in full."
                );
                self.add(
                    Severity::Error,
                    "INVALID_PRINCIPAL_FORMAT",
                    message,
                    (Some(index), &["Principal"]),
                    element.span,
                );
            }
        }
    }

    fn actions(&mut self, index: usize, element: &Element) {
        let name = if element.negated {
            "NotAction"
        } else {
            "Action"
        };
        for text in element.texts().filter(|t| *t != "*") {
            let Some((service, action)) = text.split_once(':') else {
                let message = format!("The action {text} must be of the form service:action.");
                self.add(
                    Severity::Error,
                    "INVALID_ACTION",
                    message,
                    (Some(index), &[name]),
                    element.span,
                );
                continue;
            };
            if self.kind == LintKind::Trust && !service.eq_ignore_ascii_case("sts") {
                let message = format!(
                    "The action {text} is not supported in a role trust policy. Use an action of sts."
                );
                self.add(
                    Severity::Error,
                    "UNSUPPORTED_ACTION_IN_POLICY",
                    message,
                    (Some(index), &[name]),
                    element.span,
                );
            } else if !service.contains(['*', '?'])
                && self.reference.has_service(&service.to_ascii_lowercase()) == Some(false)
            {
                let message =
                    format!("The service {service} specified in the action does not exist.");
                self.add(
                    Severity::Error,
                    "INVALID_SERVICE_IN_ACTION",
                    message,
                    (Some(index), &[name]),
                    element.span,
                );
            } else if self
                .reference
                .has_action(&service.to_ascii_lowercase(), action)
                == Some(false)
            {
                let message = format!("The action {text} does not exist.");
                self.add(
                    Severity::Error,
                    "INVALID_ACTION",
                    message,
                    (Some(index), &[name]),
                    element.span,
                );
            }
        }
        let texts: Vec<&str> = element.texts().collect();
        let redundant = texts.iter().enumerate().find(|(i, text)| {
            texts.iter().enumerate().any(|(j, other)| {
                let wider = sekisho_arn::glob_ignore_case(other, text);
                let same = other.eq_ignore_ascii_case(text);
                j != *i && wider && (!same || j < *i)
            })
        });
        if let Some((_, text)) = redundant {
            let message = format!(
                "The action {text} is redundant because another action of the statement provides the same permissions. Update the policy to remove the redundant action."
            );
            self.add(
                Severity::Suggestion,
                "REDUNDANT_ACTION",
                message,
                (Some(index), &[name]),
                element.span,
            );
        }
    }

    /// `iam:PassRole` on every role.
    fn pass_role(&mut self, index: usize, statement: &Statement) {
        let (Some(actions), Some(resources)) = (&statement.actions, &statement.resources) else {
            return;
        };
        let star = !resources.negated && resources.texts().any(|r| r == "*");
        let narrowed = statement
            .conditions
            .iter()
            .any(|c| c.key == "iam:passedtoservice" || c.key == "iam:associatedresourcearn");
        if statement.effect != Effect::Allow || actions.negated || !star || narrowed {
            return;
        }
        let exact = actions
            .texts()
            .any(|a| a.eq_ignore_ascii_case("iam:PassRole"));
        let wild = actions
            .texts()
            .any(|a| a.contains(['*', '?']) && sekisho_arn::glob_ignore_case(a, "iam:PassRole"));
        if exact {
            let message = "Using the iam:PassRole action with wildcards (*) in the resource can be overly permissive because it allows iam:PassRole permissions on multiple resources. We recommend that you specify resource ARNs or add the iam:PassedToService condition key to your statement.";
            self.add(
                Severity::SecurityWarning,
                "PASS_ROLE_WITH_STAR_IN_RESOURCE",
                message,
                (Some(index), &["Resource"]),
                resources.span,
            );
        } else if wild {
            let message = "Using wildcards (*) in the action and the resource can be overly permissive because it allows iam:PassRole permissions on all resources. We recommend that you specify resource ARNs or add the iam:PassedToService condition key to your statement.";
            self.add(
                Severity::SecurityWarning,
                "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE",
                message,
                (Some(index), &["Resource"]),
                resources.span,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct S3;

    impl Reference for S3 {
        fn has_action(&self, service: &str, action: &str) -> Option<bool> {
            (service == "s3").then(|| sekisho_arn::glob_ignore_case(action, "GetObject"))
        }

        fn has_key(&self, service: &str, key: &str) -> Option<bool> {
            (service == "s3").then_some(key == "s3:prefix")
        }
    }

    fn codes(text: &str, kind: LintKind) -> Vec<&'static str> {
        lint(text, kind, &S3).into_iter().map(|f| f.code).collect()
    }

    #[test]
    fn finds() {
        let with =
            |statement: &str| format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
        let identity = |statement: &str| codes(&with(statement), LintKind::Identity);
        let nothing: [&str; 0] = [];
        assert_eq!(
            identity(r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#),
            nothing
        );
        assert_eq!(
            identity(r#"{"Effect":"Allow","Action":"s3:GetObjects","Resource":"*"}"#),
            ["INVALID_ACTION"]
        );
        assert_eq!(
            identity(r#"{"Effect":"Allow","Action":"ec2:Whatever","Resource":"*"}"#),
            nothing
        );
        assert_eq!(
            identity(r#"{"Effect":"Allow","Action":"s3:GetObject"}"#),
            ["MISSING_RESOURCE"]
        );
        assert_eq!(
            identity(r#"{"Effect":"Allow","Resource":"*"}"#),
            ["MISSING_ACTION"]
        );
        assert_eq!(
            identity(r#"{"Effect":"Allow","Action":["s3:*","s3:GetObject"],"Resource":"*"}"#),
            ["REDUNDANT_ACTION"]
        );
        assert_eq!(
            identity(r#"{"Effect":"Allow","Action":"iam:PassRole","Resource":"*"}"#),
            ["PASS_ROLE_WITH_STAR_IN_RESOURCE"]
        );
        assert_eq!(
            identity(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#),
            ["PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE"]
        );
        assert_eq!(
            identity(
                r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"s3:prefixes":"x"}}}"#
            ),
            ["INVALID_SERVICE_CONDITION_KEY"]
        );
        assert_eq!(
            identity(
                r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}"#
            ),
            ["UNSUPPORTED_PRINCIPAL"]
        );
        assert_eq!(
            codes(r#"{"Statement":[]}"#, LintKind::Identity),
            ["MISSING_VERSION", "MISSING_STATEMENT"]
        );
        assert_eq!(codes("{", LintKind::Identity), ["JSON_SYNTAX_ERROR"]);
        assert_eq!(
            codes(
                &with(r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#),
                LintKind::Resource
            ),
            ["MISSING_PRINCIPAL"]
        );
        assert_eq!(
            codes(
                &with(
                    r#"{"Effect":"Allow","NotPrincipal":{"AWS":"111111111111"},"Action":"s3:GetObject","Resource":"*"}"#
                ),
                LintKind::Resource
            ),
            ["ALLOW_WITH_NOT_PRINCIPAL"]
        );
        assert_eq!(
            codes(
                &with(
                    r#"{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"s3:GetObject"}"#
                ),
                LintKind::Trust
            ),
            ["UNSUPPORTED_ACTION_IN_POLICY"]
        );
    }

    #[test]
    fn findings_have_places() {
        let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObjects","Resource":"*"}]}"#;
        let finding = lint(text, LintKind::Identity, &S3).remove(0);
        assert_eq!(
            text.get(finding.span.start..finding.span.end),
            Some("\"s3:GetObjects\"")
        );
        let path = [
            Step::Value("Statement".into()),
            Step::Index(0),
            Step::Value("Action".into()),
        ];
        assert_eq!(finding.path, path);
    }
}
