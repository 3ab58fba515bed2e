//! The documents that `usage` writes allow the requests that they were made from, and nothing else.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use proptest::prelude::*;
use sekisho_policy::{
    Context, Document, Gate, Needed, Policies, Policy, Principal, Request, ResourceKind, evaluate,
    usage,
};

/// Who, what, on which resource, of which account, protected how.
type Call = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    ResourceKind,
);

const WHO: [&str; 5] = [
    "arn:aws:sts::111111111111:assumed-role/r/s",
    "arn:aws:iam::111111111111:user/u",
    "arn:aws:sts::222222222222:assumed-role/r/s",
    "codepipeline.amazonaws.com",
    "arn:aws:iam::222222222222:root",
];

fn targets() -> Vec<(&'static str, &'static str, &'static str, ResourceKind)> {
    use ResourceKind::{Key, Ordinary, Trust};
    vec![
        ("s3:GetObject", "arn:aws:s3:::b/k", "222222222222", Ordinary),
        ("s3:PutObject", "arn:aws:s3:::b/k", "222222222222", Ordinary),
        ("s3:GetObject", "arn:aws:s3:::b/*", "222222222222", Ordinary),
        ("s3:ListBucket", "arn:aws:s3:::b", "222222222222", Ordinary),
        (
            "ecr:BatchGetImage",
            "arn:aws:ecr:us-east-1:111111111111:repository/x",
            "111111111111",
            Ordinary,
        ),
        (
            "ecr:DescribeImages",
            "arn:aws:ecr:us-east-1:111111111111:repository/x",
            "111111111111",
            Ordinary,
        ),
        (
            "ecr:DescribeImages",
            "arn:aws:ecr:us-east-1:111111111111:repository/y",
            "111111111111",
            Ordinary,
        ),
        (
            "kms:Decrypt",
            "arn:aws:kms:us-east-1:222222222222:key/1",
            "222222222222",
            Key,
        ),
        (
            "kms:GenerateDataKey",
            "arn:aws:kms:us-east-1:222222222222:key/1",
            "222222222222",
            Key,
        ),
        (
            "sts:AssumeRole",
            "arn:aws:iam::111111111111:role/t",
            "111111111111",
            Trust,
        ),
    ]
}

fn principal(text: &str) -> Principal {
    Principal::from_arn(text, None).unwrap_or_else(|| Principal::Service(text.to_owned()))
}

/// The holder whose resource policy protects a resource.
fn holder(resource: &str) -> &str {
    if resource.starts_with("arn:aws:s3:::") {
        resource.split('/').next().unwrap()
    } else {
        resource
    }
}

fn allowed(call: Call, needed: &[Needed]) -> bool {
    let (who, action, resource, owner, kind) = call;
    let principal = principal(who);
    let mut context = Context::new();
    if let Some(arn) = principal.principal_arn() {
        context.set("aws:PrincipalArn", arn.as_str());
    }
    let of = |gate: Gate, holder: &str| -> Vec<Policy> {
        needed
            .iter()
            .filter(|n| n.gate == gate && n.holder == holder)
            .map(|n| Policy::new("needed", n.document.parse::<Document>().unwrap()))
            .collect()
    };
    let policies = Policies {
        identity: of(
            Gate::Identity,
            &principal.principal_arn().unwrap_or_default(),
        ),
        resource: of(Gate::Resource, holder(resource)).into_iter().next(),
        ..Policies::default()
    };
    let request = Request {
        principal: &principal,
        action,
        resource,
        resource_account: Some(owner),
        context: &context,
        requested_grant: None,
        grant_tokens: &[],
    };
    evaluate(&request, &policies, kind).allowed()
}

fn every_call() -> Vec<Call> {
    WHO.into_iter()
        .flat_map(|who| {
            targets()
                .into_iter()
                .map(move |(action, resource, owner, kind)| (who, action, resource, owner, kind))
        })
        // No policy lets a root user assume a role.
        .filter(|(who, action, ..)| !(who.ends_with(":root") && *action == "sts:AssumeRole"))
        .collect()
}

proptest! {
    #[test]
    fn exactly_what_was_asked(chosen in prop::collection::hash_set(0usize..49, 0..12)) {
        let all = every_call();
        let asked: Vec<Call> = chosen.iter().map(|i| all[*i]).collect();
        let principals: Vec<Principal> = asked.iter().map(|c| principal(c.0)).collect();
        let context = Context::new();
        let needed = usage(asked.iter().zip(&principals).map(|(call, principal)| {
            let request = Request {
                principal,
                action: call.1,
                resource: call.2,
                resource_account: Some(call.3),
                context: &context,
                requested_grant: None,
                grant_tokens: &[],
            };
            (request, call.4)
        }));
        for call in all {
            // What a root user may do anyway needs nothing.
            let expected = asked.contains(&call) || allowed(call, &[]);
            prop_assert_eq!(allowed(call, &needed), expected, "{:?} under {:?}", call, needed);
        }
    }
}

#[test]
fn what_belongs_together_stands_together() {
    let principal = principal(WHO[0]);
    let context = Context::new();
    let ask = |action, resource| Request {
        principal: &principal,
        action,
        resource,
        resource_account: Some("111111111111"),
        context: &context,
        requested_grant: None,
        grant_tokens: &[],
    };
    let requests = [
        ask("s3:GetObject", "arn:aws:s3:::b/1"),
        ask("s3:GetObject", "arn:aws:s3:::b/2"),
        ask("s3:GetObject", "arn:aws:s3:::b/2"),
        ask("s3:ListBucket", "arn:aws:s3:::b"),
    ];
    let needed = usage(requests.map(|r| (r, ResourceKind::Ordinary)));
    assert_eq!(needed.len(), 1);
    assert_eq!(
        needed.first().unwrap().document,
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":["arn:aws:s3:::b/1","arn:aws:s3:::b/2"]},{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b"}]}"#
    );
}
