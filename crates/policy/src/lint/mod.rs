//! Findings about documents that AWS stores all the same: what IAM Access Analyzer's `ValidatePolicy` says.
//!
//! Issue codes and sentences are those of the IAM user guide, "IAM Access Analyzer policy check reference". Which
//! actions and condition keys exist is asked of a [`Reference`]; of a service that it does not know nothing is said.

mod arn;
mod conditions;
mod redundant;
mod statement;
mod tags;
mod variables;

use crate::document::{Document, Statement};
use crate::json::{self, Json, Node, Span};
use crate::parse::{DocumentError, Fault};

/// What a service control policy may hold, in characters (Organizations user guide, quotas).
const SCP_SIZE: usize = 10_240;

/// What a managed policy may hold, in characters without white space (IAM user guide, quotas).
const MANAGED_POLICY_SIZE: usize = 6144;

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
    /// The type of the condition key, both in lower case, as the service authorization reference has it: `String`,
    /// `ArrayOfString`, `Bool`, `Numeric`, `Date`, `ARN`, `IPAddress`, `Binary`. `None`: not known.
    fn key_type(&self, _service: &str, _key: &str) -> Option<&'static str> {
        None
    }
    /// Whether any action of the service that `action` stands for, which may hold wildcards, is decided with the tags
    /// of its resource: `aws:ResourceTag/…`. `None`: not known.
    fn reads_tags(&self, _service: &str, _action: &str) -> Option<bool> {
        None
    }
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
    let Ok(json) = json::parse(text) else {
        return Vec::new();
    };
    let mut linter = Linter {
        kind,
        reference,
        findings: Vec::new(),
    };
    linter.document(&document, &json);
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
                Fault::Both(_) => "UNSUPPORTED_ELEMENT_COMBINATION",
                Fault::PrincipalType(_) => "INVALID_PRINCIPAL_KEY",
                Fault::Operator(name) if name.to_ascii_lowercase().ends_with("nullifexists") => {
                    "NULL_WITH_IF_EXISTS"
                }
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
            "NULL_WITH_IF_EXISTS" => "The Null condition operator cannot be used with the IfExists suffix. Update the operator or the suffix.".to_owned(),
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

/// A place in a document: the statement, and the members on the way from there.
type Place<'p> = (Option<usize>, &'p [&'p str]);

impl Linter<'_> {
    fn add(
        &mut self,
        severity: Severity,
        code: &'static str,
        message: impl Into<String>,
        place: Place<'_>,
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

    /// `json` is what `document` was read from.
    fn document(&mut self, document: &Document, json: &Node) {
        let whole = json.span;
        if member(json, "Version").is_none() {
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
        let size = document.text.chars().filter(|c| !c.is_whitespace()).count();
        if self.kind == LintKind::Identity && size > MANAGED_POLICY_SIZE {
            let message = "The characters in the identity policy, excluding whitespace, exceed the character maximum for inline and managed policies. We recommend that you use multiple granular policies.";
            self.add(
                Severity::Warning,
                "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
                message,
                (None, &[]),
                whole,
            );
        }
        if self.kind == LintKind::ServiceControl && document.text.chars().count() > SCP_SIZE {
            let message = "The characters in the service control policy (SCP) exceed the character maximum for SCPs. We recommend that you use multiple granular policies.";
            self.add(
                Severity::Error,
                "POLICY_SIZE_EXCEEDS_SCP_QUOTA",
                message,
                (None, &[]),
                whole,
            );
        }
        self.redundant_statements(document.statements());
        let written = match member(json, "Statement") {
            Some(Node {
                value: Json::Array(items),
                ..
            }) => items.iter().collect(),
            other => other.into_iter().collect::<Vec<_>>(),
        };
        let mut sids: Vec<&str> = Vec::new();
        for (index, statement) in document.statements().iter().enumerate() {
            self.sid(index, statement, &mut sids);
            self.statement(index, statement, document.version);
            let condition = written.get(index).and_then(|s| member(s, "Condition"));
            if let Some(condition) = condition.filter(|c| holds_nothing(c)) {
                let message = "This condition block is empty and it does not affect the policy. Specify conditions.";
                let place = (Some(index), &["Condition"][..]);
                self.add(
                    Severity::Suggestion,
                    "EMPTY_OBJECT_CONDITION",
                    message,
                    place,
                    condition.span,
                );
            }
        }
    }

    fn sid<'s>(&mut self, index: usize, statement: &'s Statement, seen: &mut Vec<&'s str>) {
        let Some(sid) = statement.sid.as_deref() else {
            return;
        };
        let place = (Some(index), &["Sid"][..]);
        if sid.is_empty() {
            let message = "Add a value to the empty string in the Sid element.";
            self.add(
                Severity::Suggestion,
                "EMPTY_SID_VALUE",
                message,
                place,
                statement.span,
            );
            return;
        }
        let narrow = matches!(self.kind, LintKind::Identity | LintKind::Trust);
        if narrow && !sid.bytes().all(|b| b.is_ascii_alphanumeric()) {
            let message = "Update the characters in the Sid element to use one of the following character types: [a-z, A-Z, 0-9]";
            self.add(
                Severity::Error,
                "UNSUPPORTED_SID",
                message,
                place,
                statement.span,
            );
        }
        if seen.contains(&sid) && self.kind == LintKind::Resource {
            let message = "We recommend that you use statement IDs that are unique to your policy. Update the Sid value.";
            self.add(
                Severity::Warning,
                "UNIQUE_SIDS_RECOMMENDED",
                message,
                place,
                statement.span,
            );
        } else if seen.contains(&sid) {
            let message = "Duplicate statement IDs are not supported for this policy type. Update the Sid value.";
            self.add(
                Severity::Error,
                "UNIQUE_SIDS_REQUIRED",
                message,
                place,
                statement.span,
            );
        }
        seen.push(sid);
    }
}

/// The member of an object.
fn member<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    let Json::Object(members) = &node.value else {
        return None;
    };
    members.iter().find(|(k, _)| k == name).map(|(_, n)| n)
}

/// Whether an object is empty, or has nothing but empty objects.
fn holds_nothing(node: &Node) -> bool {
    matches!(&node.value, Json::Object(members) if members.iter().all(|(_, n)| {
        matches!(&n.value, Json::Object(inner) if inner.is_empty())
    }))
}

#[cfg(test)]
mod tests;
