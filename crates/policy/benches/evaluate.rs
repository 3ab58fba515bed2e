//! A cross-account `kms:Decrypt`: identity policy of three statements, key policy of two.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench says what it expects by failing"
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use sekisho_policy::{
    Context, Document, Policies, Policy, Principal, Request, ResourceKind, evaluate,
};

fn policy(text: &str) -> Policy {
    Policy::new("policy", text.parse::<Document>().unwrap())
}

fn decide(c: &mut Criterion) {
    let identity = policy(
        r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"ecr:DescribeImages","Resource":"arn:aws:ecr:us-east-1:111111111111:repository/*"},
        {"Effect":"Allow","Action":["s3:GetObject*","s3:PutObject"],"Resource":"arn:aws:s3:::artifacts/*"},
        {"Effect":"Allow","Action":["kms:Decrypt","kms:GenerateDataKey*"],"Resource":"arn:aws:kms:us-east-1:222222222222:key/1234"}]}"#,
    );
    let key = policy(
        r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:root"},"Action":"kms:*","Resource":"*"},
        {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:role/ecr-source"},"Action":"kms:Decrypt","Resource":"*",
         "Condition":{"StringEquals":{"kms:ViaService":"s3.us-east-1.amazonaws.com","aws:PrincipalOrgID":"o-1234567890"},
                      "ArnLike":{"kms:EncryptionContext:aws:s3:arn":"arn:aws:s3:::artifacts/*"}}}]}"#,
    );
    let policies = Policies {
        identity: vec![identity],
        resource: Some(key),
        ..Policies::default()
    };
    let principal =
        Principal::from_arn("arn:aws:sts::111111111111:assumed-role/ecr-source/1", None).unwrap();
    let mut context = Context::new();
    for (name, value) in [
        ("kms:ViaService", "s3.us-east-1.amazonaws.com"),
        ("aws:PrincipalOrgID", "o-1234567890"),
        (
            "kms:EncryptionContext:aws:s3:arn",
            "arn:aws:s3:::artifacts/delivery/Image/abc",
        ),
    ] {
        context.set(name, value);
    }
    let request = Request {
        principal: &principal,
        action: "kms:Decrypt",
        resource: "arn:aws:kms:us-east-1:222222222222:key/1234",
        resource_account: Some("222222222222"),
        context: &context,
        requested_grant: None,
    };
    assert!(evaluate(&request, &policies, ResourceKind::Key).allowed());
    c.bench_function("cross-account kms:Decrypt", |b| {
        b.iter(|| evaluate(black_box(&request), black_box(&policies), ResourceKind::Key));
    });
}

criterion_group!(benches, decide);
criterion_main!(benches);
