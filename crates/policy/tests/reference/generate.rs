//! Random documents and requests made of few parts, so that near misses are common.

use proptest::prelude::*;
use proptest::sample::select;
use sekisho_policy::{Context, Document, Grant, Policies, Policy, Principal, ResourceKind};
use serde_json::{Value, json};

use super::{GrantParts, Layers, Question, Required, Who};

/// On whose behalf a request may be made.
const BEHALF: &str = "arn:aws:s3:::behalf";
const A: &str = "111111111111";
const B: &str = "222222222222";
/// The unique id that every role has here.
pub(crate) const ROLE_ID: &str = "AROA1";
const PROVIDER: &str = "arn:aws:iam::111111111111:saml-provider/p";

fn who() -> impl Strategy<Value = Who> {
    prop_oneof![
        6 => (select(vec![A, B]), select(vec!["r", "aws-service-role/x.amazonaws.com/slr", "x:role/aws-service-role/r"])).prop_map(|(account, role)| Who::Session {
            account: account.into(), role: role.into(), name: "s".into(),
        }),
        3 => Just(Who::User { account: A.into(), arn: format!("arn:aws:iam::{A}:user/u") }),
        1 => Just(Who::Root { account: A.into() }),
        1 => Just(Who::Federated { account: A.into(), arn: format!("arn:aws:sts::{A}:federated-user/f") }),
        1 => Just(Who::Service("codepipeline.amazonaws.com".into())),
        1 => Just(Who::Provider(PROVIDER.into())),
        1 => Just(Who::Anonymous),
    ]
}

pub(crate) fn principal(who: &Who) -> Principal {
    match who {
        Who::User { account, arn } => Principal::User {
            account: account.clone(),
            arn: arn.clone(),
            id: None,
        },
        Who::Session {
            account,
            role,
            name,
        } => Principal::Session {
            account: account.clone(),
            role_arn: format!("arn:aws:iam::{account}:role/{role}"),
            path_known: true,
            role_name: role.rsplit('/').next().unwrap().to_owned(),
            session: name.clone(),
            role_id: Some(ROLE_ID.into()),
        },
        Who::Root { account } => Principal::Root {
            account: account.clone(),
        },
        Who::Federated { account, arn } => Principal::Federated {
            account: account.clone(),
            arn: arn.clone(),
            user: Some(format!("arn:aws:iam::{A}:user/u")),
        },
        Who::Service(name) => Principal::Service(name.clone()),
        Who::Provider(name) => Principal::provider(name),
        Who::Anonymous => Principal::Anonymous,
    }
}

fn named() -> impl Strategy<Value = Value> {
    select(vec![
        json!("*"),
        json!({"AWS": A}),
        json!({"AWS": B}),
        json!({"AWS": format!("arn:aws:iam::{A}:root")}),
        json!({"AWS": format!("arn:aws:iam::{A}:role/r")}),
        json!({"AWS": [format!("arn:aws:iam::{B}:role/r"), format!("arn:aws:iam::{A}:user/u")]}),
        json!({"AWS": format!("arn:aws:sts::{A}:assumed-role/r/s")}),
        json!({"AWS": [A, format!("arn:aws:iam::{A}:role/r"), format!("arn:aws:sts::{A}:assumed-role/r/s")]}),
        json!({"AWS": [A, format!("arn:aws:iam::{A}:user/u")]}),
        json!({"AWS": [A, format!("arn:aws:sts::{A}:federated-user/f")]}),
        json!({"Service": "codepipeline.amazonaws.com"}),
        json!({"Service": "s3.amazonaws.com", "AWS": "*"}),
        json!({"Federated": PROVIDER}),
        json!({"Federated": "cognito-identity.amazonaws.com"}),
        json!({"AWS": ROLE_ID}),
        json!({"AWS": format!("{ROLE_ID}:s")}),
    ])
}

fn action() -> impl Strategy<Value = Value> {
    select(vec![
        json!("*"),
        json!("s3:GetObject"),
        json!("S3:getobject"),
        json!("s3:Get*"),
        json!(["s3:PutObject", "kms:Decrypt"]),
        json!("kms:*"),
        json!("kms:Decryp?"),
        json!(["kms:Encrypt", "s3:*"]),
        json!("*:GetObject"),
        json!("sts:AssumeRole"),
    ])
}

fn resource() -> impl Strategy<Value = Value> {
    select(vec![
        json!("*"),
        json!("arn:aws:s3:::b/*"),
        json!("arn:aws:s3:::b/k"),
        json!("arn:aws:s3:::b/K"),
        json!("arn:aws:s3:::b/${aws:username}"),
        json!("arn:aws:s3:::b/${aws:username, 'k'}"),
        json!(["arn:aws:s3:::c/*", "arn:aws:kms:*:111111111111:key/*"]),
        json!("arn:aws:*"),
        json!("arn:aws:s3:::?/k"),
    ])
}

