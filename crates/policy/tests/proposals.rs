//! What is proposed, word for word: no wider than it has to be, in the language of the document that it goes into.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use sekisho_policy::case::Case;
use sekisho_policy::{Change, apply, evaluate, what_would_allow};
use serde_json::{Value, json};

/// The statements that are proposed for a case, each proven to be enough with the others.
fn proposed(request: Value, policies: Value) -> Vec<Value> {
    let text = json!({"request": request, "policies": policies}).to_string();
    let case = Case::read(&text, 0).unwrap();
    let request = case.request();
    let changes = what_would_allow(&request, &case.policies, case.kind);
    let changed = apply(&case.policies, &changes);
    assert!(evaluate(&request, &changed, case.kind).allowed());
    let statement = |change: &Change| match change {
        Change::Add { statement, .. } => serde_json::from_str(statement).unwrap(),
        Change::Relax { .. } => Value::Null,
    };
    changes.iter().map(statement).collect()
}

const ROLE: &str = "arn:aws:iam::111111111111:role/app";

fn read(resource: &str) -> Value {
    json!({"principal": ROLE, "action": "s3:GetObject", "resource": resource, "resource_account": "111111111111"})
}

fn everything(version: &str) -> Value {
    json!({"Version": version, "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
}

/// Wildcards in the name of an object are escaped, and where the document cannot escape them, as few others as possible are
/// covered.
#[test]
fn a_name_with_wildcards_is_not_a_pattern() {
    let other = |version: &str| json!({"Version": version, "Statement": [{"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}]});
    for gate in ["boundary", "session"] {
        for (version, resource) in [
            ("2012-10-17", "arn:aws:s3:::b/a${*}b"),
            ("2008-10-17", "arn:aws:s3:::b/a?b"),
        ] {
            let document = other(version);
            let list = if gate == "session" {
                json!([document])
            } else {
                document
            };
            let policies = json!({"identity": [everything("2012-10-17")], gate: list});
            let statements = proposed(read("arn:aws:s3:::b/a*b"), policies);
            assert_eq!(
                statements,
                [json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": resource})],
                "{gate} {version}"
            );
        }
    }
}

/// A service acts for whoever asks it to: the statement holds for the one who did.
#[test]
fn a_service_is_let_in_for_one_source() {
    let request = json!({
        "principal": {"service": "events.amazonaws.com"},
        "action": "sqs:SendMessage",
        "resource": "arn:aws:sqs:us-east-1:111111111111:queue",
        "context": {"aws:SourceArn": "arn:aws:events:us-east-1:222222222222:rule/r", "aws:SourceAccount": "222222222222"},
    });
    let wanted = json!({
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": "arn:aws:sqs:us-east-1:111111111111:queue",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": "222222222222"},
            "ArnEquals": {"aws:SourceArn": "arn:aws:events:us-east-1:222222222222:rule/r"},
        },
    });
    assert_eq!(proposed(request, json!({})), [wanted]);
    let unknown = json!({"principal": {"service": "events.amazonaws.com"}, "action": "sqs:SendMessage", "resource": "arn:aws:sqs:us-east-1:111111111111:queue"});
    let statements = proposed(unknown, json!({}));
    assert_eq!(statements.first().and_then(|s| s.get("Condition")), None);
}

/// An endpoint is everybody's in its network, and its policy cannot say in `Principal` who may.
#[test]
fn an_endpoint_lets_in_who_asks() {
    let mut request = read("arn:aws:s3:::b/k");
    let policies = json!({
        "identity": [everything("2012-10-17")],
        "endpoint": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "ec2:*", "Resource": "*"}]},
    });
    let mut wanted = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/k"});
    assert_eq!(
        proposed(request.clone(), policies.clone()),
        [wanted.clone()]
    );
    let known = json!({"aws:PrincipalArn": ROLE});
    request
        .as_object_mut()
        .unwrap()
        .insert("context".into(), known.clone());
    let condition = json!({"ArnEquals": known});
    wanted
        .as_object_mut()
        .unwrap()
        .insert("Condition".into(), condition);
    assert_eq!(proposed(request, policies), [wanted]);
}
