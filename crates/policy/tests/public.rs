//! What AWS was recorded to call public.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use sekisho_policy::{Document, is_public};
use serde_json::{Value, json};

fn recorded() -> Vec<Value> {
    let text = include_str!("public.json");
    let file: Value = serde_json::from_str(text).unwrap();
    file["cases"].as_array().unwrap().clone()
}

fn document(statements: &Value) -> Document {
    let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    text.parse().unwrap()
}

#[test]
fn policies_are_public_as_recorded() {
    let mut wrong = Vec::new();
    let mut asked = 0;
    for case in recorded() {
        let Some(public) = case["public"].as_bool() else {
            continue;
        };
        asked += 1;
        if is_public(&document(&case["statements"])) != public {
            wrong.push(case["name"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(asked, 79);
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// What a Deny does not cover stays public: another action, another resource, a condition that narrows nobody down.
#[test]
fn a_deny_takes_only_what_it_names() {
    let allow = json!({"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject", "s3:GetObjectTagging"], "Resource": "arn:aws:s3:::bucket/*"});
    let deny = |changes: Value| {
        let mut deny = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::bucket/*"});
        for (name, value) in changes.as_object().unwrap() {
            deny[name] = value.clone();
        }
        is_public(&document(&json!([allow, deny])))
    };
    assert!(!deny(json!({})));
    assert!(deny(json!({"Action": "s3:GetObject"})));
    assert!(deny(json!({"Resource": "arn:aws:s3:::bucket/notes/*"})));
    assert!(deny(json!({"Principal": {"AWS": "111111111111"}})));
    let when = |operator: &str, key: &str, value: Value| {
        deny(json!({"Condition": {operator: {key: value}}}))
    };
    assert!(!when(
        "StringNotEquals",
        "aws:PrincipalOrgID",
        json!("o-1234567890")
    ));
    assert!(!when(
        "NotIpAddress",
        "aws:SourceIp",
        json!("203.0.113.0/24")
    ));
    assert!(when(
        "StringEquals",
        "aws:PrincipalOrgID",
        json!("o-1234567890")
    ));
    assert!(when("NotIpAddress", "aws:SourceIp", json!("0.0.0.0/0")));
    assert!(when("Bool", "aws:SecureTransport", json!("false")));
    assert!(when(
        "ForAnyValue:StringNotEquals",
        "aws:PrincipalOrgPaths",
        json!("o-1/r-1/")
    ));
    assert!(when(
        "StringNotEquals",
        "aws:Referer",
        json!("https://example.com")
    ));
    // One condition of two that narrows nobody down lets everybody through.
    let two = json!({"Condition": {"StringNotEquals": {"aws:SourceAccount": "111111111111"}, "Bool": {"aws:SecureTransport": "false"}}});
    assert!(deny(two));
}
