//! From text to [`Document`]: the grammar that every kind of policy shares. What a kind forbids beyond it is
//! in `validate`.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use sekisho_arn::{Arn, is_account_id};

use crate::condition::{Condition, Operand, Operator};
use crate::document::{
    Document, Effect, Element, PrincipalElement, PrincipalPattern, Statement, Version,
};
use crate::json::{self, Json, JsonError, Node, Span};
use crate::principal::Parts;
use crate::template::Template;

/// Why a text is not a policy document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentError {
    /// It is not JSON.
    Json(JsonError),
    /// It is JSON, but not the grammar of a policy.
    Grammar {
        /// What is wrong.
        fault: Fault,
        /// Where.
        span: Span,
    },
}

/// What is wrong with the grammar of a policy; services have sentences of their own for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The document is no object.
    NotAnObject,
    /// The version is none that there is.
    Version,
    /// A member that documents or statements do not have.
    UnknownField(String),
    /// There is no `Statement`, or a statement lacks this.
    Missing(&'static str),
    /// A statement has both of a pair of elements, or one twice.
    Both(&'static str),
    /// The effect is neither `Allow` nor `Deny`.
    Effect(String),
    /// There is no condition operator of this name.
    Operator(String),
    /// There is no kind of principal of this name.
    PrincipalType(String),
    /// Something is not of the form that it must have.
    Form(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnObject => f.write_str("a policy document is a JSON object"),
            Self::Version => f.write_str("Version must be 2012-10-17 or 2008-10-17"),
            Self::UnknownField(name) => write!(f, "unknown element `{name}`"),
            Self::Missing(name) => write!(f, "Missing required field {name}"),
            Self::Both(name) => write!(f, "{name} and Not{name} exclude each other"),
            Self::Effect(text) => write!(f, "Invalid effect: {text}"),
            Self::Operator(name) => write!(f, "unknown condition operator `{name}`"),
            Self::PrincipalType(name) => write!(f, "unknown principal type `{name}`"),
            Self::Form(message) => f.write_str(message),
        }
    }
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(e) => write!(f, "not JSON: {e}"),
            Self::Grammar { fault, .. } => write!(f, "{fault}"),
        }
    }
}

impl std::error::Error for DocumentError {}

impl From<JsonError> for DocumentError {
    fn from(e: JsonError) -> Self {
        Self::Json(e)
    }
}

fn fault<T>(node: &Node, fault: Fault) -> Result<T, DocumentError> {
    Err(DocumentError::Grammar {
        fault,
        span: node.span,
    })
}

fn grammar<T>(node: &Node, message: impl Into<String>) -> Result<T, DocumentError> {
    fault(node, Fault::Form(message.into()))
}

impl FromStr for Document {
    type Err = DocumentError;

    fn from_str(text: &str) -> Result<Self, DocumentError> {
        let node = json::parse(text)?;
        let Json::Object(members) = &node.value else {
            return fault(&node, Fault::NotAnObject);
        };
        let version = match members.iter().find(|(k, _)| k == "Version").map(|(_, n)| n) {
            None => Version::V2008,
            Some(n) => match &n.value {
                Json::String(v) if v == "2008-10-17" => Version::V2008,
                Json::String(v) if v == "2012-10-17" => Version::V2012,
                _ => return fault(n, Fault::Version),
            },
        };
        let mut id = None;
        let mut statements = None;
        for (key, value) in members {
            match key.as_str() {
                "Version" => {}
                "Id" => id = Some(string(value, "Id")?.to_owned()),
                "Statement" => statements = Some(value),
                other => return fault(value, Fault::UnknownField(other.to_owned())),
            }
        }
        let Some(list) = statements else {
            return fault(&node, Fault::Missing("Statement"));
        };
        let statements = match &list.value {
            Json::Array(items) => items
                .iter()
                .map(|n| statement(n, version))
                .collect::<Result<Vec<_>, _>>()?,
            Json::Object(_) => vec![statement(list, version)?],
            _ => return grammar(list, "Statement must be an object or a list of objects"),
        };
        Ok(Self::new(version, id, statements, Arc::from(text)))
    }
}

fn string<'a>(node: &'a Node, what: &str) -> Result<&'a str, DocumentError> {
    match &node.value {
        Json::String(s) => Ok(s),
        _ => grammar(node, format!("{what} must be a string")),
    }
}

/// A string or a list of strings.
fn strings(node: &Node, what: &str) -> Result<Vec<String>, DocumentError> {
    match &node.value {
        Json::String(s) => Ok(vec![s.clone()]),
        Json::Array(items) => items
            .iter()
            .map(|n| string(n, what).map(str::to_owned))
            .collect(),
        _ => grammar(
            node,
            format!("{what} must be a string or a list of strings"),
        ),
    }
}

