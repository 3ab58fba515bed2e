//! Findings about documents that AWS stores all the same: what IAM Access Analyzer's `ValidatePolicy` says.
//!
//! Issue codes and sentences are those of the IAM user guide, "IAM Access Analyzer policy check reference"; where AWS
//! was recorded to say more (its findings about its own managed policies, the example of the command line
//! interface), as it was recorded. Which actions and condition keys exist is asked of a [`Reference`]; of a service
//! that it does not know nothing is said.
//!
//! Deliberately absent: checks whose decision neither the guide nor a recording tells, among them
//! `MISSING_ACTION_FOR_CONDITION_KEY`, `DEPRECATED_GLOBAL_CONDITION_KEY` and `CONFIRM_AUDIENCE_CLAIM_TYPE`.

mod actions;
mod arn;
mod attached;
mod claims;
mod conditions;
mod control;
mod delegation;
mod document;
mod grammar;
mod keys;
mod networks;
mod place;
mod principals;
mod redundant;
mod reference;
mod scope;
mod sensitive;
mod service_principals;
mod statement;
mod tags;
mod trust;
mod values;
mod variables;
mod wildcards;

use crate::document::Document;
use crate::json::{self, Json, JsonError, Node, Span, line_and_column};
use crate::parse::DocumentError;
use place::Place;

pub use place::{Location, Step};
pub use reference::{NoReference, Reference};

/// The kinds of documents that are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LintKind {
    /// Policies of users, groups and roles.
    Identity,
    /// Policies of resources.
    Resource,
    /// Policies of resources of one type.
    Attached(ResourceType),
    /// Trust policies.
    Trust,
    /// Service control policies.
    ServiceControl,
    /// Resource control policies.
    ResourceControl,
}

/// The types of resources whose policies are checked for what only they can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceType {
    /// `AWS::S3::Bucket`.
    Bucket,
    /// `AWS::S3::AccessPoint`.
    AccessPoint,
    /// `AWS::S3::MultiRegionAccessPoint`.
    MultiRegionAccessPoint,
    /// `AWS::S3ObjectLambda::AccessPoint`.
    ObjectLambdaAccessPoint,
    /// `AWS::DynamoDB::Table`.
    Table,
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

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How grave.
    pub severity: Severity,
    /// The issue code, for example `INVALID_ACTION`.
    pub code: &'static str,
    /// The sentence.
    pub message: String,
    /// Where; at least one place.
    pub locations: Vec<Location>,
}

impl Finding {
    fn start(&self) -> usize {
        self.locations.first().map_or(0, |l| l.span.start)
    }
}

/// All findings about `text`, in the order of the text; at one place, in the order of their codes.
#[must_use]
pub fn lint(text: &str, kind: LintKind, reference: &dyn Reference) -> Vec<Finding> {
    let root = match json::parse(text) {
        Ok(root) => root,
        Err(error) => return vec![unreadable(text, &error)],
    };
    let kind = match kind {
        LintKind::Resource if trusts(&root) => LintKind::Trust,
        other => other,
    };
    let mut linter = Linter {
        kind,
        reference,
        text,
        root: &root,
        findings: Vec::new(),
    };
    match text.parse::<Document>() {
        Ok(document) => linter.document(&document, &grammar::Doubts::default()),
        Err(DocumentError::Json(error)) => return vec![unreadable(text, &error)],
        Err(DocumentError::Grammar { .. }) => {
            let (repaired, doubts) = linter.grammar();
            if let Ok(document) = repaired.parse() {
                linter.document(&document, &doubts);
            }
        }
    }
    let mut findings = linter.findings;
    findings.sort_by_key(|f| (f.start(), f.code));
    findings
}

/// Whether a document is read as a trust policy though its type is not said: it has no actions but those of STS
/// (recorded in the example of the command line interface).
fn trusts(root: &Node) -> bool {
    let Some(statements) = place::member(root, "Statement") else {
        return false;
    };
    let statements = place::each(statements, &Place::default());
    let actions: Vec<&Node> = statements
        .iter()
        .filter_map(|(_, statement)| place::member(statement, "Action"))
        .flat_map(|actions| place::each(actions, &Place::default()))
        .map(|(_, action)| action)
        .collect();
    let of_sts = |action: &&Node| {
        matches!(&action.value, Json::String(text)
            if text.get(..4).is_some_and(|front| front.eq_ignore_ascii_case("sts:")))
    };
    !actions.is_empty() && actions.iter().all(of_sts)
}

fn unreadable(text: &str, error: &JsonError) -> Finding {
    let start = error.at.min(text.len());
    let (line, column) = line_and_column(text, start);
    Finding {
        severity: Severity::Error,
        code: "JSON_SYNTAX_ERROR",
        message: format!(
            "Fix the JSON syntax error at index {start} line {line} column {}.",
            column.saturating_sub(1)
        ),
        locations: vec![Location {
            path: Vec::new(),
            span: Span {
                start,
                end: text.len(),
            },
        }],
    }
}

struct Linter<'d> {
    kind: LintKind,
    reference: &'d dyn Reference,
    text: &'d str,
    root: &'d Node,
    findings: Vec<Finding>,
}

impl Linter<'_> {
    fn add(
        &mut self,
        severity: Severity,
        code: &'static str,
        message: impl Into<String>,
        places: impl IntoIterator<Item = Place>,
    ) {
        let places = places.into_iter();
        let locations = places.map(|p| p.locate(self.text, self.root)).collect();
        self.findings.push(Finding {
            severity,
            code,
            message: message.into(),
            locations,
        });
    }

    fn error(&mut self, code: &'static str, message: impl Into<String>, place: &Place) {
        self.add(Severity::Error, code, message, [place.clone()]);
    }

    fn security(&mut self, code: &'static str, message: impl Into<String>, place: &Place) {
        self.add(Severity::SecurityWarning, code, message, [place.clone()]);
    }

    fn warning(&mut self, code: &'static str, message: impl Into<String>, place: &Place) {
        self.add(Severity::Warning, code, message, [place.clone()]);
    }

    fn suggestion(&mut self, code: &'static str, message: impl Into<String>, place: &Place) {
        self.add(Severity::Suggestion, code, message, [place.clone()]);
    }

    /// Whether it is the policy of a resource that is no role.
    fn is_of_resource(&self) -> bool {
        matches!(self.kind, LintKind::Resource | LintKind::Attached(_))
    }
}

#[cfg(test)]
mod tests;