fn condition() -> impl Strategy<Value = Value> {
    let set = select(vec!["", "", "", "ForAllValues:", "ForAnyValue:"]);
    let exists = select(vec!["", "", "IfExists"]);
    let rest = select(vec![
        ("StringEquals", "aws:username", json!("k")),
        ("StringEquals", "aws:TagKeys", json!(["x", "y"])),
        ("StringNotEquals", "aws:TagKeys", json!("x")),
        ("StringNotEquals", "aws:PrincipalAccount", json!([A, B])),
        ("StringEquals", "aws:PrincipalAccount", json!(A)),
        ("StringEqualsIgnoreCase", "AWS:UserName", json!("K")),
        ("StringLike", "aws:username", json!(["?", "z*"])),
        ("StringLike", "aws:PrincipalTag/t", json!("${aws:username}")),
        ("StringNotLike", "aws:username", json!("*k*")),
        (
            "StringEquals",
            "aws:PrincipalTag/t",
            json!("${aws:TagKeys, 'k'}"),
        ),
        ("Bool", "aws:SecureTransport", json!("true")),
        ("Bool", "aws:SecureTransport", json!(false)),
        ("NumericEquals", "s3:max-keys", json!(["1", "x"])),
        ("NumericNotEquals", "s3:max-keys", json!("1")),
        ("NumericLessThan", "s3:max-keys", json!(10)),
        ("NumericGreaterThanEquals", "s3:max-keys", json!("10")),
        (
            "ArnLike",
            "aws:PrincipalArn",
            json!("arn:aws:iam::*:role/*"),
        ),
        (
            "ArnEquals",
            "aws:PrincipalArn",
            json!(["nonsense", "arn:aws:iam::111111111111:role/r"]),
        ),
        (
            "ArnNotLike",
            "aws:PrincipalArn",
            json!("arn:aws:iam::111111111111:*"),
        ),
        (
            "IpAddress",
            "aws:SourceIp",
            json!(["10.0.0.0/8", "192.0.2.1"]),
        ),
        ("NotIpAddress", "aws:SourceIp", json!("192.0.2.0/24")),
        (
            "IpAddress",
            "aws:SourceIp",
            json!(["2001:db8::/32", "10.0.0.0/8"]),
        ),
        ("NotIpAddress", "aws:SourceIp", json!("2001:db8:1::/48")),
        (
            "DateLessThan",
            "aws:CurrentTime",
            json!("2026-01-01T00:00:00Z"),
        ),
        (
            "DateGreaterThanEquals",
            "aws:CurrentTime",
            json!("2025-12-31"),
        ),
        ("DateEquals", "aws:EpochTime", json!(["1767225600", "x"])),
        (
            "DateNotEquals",
            "aws:CurrentTime",
            json!("2026-01-01T00:00:00Z"),
        ),
        ("BinaryEquals", "aws:PrincipalTag/b", json!("QmluYXJ5")),
    ]);
    let null = (
        select(vec!["aws:username", "aws:TagKeys", "aws:SourceIp"]),
        select(vec!["true", "false", "yes"]),
        select(vec!["", "", "", "ForAllValues:", "ForAnyValue:"]),
    )
        .prop_map(|(key, value, set)| json!({format!("{set}Null"): {key: value}}));
    let one = prop_oneof![
        6 => (set, exists, rest, prop::bool::weighted(0.05)).prop_map(|(set, exists, (base, key, value), empty)| {
            let value = if empty { json!([]) } else { value };
            json!({format!("{set}{base}{exists}"): {key: value}})
        }),
        1 => null,
    ];
    // Several operators, and several keys under one.
    prop::collection::vec(one, 1..3).prop_map(|all| {
        let mut out = serde_json::Map::new();
        for (operator, keys) in all.iter().filter_map(Value::as_object).flatten() {
            let there = out.entry(operator.clone()).or_insert_with(|| json!({}));
            for (key, value) in keys.as_object().into_iter().flatten() {
                there[key] = value.clone();
            }
        }
        Value::Object(out)
    })
}

pub(crate) fn statement(principals: bool) -> impl Strategy<Value = Value> {
    (
        select(vec!["Allow", "Allow", "Allow", "Allow", "Deny"]),
        action(),
        prop::bool::weighted(0.1),
        resource(),
        prop::bool::weighted(0.1),
        named(),
        prop::bool::weighted(0.1),
        prop::option::weighted(0.5, condition()),
    )
        .prop_map(
            move |(effect, action, not_action, resource, not_resource, who, not_who, condition)| {
                let mut s = serde_json::Map::new();
                s.insert("Effect".into(), json!(effect));
                let action_key = if not_action { "NotAction" } else { "Action" };
                s.insert(action_key.into(), action);
                let resource_key = if not_resource {
                    "NotResource"
                } else {
                    "Resource"
                };
                s.insert(resource_key.into(), resource);
                if principals {
                    let not = not_who && effect == "Deny";
                    let key = if not { "NotPrincipal" } else { "Principal" };
                    s.insert(key.into(), who);
                }
                if let Some(condition) = condition {
                    s.insert("Condition".into(), condition);
                }
                Value::Object(s)
            },
        )
}

