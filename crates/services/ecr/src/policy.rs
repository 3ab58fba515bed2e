//! Repository policies are stored as ECR writes them: its own pretty print, single entries without brackets.

use sekisho_arn::{Arn, is_account_id};
use sekisho_engine::{ApiError, Check, Lookup, PolicyText, pin};
use sekisho_policy::{Document, Effect, Kind, validate};
use serde_json::Value;

use crate::repos::invalid;

pub(crate) fn accept(lookup: &Lookup<'_>, text: &str) -> Result<PolicyText, ApiError> {
    let document =
        validate(text, Kind::Repository).map_err(|e| ApiError::new(e.code, e.message))?;
    let pins = pin(lookup, &document)?.map_err(|_| invalid("PolicyText", "Principal not found"))?;
    let value: Value = serde_json::from_str(text)
        .map_err(|_| invalid("PolicyText", "Invalid repository policy provided"))?;
    let mut out = String::new();
    print(&normalize(value), 0, &mut out);
    Ok(PolicyText::pinned(out, pins))
}

/// Refuses a policy under which whoever sets it could set no other, unless that is forced (ECR API reference,
/// `SetRepositoryPolicy`; in which words AWS refuses it is not recorded). `checks` are those of setting it.
pub(crate) fn locks_nobody_out(
    lookup: &Lookup<'_>,
    policy: &PolicyText,
    checks: &[Check],
) -> Result<(), ApiError> {
    let session = lookup.caller().session.as_ref();
    let applier = session.and_then(|s| s.applier.as_ref());
    // Who is made up stands for whoever is exempt.
    if applier.is_some_and(|a| !a.known) && exempts(&policy.text) {
        return Ok(());
    }
    for check in checks {
        let Ok(arn) = check.resource.parse::<Arn>() else {
            continue;
        };
        let mut repository = crate::resolve(lookup, check, &arn)?;
        repository.policy = policy.compiled(|| "the new repository policy".to_owned());
        if lookup.denial(check, &repository)?.is_some() {
            let reason =
                "The policy would not allow you to set another one; force it if it is meant";
            return Err(invalid("PolicyText", reason));
        }
    }
    Ok(())
}

/// Whether a policy denies something but for somebody.
fn exempts(text: &str) -> bool {
    let Ok(document) = text.parse::<Document>() else {
        return false;
    };
    let mut denies = document.statements().iter();
    denies.any(|s| {
        let negated = s.principals.as_ref().is_some_and(|p| p.negated);
        s.effect == Effect::Deny && (negated || !s.conditions.is_empty())
    })
}

/// `Statement` stays a list; every other list of one text becomes the text; an account becomes its root ARN.
fn normalize(value: Value) -> Value {
    let Value::Object(mut document) = value else {
        return value;
    };
    if let Some(statements) = document.remove("Statement") {
        let list = match statements {
            Value::Array(list) => list,
            one => vec![one],
        };
        document.insert(
            "Statement".to_owned(),
            list.into_iter().map(collapse).collect(),
        );
    }
    Value::Object(document)
}

fn collapse(value: Value) -> Value {
    match value {
        Value::Array(mut list) if list.len() == 1 => collapse(list.remove(0)),
        Value::Array(list) => list.into_iter().map(collapse).collect(),
        Value::Object(map) => Value::Object(
            map.into_iter()
                .map(|(k, v)| match (k.as_str(), collapse(v)) {
                    ("AWS", v) => (k, roots(v)),
                    (_, v) => (k, v),
                })
                .collect(),
        ),
        other => other,
    }
}

fn roots(value: Value) -> Value {
    match value {
        Value::String(id) if is_account_id(&id) => Value::String(format!("arn:aws:iam::{id}:root")),
        Value::Array(list) => list.into_iter().map(roots).collect(),
        other => other,
    }
}

fn print(value: &Value, depth: usize, out: &mut String) {
    let pad = "  ".repeat(depth + 1);
    match value {
        Value::Object(map) if !map.is_empty() => {
            out.push_str("{\n");
            for (index, (key, value)) in map.iter().enumerate() {
                out.push_str(&format!("{pad}{} : ", Value::String(key.clone())));
                print(value, depth + 1, out);
                out.push_str(if index + 1 < map.len() { ",\n" } else { "\n" });
            }
            out.push_str(&format!("{}}}", "  ".repeat(depth)));
        }
        Value::Array(list) if !list.is_empty() => {
            out.push_str("[ ");
            for (index, value) in list.iter().enumerate() {
                print(value, depth, out);
                out.push_str(if index + 1 < list.len() { ", " } else { " ]" });
            }
        }
        other => out.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_recorded() {
        let text = r#"{"Version": "2012-10-17", "Statement": [{"Sid": "OwnedCurrentDeny", "Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::000000000000:user/Delegated"}, "Action": ["ecr:BatchGetImage"]}]}"#;
        let mut out = String::new();
        print(&normalize(serde_json::from_str(text).unwrap()), 0, &mut out);
        let expected = "{\n  \"Version\" : \"2012-10-17\",\n  \"Statement\" : [ {\n    \"Sid\" : \"OwnedCurrentDeny\",\n    \"Effect\" : \"Deny\",\n    \"Principal\" : {\n      \"AWS\" : \"arn:aws:iam::000000000000:user/Delegated\"\n    },\n    \"Action\" : \"ecr:BatchGetImage\"\n  } ]\n}";
        assert_eq!(out, expected);
    }
}
