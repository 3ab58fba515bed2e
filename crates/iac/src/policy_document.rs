//! `data.aws_iam_policy_document`, as the AWS provider renders it.

use serde_json::{Map, Value, json};

/// Renders the evaluated arguments of the data source into a policy document.
///
/// # Errors
/// What the provider would refuse.
pub fn policy_document(arguments: &Map<String, Value>) -> Result<String, String> {
    expected("a policy document", arguments, DOCUMENT)?;
    let mut statements: Vec<Value> = Vec::new();
    for text in list(
        "source_policy_documents",
        arguments.get("source_policy_documents"),
    )? {
        statements.extend(parse(&text)?);
    }
    for statement in blocks(arguments.get("statement")) {
        add(&mut statements, render(statement)?);
    }
    for text in list(
        "override_policy_documents",
        arguments.get("override_policy_documents"),
    )? {
        for statement in parse(&text)? {
            add(&mut statements, statement);
        }
    }
    let mut document = Map::new();
    let version = arguments
        .get("version")
        .and_then(Value::as_str)
        .unwrap_or("2012-10-17");
    document.insert("Version".to_owned(), json!(version));
    if let Some(id) = arguments.get("policy_id").and_then(text) {
        document.insert("Id".to_owned(), json!(id));
    }
    document.insert("Statement".to_owned(), Value::Array(statements));
    Ok(serde_json::to_string_pretty(&document).unwrap_or_default())
}

const DOCUMENT: &[&str] = &[
    "override_policy_documents",
    "policy_id",
    "source_policy_documents",
    "statement",
    "version",
];
const STATEMENT: &[&str] = &[
    "actions",
    "condition",
    "effect",
    "not_actions",
    "not_principals",
    "not_resources",
    "principals",
    "resources",
    "sid",
];
const PRINCIPALS: &[&str] = &["identifiers", "type"];
const CONDITION: &[&str] = &["test", "values", "variable"];

/// Refuses names that the provider does not know: what is misspelt would be left out of the document.
fn expected(what: &str, members: &Map<String, Value>, names: &[&str]) -> Result<(), String> {
    match members.keys().find(|k| !names.contains(&k.as_str())) {
        Some(name) => Err(format!(
            "`{name}` is not expected in {what}: it has {}",
            names.join(", ")
        )),
        None => Ok(()),
    }
}

/// Blocks of one name: in a configuration of JSON, one may stand without a list.
fn blocks(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Array(blocks)) => blocks,
        Some(one @ Value::Object(_)) => std::slice::from_ref(one),
        _ => &[],
    }
}

/// A text, number or Boolean as a text.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

/// The texts of a list; numbers and Booleans become texts, as with Terraform.
fn list(name: &str, value: Option<&Value>) -> Result<Vec<String>, String> {
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => items
            .iter()
            .map(|v| text(v).ok_or_else(|| format!("`{name}`: an element is not a text: {v}")))
            .collect(),
        Some(_) => Err(format!("`{name}` must be a list")),
    }
}

fn parse(text: &str) -> Result<Vec<Value>, String> {
    let value: Value =
        serde_json::from_str(text).map_err(|e| format!("a policy document is not JSON: {e}"))?;
    Ok(match value.get("Statement") {
        Some(Value::Array(list)) => list.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    })
}

/// A statement replaces an earlier one with the same `Sid`.
fn add(statements: &mut Vec<Value>, statement: Value) {
    let sid = statement.get("Sid").filter(|s| **s != json!(""));
    match statements
        .iter_mut()
        .find(|s| sid.is_some() && s.get("Sid") == sid)
    {
        Some(same) => *same = statement,
        None => statements.push(statement),
    }
}

/// One value stands alone, several in a list; `&{…}` becomes a policy variable.
fn one_or_many(values: Vec<String>) -> Value {
    let mut values: Vec<String> = values.into_iter().map(|v| v.replace("&{", "${")).collect();
    if values.len() == 1 {
        json!(values.remove(0))
    } else {
        json!(values)
    }
}

fn render(statement: &Value) -> Result<Value, String> {
    let nothing = Map::new();
    let members = |value: &Value| value.as_object().unwrap_or(&nothing).clone();
    expected("a statement", &members(statement), STATEMENT)?;
    let mut out = Map::new();
    if let Some(sid) = statement
        .get("sid")
        .and_then(text)
        .filter(|s| !s.is_empty())
    {
        out.insert("Sid".to_owned(), json!(sid));
    }
    let effect = statement
        .get("effect")
        .and_then(Value::as_str)
        .unwrap_or("Allow");
    if !matches!(effect, "Allow" | "Deny") {
        return Err(format!("`effect` is Allow or Deny, not {effect}"));
    }
    out.insert("Effect".to_owned(), json!(effect));
    for (from, to) in [
        ("principals", "Principal"),
        ("not_principals", "NotPrincipal"),
    ] {
        let named = blocks(statement.get(from));
        for block in named {
            expected(from, &members(block), PRINCIPALS)?;
        }
        if !named.is_empty() {
            out.insert(to.to_owned(), principals(named)?);
        }
    }
    for (from, to) in [
        ("actions", "Action"),
        ("not_actions", "NotAction"),
        ("resources", "Resource"),
        ("not_resources", "NotResource"),
    ] {
        let values = list(from, statement.get(from))?;
        if !values.is_empty() {
            out.insert(to.to_owned(), one_or_many(values));
        }
    }
    let asked = blocks(statement.get("condition"));
    if !asked.is_empty() {
        let mut conditions = Map::new();
        for block in asked {
            expected("a condition", &members(block), CONDITION)?;
            let member = |name: &str| block.get(name).and_then(Value::as_str).map(str::to_owned);
            let test = member("test").ok_or("a condition needs `test`")?;
            let variable = member("variable").ok_or("a condition needs `variable`")?;
            let mut values = list("values", block.get("values"))?;
            if let Value::Object(keys) = conditions.entry(test).or_insert_with(|| json!({})) {
                // Two blocks with the same test and variable are one list of values.
                match keys.get(&variable) {
                    Some(Value::Array(old)) => {
                        let old = old.iter().filter_map(text);
                        values = old.chain(values).collect();
                    }
                    Some(Value::String(old)) => values.insert(0, old.clone()),
                    _ => {}
                }
                keys.insert(variable, one_or_many(values));
            }
        }
        out.insert("Condition".to_owned(), Value::Object(conditions));
    }
    Ok(Value::Object(out))
}

fn principals(blocks: &[Value]) -> Result<Value, String> {
    let mut out = Map::new();
    for block in blocks {
        let kind = block
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let identifiers = list("identifiers", block.get("identifiers"))?;
        if kind == "*" && identifiers == ["*"] {
            return Ok(json!("*"));
        }
        let mut all = match out.get(kind) {
            Some(Value::String(one)) => vec![Value::String(one.clone())],
            Some(Value::Array(list)) => list.clone(),
            _ => Vec::new(),
        };
        all.extend(identifiers.into_iter().map(Value::String));
        let texts = all
            .iter()
            .filter_map(|v| v.as_str().map(str::to_owned))
            .collect();
        out.insert(kind.to_owned(), one_or_many(texts));
    }
    Ok(Value::Object(out))
}