fn document(principals: bool) -> impl Strategy<Value = Value> {
    (
        select(vec!["2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17"]),
        prop::collection::vec(statement(principals), 1..4),
    )
        .prop_map(|(version, statements)| json!({"Version": version, "Statement": statements}))
}

fn full() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]})
}

pub(crate) fn layers() -> impl Strategy<Value = Layers> {
    let level = |principals| {
        prop::collection::vec(
            prop_oneof![3 => Just(full()), 2 => document(principals)],
            1..3,
        )
    };
    (
        prop::collection::vec(document(false), 0..3),
        prop::option::weighted(0.25, document(false)),
        prop::option::weighted(0.25, prop::collection::vec(document(false), 1..3)),
        prop::option::weighted(0.75, document(true)),
        prop::collection::vec(level(false), 0..2),
        prop::collection::vec(level(true), 0..2),
        prop::option::weighted(0.15, document(true)),
        prop::collection::vec(grant(), 0..2),
    )
        .prop_map(
            |(identity, boundary, session, resource, scp, rcp, endpoint, grants)| Layers {
                identity,
                boundary,
                session,
                resource,
                scp,
                rcp: rcp
                    .into_iter()
                    .map(|l| l.into_iter().map(everyone).collect())
                    .collect(),
                endpoint,
                grants,
            },
        )
}

/// An RCP names everyone.
fn everyone(mut document: Value) -> Value {
    for s in document["Statement"].as_array_mut().into_iter().flatten() {
        if let Some(map) = s.as_object_mut() {
            map.remove("NotPrincipal");
            map.insert("Principal".into(), json!("*"));
        }
    }
    document
}

fn grant() -> impl Strategy<Value = GrantParts> {
    (
        select(vec![
            format!("arn:aws:iam::{A}:role/r"),
            format!("arn:aws:sts::{A}:assumed-role/r/s"),
            format!("arn:aws:iam::{B}:role/r"),
            format!("arn:aws:iam::{A}:user/u"),
        ]),
        select(vec![
            vec!["Decrypt".to_owned()],
            vec!["Encrypt".into(), "Decrypt".into()],
            vec!["Encrypt".into()],
        ]),
        select(vec![
            Required::Nothing,
            Required::Subset(vec![("team".to_owned(), "x".to_owned())]),
            Required::Equal(vec![("team".to_owned(), "x".to_owned())]),
            Required::OnBehalf(BEHALF.to_owned()),
            Required::Token("new".to_owned()),
        ]),
        select(vec![None, Some(A.to_owned()), Some(B.to_owned())]),
    )
}

fn context() -> impl Strategy<Value = Vec<(String, Value)>> {
    let maybe = |key: &'static str, values: Vec<Value>| {
        prop::option::of(select(values)).prop_map(move |v| v.map(|v| (key.to_owned(), v)))
    };
    let more = (
        maybe("kms:encryptioncontext:stage", vec![json!("x")]),
        maybe(
            "aws:sourcearn",
            vec![json!(BEHALF), json!("arn:aws:s3:::z")],
        ),
        maybe(
            "aws:currenttime",
            vec![
                json!("2026-01-01T00:00:00Z"),
                json!("2025-12-31T23:59:59Z"),
                json!("2026-06-01T12:00:00Z"),
                json!("no date"),
            ],
        ),
        maybe("aws:epochtime", vec![json!("1767225600"), json!("0")]),
        maybe("aws:principaltag/b", vec![json!("QmluYXJ5"), json!("QQ==")]),
    )
        .prop_map(|(a, b, c, d, e)| [a, b, c, d, e]);
    (
        maybe(
            "aws:username",
            vec![json!("k"), json!("K"), json!("*"), json!("")],
        ),
        maybe(
            "aws:tagkeys",
            vec![
                json!(["x"]),
                json!(["x", "y"]),
                json!(["x", "z"]),
                json!(["z"]),
            ],
        ),
        maybe("aws:principalaccount", vec![json!(A), json!(B)]),
        maybe(
            "aws:principaltag/t",
            vec![json!("k"), json!("${aws:username}"), json!("zz")],
        ),
        maybe(
            "aws:securetransport",
            vec![json!("true"), json!("false"), json!("TRUE"), json!("")],
        ),
        maybe(
            "s3:max-keys",
            vec![json!("1"), json!("10"), json!("nine"), json!("")],
        ),
        maybe(
            "aws:principalarn",
            vec![
                json!(format!("arn:aws:iam::{A}:role/r")),
                json!(format!("arn:aws:iam::{B}:user/u")),
                json!("none"),
            ],
        ),
        maybe(
            "aws:sourceip",
            vec![
                json!("192.0.2.1"),
                json!("10.1.2.3"),
                json!("2001:db8:1::7"),
                json!("2001:db9::1"),
                json!("no address"),
            ],
        ),
        maybe("kms:encryptioncontext:team", vec![json!("x"), json!("y")]),
        more,
        maybe(
            "kms:resourcealiases",
            vec![json!(["alias/a"]), json!(["alias/aws/s3"])],
        ),
    )
        .prop_map(|(a, b, c, d, e, f, g, h, i, more, j)| {
            let some = [a, b, c, d, e, f, g, h, i, j].into_iter();
            some.chain(more).flatten().collect()
        })
}

