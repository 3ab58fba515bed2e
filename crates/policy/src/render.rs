//! Documents as JSON text.

use std::fmt::{self, Write as _};

use crate::document::{
    Document, Effect, Element, PrincipalElement, PrincipalPattern, Statement, Version,
};

/// `text` as a JSON string, quotes included.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if (c as u32) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// One text as a string, several as a list.
pub(crate) fn texts<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let quoted: Vec<String> = texts.into_iter().map(quote).collect();
    match quoted.as_slice() {
        [one] => one.clone(),
        _ => format!("[{}]", quoted.join(",")),
    }
}

impl fmt::Display for Document {
    /// The document as compact JSON. Reading it gives a document that decides the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = match self.version {
            Version::V2008 => "2008-10-17",
            Version::V2012 => "2012-10-17",
        };
        write!(f, "{{\"Version\":\"{version}\"")?;
        if let Some(id) = &self.id {
            write!(f, ",\"Id\":{}", quote(id))?;
        }
        let statements: Vec<String> = self.statements().iter().map(statement).collect();
        write!(f, ",\"Statement\":[{}]}}", statements.join(","))
    }
}

fn statement(statement: &Statement) -> String {
    let mut members = Vec::new();
    if let Some(sid) = &statement.sid {
        members.push(format!("\"Sid\":{}", quote(sid)));
    }
    let effect = match statement.effect {
        Effect::Allow => "Allow",
        Effect::Deny => "Deny",
    };
    members.push(format!("\"Effect\":\"{effect}\""));
    if let Some(element) = &statement.principals {
        members.push(principal(element));
    }
    if let Some(actions) = &statement.actions {
        members.push(named("Action", actions));
    }
    if let Some(resources) = &statement.resources {
        members.push(named("Resource", resources));
    }
    if !statement.conditions.is_empty() {
        members.push(format!("\"Condition\":{}", conditions(statement)));
    }
    format!("{{{}}}", members.join(","))
}

fn named(name: &str, element: &Element) -> String {
    let not = if element.negated { "Not" } else { "" };
    format!("\"{not}{name}\":{}", texts(element.texts()))
}

fn principal(element: &PrincipalElement) -> String {
    let not = if element.negated { "Not" } else { "" };
    if element.patterns == [PrincipalPattern::Any] {
        return format!("\"{not}Principal\":\"*\"");
    }
    let kinds = ["AWS", "Service", "Federated", "CanonicalUser"];
    let of = |kind: &str| -> Vec<&str> {
        element
            .patterns
            .iter()
            .filter_map(|p| match p {
                PrincipalPattern::Any => (kind == "AWS").then_some("*"),
                PrincipalPattern::Account(t)
                | PrincipalPattern::Arn(t)
                | PrincipalPattern::Id(t) => (kind == "AWS").then_some(t),
                PrincipalPattern::Service(t) => (kind == "Service").then_some(t),
                PrincipalPattern::Federated(t) => (kind == "Federated").then_some(t),
                PrincipalPattern::Canonical(t) => (kind == "CanonicalUser").then_some(t),
            })
            .collect()
    };
    let members: Vec<String> = kinds
        .into_iter()
        .filter(|kind| !of(kind).is_empty())
        .map(|kind| format!("\"{kind}\":{}", texts(of(kind))))
        .collect();
    format!("\"{not}Principal\":{{{}}}", members.join(","))
}

/// Conditions under one operator stand together; a key that occurs twice under an operator is written twice.
fn conditions(statement: &Statement) -> String {
    let mut operators: Vec<(&str, Vec<String>)> = Vec::new();
    for condition in &statement.conditions {
        let key = format!(
            "{}:{}",
            quote(&condition.written_key),
            texts(condition.operands())
        );
        match operators
            .iter_mut()
            .find(|(name, _)| *name == condition.written_operator)
        {
            Some((_, keys)) => keys.push(key),
            None => operators.push((&condition.written_operator, vec![key])),
        }
    }
    let members: Vec<String> = operators
        .into_iter()
        .map(|(name, keys)| format!("{}:{{{}}}", quote(name), keys.join(",")))
        .collect();
    format!("{{{}}}", members.join(","))
}
