//! What each kind of policy forbids, in AWS's words.

use std::fmt;

use crate::document::{Document, Effect, PrincipalPattern, Statement};
use crate::parse::DocumentError;

/// The kinds of policy documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Inline and managed policies of users and roles.
    Identity,
    /// A role's trust policy.
    Trust,
    /// A bucket policy; the bucket's name is checked by S3 itself.
    Bucket,
    /// A KMS key policy.
    Key,
    /// An ECR repository policy.
    Repository,
    /// A session policy of `sts:AssumeRole`.
    Session,
}

/// Why AWS refuses a document: the error code and the sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidationError {
    /// The error code, for example `MalformedPolicyDocument`.
    pub code: &'static str,
    /// The sentence.
    pub message: String,
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for ValidationError {}

impl Kind {
    fn code(self) -> &'static str {
        match self {
            Self::Identity | Self::Trust | Self::Session => "MalformedPolicyDocument",
            Self::Bucket => "MalformedPolicy",
            Self::Key => "MalformedPolicyDocumentException",
            Self::Repository => "InvalidParameterException",
        }
    }

    fn error<T>(self, message: impl Into<String>) -> Result<T, ValidationError> {
        let message = match self {
            Self::Repository => {
                "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'".to_owned()
            }
            _ => message.into(),
        };
        Err(ValidationError {
            code: self.code(),
            message,
        })
    }
}

/// Parses and validates `text` as `kind`.
///
/// # Errors
/// What AWS would answer: code and sentence.
pub fn validate(text: &str, kind: Kind) -> Result<Document, ValidationError> {
    let document: Document = match text.parse() {
        Ok(document) => document,
        Err(DocumentError::Json(_)) => {
            return match kind {
                Kind::Bucket => {
                    kind.error("Policies must be valid JSON and the first byte must be '{'")
                }
                Kind::Trust | Kind::Session => kind.error("This policy contains invalid Json"),
                _ => kind.error("Syntax errors in policy."),
            };
        }
        Err(DocumentError::Grammar { message, .. }) => {
            return match kind {
                Kind::Key | Kind::Identity => kind.error("Syntax errors in policy."),
                _ => kind.error(message),
            };
        }
    };
    if document.statements.is_empty() && kind != Kind::Key {
        return kind.error("Syntax errors in policy.");
    }
    let mut sids: Vec<&str> = document
        .statements
        .iter()
        .filter_map(|s| s.sid.as_deref())
        .filter(|s| !s.is_empty())
        .collect();
    sids.sort_unstable();
    if sids.windows(2).any(|w| matches!(w, [a, b] if a == b)) {
        return kind.error("Statement IDs (SID) in a single policy must be unique.");
    }
    for statement in &document.statements {
        check(statement, kind)?;
    }
    Ok(document)
}

fn check(statement: &Statement, kind: Kind) -> Result<(), ValidationError> {
    let principals = statement.principals.as_ref();
    match kind {
        Kind::Identity | Kind::Session => {
            if principals.is_some() {
                return kind.error("Policy document should not specify a principal.");
            }
            if statement.actions.is_none() {
                return kind.error("Policy statement must contain actions.");
            }
            if statement.resources.is_none() {
                return kind.error("Policy statement must contain resources.");
            }
        }
        Kind::Trust => {
            let Some(principals) = principals else {
                return kind.error("Missing required field Principal");
            };
            if principals.negated {
                return kind.error("AssumeRole policy may only specify STS AssumeRole actions.");
            }
            if statement.resources.is_some() {
                return kind.error("Has prohibited field Resource");
            }
            let Some(actions) = &statement.actions else {
                return kind.error("Missing required field Action");
            };
            if !actions
                .texts()
                .all(|a| a.to_ascii_lowercase().starts_with("sts:") || a == "*")
            {
                return kind.error("AssumeRole policy may only specify STS AssumeRole actions.");
            }
        }
        Kind::Bucket => {
            if principals.is_none() {
                return kind.error("Missing required field Principal");
            }
            if statement.actions.is_none() {
                return kind.error("Missing required field Action");
            }
            if statement.resources.is_none() {
                return kind.error("Missing required field Resource");
            }
        }
        Kind::Key => {
            if principals.is_none_or(|p| p.patterns.is_empty()) {
                return kind.error("Policy contains a statement with no principal.");
            }
        }
        Kind::Repository => {
            if principals.is_none() || statement.resources.is_some() || statement.actions.is_none()
            {
                return kind.error("");
            }
        }
    }
    if principals.is_some_and(|p| p.negated && statement.effect == Effect::Allow) {
        return kind.error("Allow with NotPrincipal is not allowed.");
    }
    check_texts(statement, kind)
}

/// Action and resource texts: `vendor:action`, ARN or `*`.
fn check_texts(statement: &Statement, kind: Kind) -> Result<(), ValidationError> {
    for action in statement.actions.iter().flat_map(|a| a.texts()) {
        let plausible = action == "*"
            || action.split_once(':').is_some_and(|(vendor, name)| {
                !vendor.is_empty()
                    && !name.is_empty()
                    && vendor
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'*')
            });
        // KMS accepts any text as an action: the statement just has no effect (the trap of `kms.*`).
        if !plausible && kind != Kind::Key {
            return match kind {
                Kind::Bucket => kind.error("Policy has invalid action"),
                _ => kind.error(
                    "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
                ),
            };
        }
    }
    if matches!(kind, Kind::Identity | Kind::Session) {
        for resource in statement.resources.iter().flat_map(|r| r.texts()) {
            if resource != "*"
                && !resource.starts_with("arn:")
                && !resource.starts_with("*")
                && !resource.contains("${")
            {
                return kind.error(format!(
                    "Resource {resource} must be in ARN format or \"*\"."
                ));
            }
        }
    }
    Ok(())
}

/// Every principal named anywhere in `document`, so that a service can check that each exists.
pub fn principals(document: &Document) -> impl Iterator<Item = &PrincipalPattern> {
    document
        .statements
        .iter()
        .filter_map(|s| s.principals.as_ref())
        .flat_map(|p| &p.patterns)
}