pub(crate) fn question() -> impl Strategy<Value = Question> {
    let target = select(vec![
        ("s3:GetObject", "arn:aws:s3:::b/k"),
        ("s3:GetObject", "arn:aws:s3:::b/*"),
        ("s3:PutObject", "arn:aws:s3:::c/x/y"),
        ("kms:Decrypt", "arn:aws:kms:us-east-1:111111111111:key/1"),
        (
            "kms:RetireGrant",
            "arn:aws:kms:us-east-1:111111111111:key/1",
        ),
        ("sts:AssumeRole", "arn:aws:iam::111111111111:role/target"),
        ("iam:PassRole", "arn:aws:iam::111111111111:role/target"),
        ("ecr:GetAuthorizationToken", "*"),
        ("s3:ListAllMyBuckets", "*"),
        ("s3:PutBucketPolicy", "arn:aws:s3:::b"),
        ("kms:ListKeys", "*"),
        ("sqs:DeleteQueue", "arn:aws:sqs:us-east-1:111111111111:q"),
    ]);
    let tokens = select(vec![vec![], vec!["other"], vec!["other", "new"]]);
    (who(), target, select(vec![A, B]), context(), tokens).prop_map(
        |(who, (action, resource), owner, context, tokens)| Question {
            who,
            action: action.into(),
            resource: resource.into(),
            owner: owner.into(),
            context,
            tokens: tokens.into_iter().map(str::to_owned).collect(),
        },
    )
}

fn compiled(document: &Value) -> Policy {
    let document: Document = document.to_string().parse().unwrap();
    Policy::new("policy", document)
}

pub(crate) fn policies(layers: &Layers) -> Policies {
    let all = |l: &[Value]| l.iter().map(compiled).collect::<Vec<_>>();
    Policies {
        identity: all(&layers.identity),
        boundary: layers.boundary.as_ref().map(compiled),
        session: layers.session.as_deref().map(all),
        resource: layers.resource.as_ref().map(compiled),
        scp: layers.scp.iter().map(|l| all(l)).collect(),
        rcp: layers.rcp.iter().map(|l| all(l)).collect(),
        endpoint: layers.endpoint.as_ref().map(compiled),
        grants: layers
            .grants
            .iter()
            .map(|(grantee, operations, required, issuer)| {
                let (mut equals, mut subset, mut behalf, mut new) = (None, None, None, None);
                match required {
                    Required::Nothing => {}
                    Required::Equal(all) => equals = Some(all.clone()),
                    Required::Subset(some) => subset = Some(some.clone()),
                    Required::OnBehalf(arn) => behalf = Some(arn.clone()),
                    Required::Token(token) => new = Some(token.clone()),
                }
                Grant {
                    id: "g".into(),
                    grantee: grantee.clone(),
                    retiring: None,
                    operations: operations.clone(),
                    context_equals: equals,
                    context_subset: subset,
                    source_arn: behalf,
                    issuing_account: issuer.clone(),
                    token: new,
                }
            })
            .collect(),
        restrict_public_buckets: false,
    }
}

pub(crate) fn keys(question: &Question) -> Context {
    let mut context = Context::new();
    for (key, value) in &question.context {
        match value {
            Value::Array(l) => context.set_list(
                key,
                l.iter().map(|v| v.as_str().unwrap().to_owned()).collect(),
            ),
            other => context.set(key, other.as_str().unwrap()),
        }
    }
    context
}

pub(crate) fn kind(question: &Question, layers: &Layers) -> ResourceKind {
    match question.action.split(':').next() {
        Some("kms") if layers.resource.is_some() => ResourceKind::Key,
        Some("sts") if layers.resource.is_some() => ResourceKind::Trust,
        _ => ResourceKind::Ordinary,
    }
}
