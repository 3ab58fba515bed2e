//! What IAM's policy simulator says of a principal, as configurations ask it in conditions of their own.

use serde_json::{Map, Value, json};

use super::{Made, Type, Values, attributes};
use crate::rehearse::Client;

pub(super) const READ: Type = Type {
    name: "aws_iam_principal_policy_simulation",
    arguments: &[
        "action_names",
        "additional_policies_json",
        "caller_arn",
        "context",
        "permissions_boundary_policies_json",
        "policy_source_arn",
        "resource_arns",
        "resource_handling_option",
        "resource_owner_account_id",
        "resource_policy_json",
    ],
    ignored: &[],
    make: read,
};

/// Arguments, and what the API calls them.
const MEMBERS: &[(&str, &str)] = &[
    ("action_names", "ActionNames"),
    ("additional_policies_json", "PolicyInputList"),
    ("caller_arn", "CallerArn"),
    (
        "permissions_boundary_policies_json",
        "PermissionsBoundaryPolicyInputList",
    ),
    ("policy_source_arn", "PolicySourceArn"),
    ("resource_arns", "ResourceArns"),
    ("resource_handling_option", "ResourceHandlingOption"),
    ("resource_owner_account_id", "ResourceOwner"),
    ("resource_policy_json", "ResourcePolicy"),
];

fn read(client: &Client, values: &Values<'_>) -> Made {
    let mut input = Map::from_iter([("MaxItems".to_owned(), json!(1000))]);
    for (from, to) in MEMBERS {
        input.extend(values.get(from).map(|v| ((*to).to_owned(), v.clone())));
    }
    let context: Vec<Value> = values
        .blocks("context")
        .iter()
        .map(|c| {
            json!({"ContextKeyName": c.text("key"), "ContextKeyType": c.text("type"), "ContextKeyValues": c.texts("values")})
        })
        .collect();
    if !context.is_empty() {
        input.insert("ContextEntries".to_owned(), json!(context));
    }
    let mut results = Vec::new();
    loop {
        let page = client.call(
            "iam",
            "SimulatePrincipalPolicy",
            Value::Object(input.clone()),
        )?;
        let found = page["EvaluationResults"].as_array().into_iter().flatten();
        results.extend(found.map(result));
        match page
            .get("Marker")
            .filter(|_| page["IsTruncated"] == json!(true))
        {
            Some(marker) => input.insert("Marker".to_owned(), marker.clone()),
            None => break,
        };
    }
    let all = !results.is_empty() && results.iter().all(|r| r["allowed"] == json!(true));
    Ok(attributes([
        ("all_allowed", json!(all)),
        ("id", json!("-")),
        ("results", json!(results)),
    ]))
}

fn result(of: &Value) -> Value {
    let matched = of["MatchedStatements"].as_array().into_iter().flatten();
    let matched: Vec<Value> = matched
        .map(|m| json!({"source_policy_id": m["SourcePolicyId"], "source_policy_type": m["SourcePolicyType"]}))
        .collect();
    let details = of.get("EvalDecisionDetails").filter(|d| d.is_object());
    let missing = of["MissingContextValues"].as_array();
    json!({
        "action_name": of["EvalActionName"],
        "allowed": of["EvalDecision"] == json!("allowed"),
        "decision": of["EvalDecision"],
        "decision_details": details.cloned().unwrap_or_else(|| json!({})),
        "matched_statements": matched,
        "missing_context_keys": missing.cloned().unwrap_or_default(),
        "resource_arn": of["EvalResourceName"],
    })
}
