//! `aws_iam_policy_document`, which asks nobody.

use sekisho_iac::{Node, Problem, policy_document};
use serde_json::{Map, Value, json};

/// What the provider fills in of a statement, where nothing is given.
const OF_STATEMENTS: &[&str] = &[
    "actions",
    "condition",
    "not_actions",
    "not_principals",
    "not_resources",
    "principals",
    "resources",
];

/// Arguments of a document that are null where they are not given.
const OF_DOCUMENTS: &[&str] = &[
    "override_json",
    "override_policy_documents",
    "policy_id",
    "source_json",
    "source_policy_documents",
];

/// The attributes of an `aws_iam_policy_document` with these arguments.
pub(in crate::rehearse) fn document(
    node: &Node,
    mut values: Map<String, Value>,
) -> Result<Map<String, Value>, Problem> {
    let document = policy_document(&values).map_err(|m| Problem::at(&node.place, m))?;
    let statements = values.get_mut("statement").and_then(Value::as_array_mut);
    let statements = statements.into_iter().flatten();
    for statement in statements.filter_map(Value::as_object_mut) {
        statement.entry("effect").or_insert(json!("Allow"));
        statement.entry("sid").or_insert(json!(""));
        for name in OF_STATEMENTS {
            statement.entry(*name).or_insert_with(|| json!([]));
        }
    }
    for name in OF_DOCUMENTS {
        values.entry(*name).or_insert(Value::Null);
    }
    let version = values.entry("version").or_insert(Value::Null);
    if version.is_null() {
        *version = json!("2012-10-17");
    }
    values.insert("json".to_owned(), json!(document.json));
    values.insert("minified_json".to_owned(), json!(document.minified_json));
    values.insert("id".to_owned(), json!(document.id));
    Ok(values)
}
