//! What services say of a text that is no policy document.
//!
//! Sources: recorded on AWS (`spec/iam.md`), and what people who met it have pasted: versitygw #646 and #1536, carina
//! #3576, aws-cloudformation-user-guide #1013, cloud-gov terraform-provision #574 (S3), aws-blockchain-node-runners #94
//! (trust), terraform #10057 and #14652 (identity).

use super::Kind;
use crate::parse::{DocumentError, Fault};

const FIRST_BYTE: &str = "Policies must be valid JSON and the first byte must be '{'";
const LEGACY: &str = "The policy failed legacy parsing";
const SYNTAX: &str = "Syntax errors in policy.";

/// What is said of a document that could be read, for what comes before it.
pub(super) fn beginning(kind: Kind, text: &str) -> Option<&'static str> {
    let blank = text.starts_with(|c: char| c.is_whitespace());
    match kind {
        Kind::Bucket => blank.then_some(FIRST_BYTE),
        Kind::Trust => blank.then_some("JSON strings must not have leading spaces"),
        Kind::Identity => blank.then_some(LEGACY),
        _ => None,
    }
}

/// What is said of a document without statements.
pub(super) fn no_statement(kind: Kind) -> &'static str {
    match kind {
        Kind::Bucket | Kind::Trust => "Could not parse the policy: Statement is empty!",
        _ => SYNTAX,
    }
}

/// What is said of a document that could not be read.
pub(super) fn sentence(kind: Kind, text: &str, error: &DocumentError) -> String {
    let sentence = match (kind, error) {
        (Kind::Bucket, _) if !text.starts_with('{') => FIRST_BYTE,
        (Kind::Bucket | Kind::Trust | Kind::Session, DocumentError::Json(_)) => {
            "This policy contains invalid Json"
        }
        (_, DocumentError::Json(_)) => SYNTAX,
        (Kind::Bucket | Kind::Trust, DocumentError::Grammar { fault, .. }) => {
            return strict(fault);
        }
        (Kind::Identity, DocumentError::Grammar { fault, .. }) => match fault {
            Fault::Effect(text) if is_effect(text) => LEGACY,
            _ => SYNTAX,
        },
        (Kind::Key, _) => SYNTAX,
        (_, DocumentError::Grammar { fault, .. }) => return fault.to_string(),
    };
    sentence.to_owned()
}

/// An effect in another case.
fn is_effect(text: &str) -> bool {
    text.eq_ignore_ascii_case("Allow") || text.eq_ignore_ascii_case("Deny")
}

/// S3 and the trust policies of IAM name what they find.
fn strict(fault: &Fault) -> String {
    match fault {
        Fault::Version => "The policy must contain a valid version string".to_owned(),
        Fault::UnknownField(name) => format!("Unknown field {name}"),
        Fault::Missing(_) | Fault::Effect(_) => fault.to_string(),
        Fault::Both(name) => format!("Statement/policy already has instance of {name}"),
        Fault::Operator(name) => format!("Invalid Condition type : {name}"),
        Fault::NotAnObject | Fault::PrincipalType(_) | Fault::Form(_) => {
            "Invalid policy syntax.".to_owned()
        }
    }
}
