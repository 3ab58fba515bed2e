//! `data.aws_ecr_lifecycle_policy_document`, byte for byte as the AWS provider renders it (hashicorp/aws 5.100; recorded in
//! `recorded.json`).

use serde_json::{Map, Value};

use crate::policy_document::escaped;

/// Renders the evaluated arguments of the data source into a lifecycle policy.
///
/// # Errors
/// What the provider refuses.
pub fn lifecycle_document(arguments: &Map<String, Value>) -> Result<String, String> {
    let rules = blocks("rule", arguments, 1, usize::MAX)?;
    let rules: Result<Vec<Value>, String> = rules.into_iter().map(rule).collect();
    let document = object([("rules", Some(Value::Array(rules?)))]);
    Ok(escaped(
        &serde_json::to_string_pretty(&document).unwrap_or_default(),
    ))
}

fn rule(rule: &Map<String, Value>) -> Result<Value, String> {
    let selection = blocks("selection", rule, 1, 1)?;
    let selection = selection.into_iter().map(selected).next().transpose()?;
    let action = blocks("action", rule, 0, 1)?;
    let kind = match action.first() {
        Some(action) => word("type", action, &["expire"])?,
        None => "expire".into(),
    };
    Ok(object([
        ("rulePriority", Some(positive("priority", rule)?)),
        ("description", given("description", rule)),
        ("selection", selection),
        ("action", Some(object([("type", Some(kind))]))),
    ]))
}

fn selected(of: &Map<String, Value>) -> Result<Value, String> {
    const STATUS: &[&str] = &["tagged", "untagged", "any"];
    const COUNTED: &[&str] = &["imageCountMoreThan", "sinceImagePushed"];
    let list = |name| given(name, of).filter(|v| v.as_array().is_some_and(|l| !l.is_empty()));
    Ok(object([
        ("tagStatus", Some(word("tag_status", of, STATUS)?)),
        ("tagPatternList", list("tag_pattern_list")),
        ("tagPrefixList", list("tag_prefix_list")),
        ("countType", Some(word("count_type", of, COUNTED)?)),
        ("countUnit", given("count_unit", of)),
        ("countNumber", Some(positive("count_number", of)?)),
    ]))
}

/// The members that there are, in this order.
fn object<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    let there = members
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(there.collect())
}

fn given(name: &str, of: &Map<String, Value>) -> Option<Value> {
    of.get(name).filter(|v| !v.is_null()).cloned()
}

/// The blocks of one name, as many as there may be.
fn blocks<'v>(
    name: &str,
    of: &'v Map<String, Value>,
    least: usize,
    most: usize,
) -> Result<Vec<&'v Map<String, Value>>, String> {
    let found: Vec<&Map<String, Value>> = match of.get(name) {
        Some(Value::Array(blocks)) => blocks.iter().filter_map(Value::as_object).collect(),
        Some(Value::Object(one)) => vec![one],
        _ => Vec::new(),
    };
    match found.len() {
        n if n < least => Err(format!("a block `{name}` is required")),
        n if n > most => Err(format!(
            "there must be at most {most} blocks `{name}`, and there are {n}"
        )),
        _ => Ok(found),
    }
}

fn word(name: &str, of: &Map<String, Value>, allowed: &[&str]) -> Result<Value, String> {
    let value = given(name, of).ok_or_else(|| format!("`{name}` is required"))?;
    match value.as_str().filter(|text| allowed.contains(text)) {
        Some(_) => Ok(value),
        None => Err(format!(
            "`{name}` must be one of {}, and is {value}",
            allowed.join(", ")
        )),
    }
}

/// A whole number above nothing; Terraform takes a text that is one.
fn positive(name: &str, of: &Map<String, Value>) -> Result<Value, String> {
    let value = given(name, of).ok_or_else(|| format!("`{name}` is required"))?;
    let number = match &value {
        Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
    };
    match number.filter(|n: &u64| *n > 0) {
        Some(number) => Ok(Value::from(number)),
        None => Err(format!(
            "`{name}` must be a whole number of at least 1, and is {value}"
        )),
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]
mod tests {
    use super::*;
    use crate::{Configuration, Reading, State};

    #[test]
    fn as_the_provider_renders_them() {
        let rows: Vec<Value> = serde_json::from_str(include_str!("recorded.json")).unwrap();
        let rendered = rows.iter().filter(|r| r["json"].is_string()).count();
        assert!(rendered > 3 && rows.len() > rendered + 9);
        for row in rows {
            let body = row["body"].as_str().unwrap();
            let folder = tempfile::tempdir().unwrap();
            let text = format!("data \"aws_ecr_lifecycle_policy_document\" \"d\" {{\n{body}\n}}\n");
            std::fs::write(folder.path().join("main.tf"), text).unwrap();
            let config = Configuration::read(&Reading::of(folder.path())).unwrap();
            let state = State::new(&config);
            let (_, scope) = state.scopes(&config.nodes[0]).unwrap().remove(0);
            let arguments = config.nodes[0].arguments(&scope).unwrap();
            let own = lifecycle_document(&arguments.values);
            assert_eq!(own.ok(), row["json"].as_str().map(str::to_owned), "{body}");
        }
    }
}
