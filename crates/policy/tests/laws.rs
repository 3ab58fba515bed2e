//! Laws that hold for every set of documents.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says what it expects by failing"
)]

use proptest::prelude::*;
use sekisho_policy::{
    Context, Document, Outcome, Policies, Policy, Principal, Request, ResourceKind, evaluate,
};

const ACCOUNTS: [&str; 2] = ["111111111111", "222222222222"];

/// A statement out of few parts, so that near misses are common.
fn statement(principals: bool) -> impl Strategy<Value = String> {
    let action = prop::sample::select(vec!["s3:GetObject", "s3:*", "s3:Get*", "s3:PutObject", "*"]);
    let resource = prop::sample::select(vec![
        "*",
        "arn:aws:s3:::b/*",
        "arn:aws:s3:::b/k",
        "arn:aws:s3:::c/*",
    ]);
    let who = prop::sample::select(vec![
        "\"*\"",
        "{\"AWS\":\"111111111111\"}",
        "{\"AWS\":\"arn:aws:iam::111111111111:role/r\"}",
        "{\"AWS\":\"arn:aws:sts::111111111111:assumed-role/r/s\"}",
        "{\"AWS\":\"arn:aws:iam::222222222222:root\"}",
    ]);
    let condition = prop::sample::select(vec![
        "",
        ",\"Condition\":{\"StringEquals\":{\"aws:username\":\"x\"}}",
        ",\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"true\"}}",
        ",\"Condition\":{\"StringNotEquals\":{\"aws:PrincipalAccount\":\"222222222222\"}}",
    ]);
    let effect = prop::sample::select(vec!["Allow", "Allow", "Allow", "Deny"]);
    (effect, action, resource, who, condition).prop_map(move |(effect, action, resource, who, condition)| {
        let who = if principals { format!(",\"Principal\":{who}") } else { String::new() };
        format!("{{\"Effect\":\"{effect}\",\"Action\":\"{action}\",\"Resource\":\"{resource}\"{who}{condition}}}")
    })
}

fn document(statements: &[String]) -> Policy {
    let text = format!(
        "{{\"Version\":\"2012-10-17\",\"Statement\":[{}]}}",
        statements.join(",")
    );
    Policy::new("p", text.parse::<Document>().unwrap())
}

fn decide(
    identity: &[String],
    resource: &[String],
    boundary: Option<&[String]>,
    owner: &str,
) -> Outcome {
    let principal =
        Principal::from_arn("arn:aws:sts::111111111111:assumed-role/r/s", None).unwrap();
    let mut context = Context::new();
    context.set("aws:SecureTransport", "true");
    context.set("aws:PrincipalAccount", "111111111111");
    let request = Request {
        principal: &principal,
        action: "s3:GetObject",
        resource: "arn:aws:s3:::b/k",
        resource_account: Some(owner),
        context: &context,
        requested_grant: None,
        grant_tokens: &[],
    };
    let policies = Policies {
        identity: vec![document(identity)],
        resource: Some(document(resource)),
        boundary: boundary.map(document),
        ..Policies::default()
    };
    evaluate(&request, &policies, ResourceKind::Ordinary).outcome
}

fn deny() -> String {
    "{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}".to_owned()
}

fn allow() -> String {
    "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}".to_owned()
}

proptest! {
    #[test]
    fn laws(
        identity in prop::collection::vec(statement(false), 0..4),
        resource in prop::collection::vec(statement(true), 0..4),
        boundary in prop::option::of(prop::collection::vec(statement(false), 0..3)),
        owner in prop::sample::select(ACCOUNTS.to_vec()),
    ) {
        let before = decide(&identity, &resource, boundary.as_deref(), owner);
        // A matching explicit deny always wins.
        let denied = [identity.clone(), vec![deny()]].concat();
        prop_assert_eq!(decide(&denied, &resource, boundary.as_deref(), owner), Outcome::ExplicitDeny);
        // Adding an Allow never takes access away.
        let more = [identity.clone(), vec![allow()]].concat();
        if before == Outcome::Allow {
            prop_assert_eq!(decide(&more, &resource, boundary.as_deref(), owner), Outcome::Allow);
        }
        // Adding a boundary never gives access.
        if before != Outcome::Allow && boundary.is_none() {
            prop_assert_ne!(decide(&identity, &resource, Some(&[allow()]), owner), Outcome::Allow);
        }
        // The order of statements does not matter.
        let reversed = |l: &[String]| l.iter().rev().cloned().collect::<Vec<_>>();
        prop_assert_eq!(decide(&reversed(&identity), &reversed(&resource), boundary.as_deref(), owner), before);
        // Across accounts nothing is allowed that the resource's own policy does not allow.
        if owner == ACCOUNTS[1] && resource.iter().all(|s| s.contains("Deny")) {
            prop_assert_ne!(before, Outcome::Allow);
        }
    }
}
