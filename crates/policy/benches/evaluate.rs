//! Decisions a second: a cross-account `kms:Decrypt`, the same under service control policies, a resource control
//! policy and a boundary, and documents of up to 10,000 statements.

#![allow(
    clippy::panic,
    clippy::must_use_candidate,
    clippy::new_without_default,
    missing_docs,
    unreachable_pub,
    reason = "a bench says what it expects by failing"
)]

mod scene;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use scene::{Scene, policy};
use sekisho_policy::{ResourceKind, explain};

fn decide(c: &mut Criterion) {
    let mut group = c.benchmark_group("cross-account kms:Decrypt");
    group.throughput(Throughput::Elements(1));
    let scene = Scene::new();
    assert!(scene.decide());
    group.bench_function("identity and key policy", |b| {
        b.iter(|| black_box(&scene).decide());
    });
    let mut guarded = Scene::new();
    let level = policy(
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
        {"Effect":"Deny","Action":["organizations:Leave*","account:*"],"Resource":"*"}]}"#,
    );
    guarded.policies.scp = vec![vec![level.clone()], vec![level]];
    guarded.policies.rcp = vec![vec![policy(
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},
        {"Effect":"Deny","Principal":"*","Action":["s3:*","kms:*"],"Resource":"*",
         "Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-1234567890"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}}]}"#,
    )]];
    guarded.policies.boundary = Some(policy(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["s3:*","kms:*","ecr:*"],"Resource":"*"}}"#,
    ));
    assert!(guarded.decide());
    group.bench_function("with two SCP levels, an RCP and a boundary", |b| {
        b.iter(|| black_box(&guarded).decide());
    });
    group.bench_function("explained", |b| {
        b.iter(|| {
            explain(
                &black_box(&guarded).request(),
                &guarded.policies,
                ResourceKind::Key,
            )
        });
    });
    group.finish();
}

/// Identity policies of many statements, of which the last allows.
fn many(c: &mut Criterion) {
    let mut group = c.benchmark_group("statements");
    for count in [10, 100, 1_000, 10_000] {
        let last = r#"{"Effect":"Allow","Action":"kms:Decrypt","Resource":"arn:aws:kms:us-east-1:222222222222:key/1234"}"#;
        for (name, statement) in [
            (
                "other actions",
                r#"{"Effect":"Allow","Action":"s3:Action#","Resource":"arn:aws:s3:::artifacts/*"}"#,
            ),
            (
                "same action, other resources",
                r#"{"Effect":"Allow","Action":"kms:Decrypt","Resource":"arn:aws:kms:us-east-1:222222222222:key/#"}"#,
            ),
        ] {
            let mut statements: Vec<String> = (0..count - 1)
                .map(|i| statement.replace('#', &format!("x{i}")))
                .collect();
            statements.push(last.to_owned());
            let mut scene = Scene::new();
            scene.policies.identity = vec![policy(&format!(
                r#"{{"Version":"2012-10-17","Statement":[{}]}}"#,
                statements.join(",")
            ))];
            assert!(scene.decide());
            group.bench_function(BenchmarkId::new(name, count), |b| {
                b.iter(|| black_box(&scene).decide());
            });
        }
    }
    group.finish();
}

criterion_group!(benches, decide, many);
criterion_main!(benches);
