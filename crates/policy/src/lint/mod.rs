//! Findings about documents that AWS stores all the same: what IAM Access Analyzer's `ValidatePolicy` says.
//!
//! Issue codes and sentences are those of the IAM user guide, "IAM Access Analyzer policy check reference". Which
//! actions and condition keys exist is asked of a [`Reference`]; of a service that it does not know nothing is said.

mod arn;
mod conditions;
mod statement;
mod variables;

use crate::document::{Document, Statement};
use crate::json::{self, Json, Node, Span};
use crate::parse::{DocumentError, Fault};

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

    fn error(&mut self, code: &'static str, message: impl Into<String>, at: Place<'_>, span: Span) {
        self.add(Severity::Error, code, message, at, span);
    }

    fn security(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        at: Place<'_>,
        span: Span,
    ) {
        self.add(Severity::SecurityWarning, code, message, at, span);
    }

    fn warning(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        at: Place<'_>,
        span: Span,
    ) {
        self.add(Severity::Warning, code, message, at, span);
    }

    fn suggestion(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        at: Place<'_>,
        span: Span,
    ) {
        self.add(Severity::Suggestion, code, message, at, span);
    }

    /// `json` is what `document` was read from.
    fn document(&mut self, document: &Document, json: &Node) {
        let whole = json.span;
        if member(json, "Version").is_none() {
            let message = "We recommend that you specify the Version element to help you with debugging permission issues.";
            self.warning("MISSING_VERSION", message, (None, &[]), whole);
        }
        if document.statements().is_empty() {
            let message = "Add a statement to the policy.";
            self.error("MISSING_STATEMENT", message, (None, &[]), whole);
        }
        let size = document.text.chars().filter(|c| !c.is_whitespace()).count();
        if self.kind == LintKind::Identity && size > MANAGED_POLICY_SIZE {
            let message = "The characters in the identity policy, excluding whitespace, exceed the character maximum for inline and managed policies. We recommend that you use multiple granular policies.";
            self.warning(
                "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
                message,
                (None, &[]),
                whole,
            );
        }
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
                self.suggestion("EMPTY_OBJECT_CONDITION", message, place, condition.span);
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
            self.suggestion("EMPTY_SID_VALUE", message, place, statement.span);
            return;
        }
        let narrow = matches!(self.kind, LintKind::Identity | LintKind::Trust);
        if narrow && !sid.bytes().all(|b| b.is_ascii_alphanumeric()) {
            let message = "Update the characters in the Sid element to use one of the following character types: [a-z, A-Z, 0-9]";
            self.error("UNSUPPORTED_SID", message, place, statement.span);
        }
        if seen.contains(&sid) && self.kind == LintKind::Resource {
            let message = "We recommend that you use statement IDs that are unique to your policy. Update the Sid value.";
            self.warning("UNIQUE_SIDS_RECOMMENDED", message, place, statement.span);
        } else if seen.contains(&sid) {
            let message = "Duplicate statement IDs are not supported for this policy type. Update the Sid value.";
            self.error("UNIQUE_SIDS_REQUIRED", message, place, statement.span);
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

        fn key_type(&self, _: &str, key: &str) -> Option<&'static str> {
            Some(match key {
                "aws:tagkeys" => "ArrayOfString",
                "aws:securetransport" => "Bool",
                "aws:sourceip" | "aws:vpcsourceip" => "IPAddress",
                "aws:currenttime" => "Date",
                "aws:multifactorauthage" => "Numeric",
                _ => "String",
            })
        }
    }

    fn codes(text: &str, kind: LintKind) -> Vec<&'static str> {
        lint(text, kind, &S3).into_iter().map(|f| f.code).collect()
    }

    fn of_statement(statement: &str, kind: LintKind) -> Vec<&'static str> {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
        codes(&text, kind)
    }

    fn of_condition(condition: &str) -> Vec<&'static str> {
        let statement = format!(
            r#"{{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{condition}}}"#
        );
        of_statement(&statement, LintKind::Identity)
    }

    #[test]
    fn finds_in_documents() {
        for (text, expected) in [
            (
                r#"{"Statement":[]}"#,
                &["MISSING_VERSION", "MISSING_STATEMENT"][..],
            ),
            ("{", &["JSON_SYNTAX_ERROR"]),
            (r#"{"Version":"2012-10-17"}"#, &["MISSING_STATEMENT"]),
            (r#"{"Version":"2012","Statement":[]}"#, &["INVALID_VERSION"]),
            (
                r#"{"Version":"2012-10-17","Statements":[]}"#,
                &["INVALID_POLICY_ELEMENT"],
            ),
            // A member of another name holds the text.
            (
                r#"{"Id":"\"Version\"","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#,
                &["MISSING_VERSION"],
            ),
        ] {
            assert_eq!(codes(text, LintKind::Identity), expected, "{text}");
        }
        let long = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::{}"}}}}"#,
            "x".repeat(6200)
        );
        assert_eq!(
            codes(&long, LintKind::Identity),
            ["POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA"]
        );
        assert_eq!(codes(&long, LintKind::ServiceControl), [""; 0]);
        let same = r#"{"Sid":"A","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}"#;
        let twice = format!("{same},{same}");
        assert_eq!(
            of_statement(&twice, LintKind::Resource),
            ["UNIQUE_SIDS_RECOMMENDED"]
        );
        let twice = twice.replace(r#""Principal":"*","#, "");
        assert_eq!(
            of_statement(&twice, LintKind::Identity),
            ["UNIQUE_SIDS_REQUIRED"]
        );
    }

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

    #[test]
    fn finds_in_resources() {
        for (resource, expected) in [
            ("arn:aws:s3:::bucket/*", &[][..]),
            ("arn:aws:s3:eu-central-1:111111111111:accesspoint/a", &[]),
            ("*", &[]),
            ("arn:aws:s3*", &[]),
            ("arn:aws:iam::aws:policy/ReadOnlyAccess", &[]),
            ("arn:aws:kms:*:111111111111:*", &[]),
            ("bucket", &["INVALID_ARN_PREFIX"]),
            ("arn:aws:s3", &["MISSING_ARN_FIELD"]),
            ("arn:amazon:s3:::bucket", &["INVALID_PARTITION"]),
            ("arn:aws:S3:::bucket", &["INVALID_ARN_SERVICE_CASE"]),
            (
                "arn:aws:kms:eu-central-1:11111:key/a",
                &["INVALID_ARN_ACCOUNT"],
            ),
            (
                "arn:aws:s3:eu-central-1::bucket",
                &["ARN_REGION_NOT_ALLOWED"],
            ),
            (
                "arn:aws:iam:eu-central-1:111111111111:role/a",
                &["ARN_REGION_NOT_ALLOWED"],
            ),
            (
                "arn:aws:s3::111111111111:bucket",
                &["ARN_ACCOUNT_NOT_ALLOWED"],
            ),
            (
                "arn:aws:ecr::111111111111:repository/a",
                &["MISSING_ARN_REGION"],
            ),
            (
                "arn:aws:ecr:eu-central-1:111111111111:app",
                &["INVALID_ARN_RESOURCE"],
            ),
            (
                "arn:aws:iam::111111111111:rolle/a",
                &["INVALID_ARN_RESOURCE"],
            ),
            ("arn:aws:iam::111111111111:ro*", &[]),
            ("arn:aws:s3:::${aws:username}", &[]),
            (
                "arn:aws:s3:::${aws:username",
                &["MISSING_BRACE_IN_VARIABLE"],
            ),
            ("arn:aws:s3:::${}", &["EMPTY_VARIABLE"]),
            (
                "arn:aws:s3:::${aws: username}",
                &["UNSUPPORTED_SPACE_IN_VARIABLE"],
            ),
            ("arn:aws:s3:::${aws:username, 'all of them'}", &[]),
            (
                "arn:aws:s3:::${aws:username, all}",
                &["MISSING_QUOTE_IN_VARIABLE"],
            ),
        ] {
            let statement =
                format!(r#"{{"Effect":"Allow","Action":"s3:GetObject","Resource":"{resource}"}}"#);
            assert_eq!(
                of_statement(&statement, LintKind::Identity),
                expected,
                "{resource}"
            );
        }
        let old = r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::${aws:username}"}]}"#;
        assert_eq!(
            codes(old, LintKind::Identity),
            ["VARIABLE_UNSUPPORTED_IN_VERSION"]
        );
    }

    #[test]
    fn finds_in_conditions() {
        for (condition, expected) in [
            (r#"{}"#, &["EMPTY_OBJECT_CONDITION"][..]),
            (r#"{"StringEquals":{}}"#, &["EMPTY_OBJECT_CONDITION"]),
            (r#"{"StringEquals":{"s3:prefix":"a"}}"#, &[]),
            (
                r#"{"StringEquals":{"s3:prefixes":"x"}}"#,
                &["INVALID_SERVICE_CONDITION_KEY"],
            ),
            (
                r#"{"StringEquals":{"prefix":"x"}}"#,
                &["INVALID_CONDITION_KEY_FORMAT"],
            ),
            (
                r#"{"StringEquals":{"aws:ARN":"x"}}"#,
                &["UNSUPPORTED_GLOBAL_CONDITION_KEY"],
            ),
            (
                r#"{"StringEquals":{"aws:ResourceTag":"x"}}"#,
                &["MISSING_TAG_KEY_IN_CONDITION"],
            ),
            (
                r#"{"StringEquals":{"aws:RequestTag/":"x"}}"#,
                &["MISSING_TAG_KEY_IN_CONDITION"],
            ),
            (r#"{"StringEquals":{"aws:ResourceTag/team":"x"}}"#, &[]),
            (
                r#"{"StringEquals":{"s3:prefix":"a","S3:Prefix":"b"}}"#,
                &["DUPLICATE_KEYS_WITH_DIFFERENT_CASE"],
            ),
            (
                r#"{"StringLike":{"s3:prefix":"a"},"StringEquals":{"S3:Prefix":"b"}}"#,
                &[],
            ),
            (
                r#"{"StringAlike":{"s3:prefix":"a"}}"#,
                &["INVALID_CONDITION_OPERATOR"],
            ),
            (
                r#"{"NullIfExists":{"s3:prefix":"true"}}"#,
                &["NULL_WITH_IF_EXISTS"],
            ),
            (
                r#"{"ForAllValues:Null":{"aws:TagKeys":"true"}}"#,
                &["NULL_WITH_QUALIFIER"],
            ),
            (
                r#"{"Null":{"aws:TagKeys":"yes"}}"#,
                &["TYPE_MISMATCH_BOOLEAN"],
            ),
            (
                r#"{"StringEquals":{"aws:TagKeys":"a"}}"#,
                &["MISSING_QUALIFIER"],
            ),
            (r#"{"ForAllValues:StringEquals":{"aws:TagKeys":"a"}}"#, &[]),
            (
                r#"{"ForAllValues:StringEquals":{"s3:prefix":"a"}}"#,
                &["FORALLVALUES_WITH_SINGLE_VALUED_KEY"],
            ),
            (r#"{"ForAnyValue:StringEquals":{"s3:prefix":"a"}}"#, &[]),
            (
                r#"{"StringEquals":{"aws:SecureTransport":"true"}}"#,
                &["TYPE_MISMATCH"],
            ),
            (
                r#"{"Bool":{"aws:SecureTransport":"yes"}}"#,
                &["TYPE_MISMATCH_BOOLEAN"],
            ),
            (
                r#"{"Bool":{"aws:SecureTransport":["true","false"]}}"#,
                &["INVALID_CONDITION_MULTIPLE_BOOLEAN"],
            ),
            (r#"{"Bool":{"aws:SecureTransport":true}}"#, &[]),
            (
                r#"{"DateLessThan":{"aws:CurrentTime":"tomorrow"}}"#,
                &["TYPE_MISMATCH_DATE"],
            ),
            (
                r#"{"DateLessThan":{"aws:CurrentTime":"1700000000"}}"#,
                &["INVALID_DATE_VALUE"],
            ),
            (
                r#"{"DateLessThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}}"#,
                &[],
            ),
            (
                r#"{"NumericLessThan":{"aws:MultiFactorAuthAge":"an hour"}}"#,
                &["TYPE_MISMATCH_NUMBER"],
            ),
            (
                r#"{"NumericLessThan":{"aws:MultiFactorAuthAge":3600}}"#,
                &[],
            ),
            (
                r#"{"NumericLessThan":{"aws:MultiFactorAuthAge":"${aws:x}"}}"#,
                &["INVALID_VARIABLE_FOR_OPERATOR"],
            ),
            (
                r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/33"}}"#,
                &["TYPE_MISMATCH_IP_RANGE"],
            ),
            (
                r#"{"IpAddress":{"aws:SourceIp":"203.0.113.7/24"}}"#,
                &["IMPROVE_IP_RANGE"],
            ),
            (
                r#"{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#,
                &["PRIVATE_IP_ADDRESS"],
            ),
            (
                r#"{"NotIpAddress":{"aws:SourceIp":["192.168.1.0/24","fd00::/8"]}}"#,
                &["PRIVATE_NOT_IP_ADDRESS"],
            ),
            (
                r#"{"IpAddress":{"aws:SourceIp":["10.1.0.0/16","203.0.113.0/24"]}}"#,
                &["PRIVATE_IP_ADDRESS_SUBSET"],
            ),
            (
                r#"{"NotIpAddress":{"aws:SourceIp":["10.1.0.0/16","203.0.113.0/24"]}}"#,
                &["PRIVATE_NOT_IP_ADDRESS_SUBSET"],
            ),
            // Wider than what is private.
            (r#"{"IpAddress":{"aws:SourceIp":"10.0.0.0/7"}}"#, &[]),
            (
                r#"{"IpAddress":{"aws:VpcSourceIp":"10.0.0.0/8"}}"#,
                &["MISSING_PAIRED_CONDITION_KEYS"],
            ),
            (
                r#"{"IpAddress":{"aws:VpcSourceIp":"10.0.0.0/8"},"StringEquals":{"aws:SourceVpc":"vpc-1"}}"#,
                &[],
            ),
            (
                r#"{"BinaryEquals":{"s3:prefix":"not base64"}}"#,
                &["TYPE_MISMATCH", "TYPE_MISMATCH_STRING"],
            ),
            (
                r#"{"StringEquals":{"s3:prefix":"home/*"}}"#,
                &["WILDCARD_WITHOUT_LIKE_OPERATOR"],
            ),
            (r#"{"StringEquals":{"s3:prefix":"home/${*}"}}"#, &[]),
            (r#"{"StringLike":{"s3:prefix":"home/*"}}"#, &[]),
            (
                r#"{"StringEquals":{"s3:prefix":[]}}"#,
                &["EMPTY_ARRAY_CONDITION"],
            ),
            (
                r#"{"StringEqualsIfExists":{"s3:prefix":[]}}"#,
                &["EMPTY_ARRAY_CONDITION_IFEXISTS"],
            ),
            (
                r#"{"ForAllValues:StringEquals":{"aws:TagKeys":[]}}"#,
                &["EMPTY_ARRAY_CONDITION_FORALLVALUES"],
            ),
            (
                r#"{"ForAnyValue:StringEquals":{"aws:TagKeys":[]}}"#,
                &["EMPTY_ARRAY_CONDITION_FORANYVALUE"],
            ),
            (
                r#"{"StringEquals":{"kms:ViaService":"s3.eu-central-1.amazonaws.com"}}"#,
                &[],
            ),
            (
                r#"{"StringEquals":{"kms:ViaService":"s3.cn-north-1.amazonaws.com.cn"}}"#,
                &[],
            ),
            (
                r#"{"StringEquals":{"kms:ViaService":"s3.amazonaws.com"}}"#,
                &["INVALID_SERVICE_PRINCIPAL_FORMAT"],
            ),
            (
                r#"{"StringLike":{"kms:ViaService":"s3.*.amazonaws.com"}}"#,
                &[],
            ),
        ] {
            assert_eq!(of_condition(condition), expected, "{condition}");
        }
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