fn statement(node: &Node, version: Version) -> Result<Statement, DocumentError> {
    let Json::Object(members) = &node.value else {
        return grammar(node, "a statement is an object");
    };
    let mut out = Statement {
        sid: None,
        effect: Effect::Allow,
        principals: None,
        actions: None,
        resources: None,
        conditions: Vec::new(),
        span: node.span,
    };
    let mut effect = None;
    for (key, value) in members {
        match key.as_str() {
            "Sid" => out.sid = Some(string(value, "Sid")?.to_owned()),
            "Effect" => {
                effect = Some(match string(value, "Effect")? {
                    "Allow" => Effect::Allow,
                    "Deny" => Effect::Deny,
                    other => return fault(value, Fault::Effect(other.to_owned())),
                });
            }
            "Principal" | "NotPrincipal" => {
                if out.principals.is_some() {
                    return fault(value, Fault::Both("Principal"));
                }
                out.principals = Some(PrincipalElement {
                    negated: key == "NotPrincipal",
                    patterns: principals(value)?,
                    span: value.span,
                });
            }
            "Action" | "NotAction" => {
                if out.actions.is_some() {
                    return fault(value, Fault::Both("Action"));
                }
                // Variables are not substituted in actions.
                let texts = strings(value, key)?;
                out.actions = Some(Element {
                    negated: key == "NotAction",
                    span: value.span,
                    patterns: texts
                        .into_iter()
                        .map(|t| Template::new(t, Version::V2008))
                        .collect(),
                });
            }
            "Resource" | "NotResource" => {
                if out.resources.is_some() {
                    return fault(value, Fault::Both("Resource"));
                }
                let texts = strings(value, key)?;
                out.resources = Some(Element {
                    negated: key == "NotResource",
                    span: value.span,
                    patterns: texts
                        .into_iter()
                        .map(|t| Template::arn(t, version))
                        .collect(),
                });
            }
            "Condition" => out.conditions = conditions(value, version)?,
            other => return fault(value, Fault::UnknownField(other.to_owned())),
        }
    }
    match effect {
        Some(effect) => out.effect = effect,
        None => return fault(node, Fault::Missing("Effect")),
    }
    Ok(out)
}

fn principals(node: &Node) -> Result<Vec<PrincipalPattern>, DocumentError> {
    match &node.value {
        Json::String(s) if s == "*" => Ok(vec![PrincipalPattern::Any]),
        Json::Object(members) => {
            let mut out = Vec::new();
            for (kind, value) in members {
                for text in strings(value, "Principal")? {
                    out.push(match kind.as_str() {
                        "AWS" => aws_principal(text),
                        "Service" => PrincipalPattern::Service(text),
                        "Federated" => PrincipalPattern::Federated(text),
                        "CanonicalUser" => PrincipalPattern::Canonical(text),
                        other => {
                            return fault(value, Fault::PrincipalType(other.to_owned()));
                        }
                    });
                }
            }
            Ok(out)
        }
        _ => grammar(node, "Principal must be \"*\" or an object"),
    }
}

/// Reads one entry of an `AWS` principal list: `*`, an account, an ARN, or a unique id.
pub(crate) fn aws_principal(text: String) -> PrincipalPattern {
    if text == "*" {
        return PrincipalPattern::Any;
    }
    if is_account_id(&text) {
        return PrincipalPattern::Account(text);
    }
    match Parts::of(&text) {
        Some(arn) if arn.service == "iam" && arn.resource == "root" => {
            PrincipalPattern::Account(arn.account.to_owned())
        }
        Some(_) => PrincipalPattern::Arn(text),
        // An ARN of nobody: an account has twelve digits.
        None if text.parse::<Arn>().is_ok() => PrincipalPattern::Arn(text),
        None => PrincipalPattern::Id(text),
    }
}

fn conditions(node: &Node, version: Version) -> Result<Vec<Condition>, DocumentError> {
    let Json::Object(operators) = &node.value else {
        return grammar(node, "Condition must be an object");
    };
    let mut out = Vec::new();
    for (name, keys) in operators {
        let Some((operator, qualifier, if_exists)) = Operator::parse(name) else {
            return fault(keys, Fault::Operator(name.clone()));
        };
        let Json::Object(keys) = &keys.value else {
            return grammar(
                keys,
                format!("`{name}` must hold an object of condition keys"),
            );
        };
        for (key, values) in keys {
            let texts = match &values.value {
                Json::Array(items) => items.iter().map(operand).collect::<Result<Vec<_>, _>>()?,
                _ => vec![operand(values)?],
            };
            let version = if operator.has_variables() {
                version
            } else {
                Version::V2008
            };
            out.push(Condition {
                operator,
                qualifier,
                if_exists,
                key: key.to_lowercase(),
                written_key: key.clone(),
                written_operator: name.clone(),
                operands: texts
                    .into_iter()
                    .map(|t| Operand::new(Template::new(t, version), operator))
                    .collect(),
                span: values.span,
            });
        }
    }
    Ok(out)
}

fn operand(node: &Node) -> Result<String, DocumentError> {
    match &node.value {
        Json::String(s) | Json::Number(s) => Ok(s.clone()),
        Json::Bool(b) => Ok(b.to_string()),
        _ => grammar(
            node,
            "a condition value must be a string, a number or a Boolean",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn never_panics(text in r#"(\{|\}|\[|\]|"(Statement|Effect|Allow|Action|\*|Condition|StringLike|Principal|AWS)"|,|:| ){0,60}"#) {
            let _ = text.parse::<Document>();
        }
    }

    #[test]
    fn statements_keep_their_place() {
        let text = r#"{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
        let doc: Document = text.parse().unwrap();
        assert_eq!(
            doc.statement_text(0),
            Some(r#"{"Sid":"A","Effect":"Allow","Action":"s3:*","Resource":"*"}"#)
        );
    }

    #[test]
    fn grammar_errors_are_named() {
        let error = |t: &str| t.parse::<Document>().unwrap_err().to_string();
        assert_eq!(error("{}"), "Missing required field Statement");
        assert_eq!(
            error(r#"{"Statement":{"Effect":"Perhaps"}}"#),
            "Invalid effect: Perhaps"
        );
        assert_eq!(
            error(r#"{"Statement":{"Effect":"Allow","Verb":"x"}}"#),
            "unknown element `Verb`"
        );
        assert!(error(r#"{"Statement":"#).starts_with("not JSON"));
    }
}
