//! The same cross-account decision by this engine and by Cedar, in one run. Cedar's policies say what the IAM
//! documents say: what the role may do, what the key's owner may do, and what the key grants the role.

use std::hint::black_box;
use std::str::FromStr;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request, RestrictedExpression,
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

#[allow(dead_code)]
#[path = "../../benches/scene/mod.rs"]
mod scene;

const POLICIES: &str = r#"
permit(principal == Role::"ecr-source", action == Action::"ecr:DescribeImages", resource)
when { context.arn like "arn:aws:ecr:us-east-1:111111111111:repository/*" };
permit(principal == Role::"ecr-source", action in [Action::"s3:GetObject", Action::"s3:PutObject"], resource)
when { context.arn like "arn:aws:s3:::artifacts/*" };
permit(principal == Root::"222222222222", action, resource);
permit(principal == Role::"ecr-source", action == Action::"kms:GenerateDataKey", resource == Key::"1234");
permit(principal == Role::"ecr-source", action == Action::"kms:Decrypt", resource == Key::"1234")
when {
    context.viaService == "s3.us-east-1.amazonaws.com" && context.orgId == "o-1234567890" &&
    context.s3Arn like "arn:aws:s3:::artifacts/*"
};
"#;

fn compare(c: &mut Criterion) {
    let mut group = c.benchmark_group("cross-account decrypt");
    group.throughput(Throughput::Elements(1));
    let scene = scene::Scene::new();
    assert!(scene.decide());
    group.bench_function("sekisho-policy", |b| b.iter(|| black_box(&scene).decide()));

    let policies = PolicySet::from_str(POLICIES).expect("the policies read");
    let uid = |text: &str| EntityUid::from_str(text).expect("an entity");
    let string = |text: &str| RestrictedExpression::new_string(text.to_owned());
    let context = Context::from_pairs([
        (
            "viaService".to_owned(),
            string("s3.us-east-1.amazonaws.com"),
        ),
        ("orgId".to_owned(), string("o-1234567890")),
        (
            "s3Arn".to_owned(),
            string("arn:aws:s3:::artifacts/delivery/Image/abc"),
        ),
        (
            "arn".to_owned(),
            string("arn:aws:kms:us-east-1:222222222222:key/1234"),
        ),
    ])
    .expect("a context");
    let request = Request::new(
        uid(r#"Role::"ecr-source""#),
        uid(r#"Action::"kms:Decrypt""#),
        uid(r#"Key::"1234""#),
        context,
        None,
    )
    .expect("a request");
    let entities = Entities::empty();
    let authorizer = Authorizer::new();
    let decide = || {
        authorizer
            .is_authorized(black_box(&request), &policies, &entities)
            .decision()
    };
    assert_eq!(decide(), Decision::Allow);
    group.bench_function("cedar-policy", |b| b.iter(decide));
    group.finish();
}

criterion_group!(benches, compare);
criterion_main!(benches);
