//! What AWS was recorded to call public.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use proptest::prelude::*;
use sekisho_policy::case::Case;
use sekisho_policy::{Document, evaluate, is_public};
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
    let role = json!("arn:aws:iam::222222222222:role/*");
    assert!(!when("ArnNotLike", "aws:PrincipalArn", role));
    let account = "aws:PrincipalAccount";
    assert!(!when("StringNotLike", account, json!("222222222222")));
    assert!(when("StringNotLike", account, json!("2222*")));
    assert!(when("StringNotEquals", account, json!([])));
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
    // What the operator cannot read, what is a list, and what the caller says of himself.
    assert!(when(
        "ArnNotLike",
        "aws:PrincipalAccount",
        json!("arn:aws:iam::222222222222:root")
    ));
    assert!(when(
        "NotIpAddress",
        "aws:PrincipalArn",
        json!("10.0.0.0/8")
    ));
    assert!(when(
        "StringNotEquals",
        "aws:PrincipalOrgPaths",
        json!("o-good/r-1/")
    ));
    let key = "s3:x-amz-server-side-encryption-aws-kms-key-id";
    assert!(when(
        "StringNotEquals",
        key,
        json!("arn:aws:kms:us-east-1:222222222222:key/1")
    ));
    // One condition of two that narrows nobody down lets everybody through.
    let two = json!({"Condition": {"StringNotEquals": {"aws:SourceAccount": "111111111111"}, "Bool": {"aws:SecureTransport": "false"}}});
    assert!(deny(two));
}

/// A condition that holds without its key narrows nothing, unless that very key must be there.
#[test]
fn an_optional_condition_narrows_where_its_key_is_required() {
    let public = |null: Value| {
        let mut conditions = json!({"StringEqualsIfExists": {"aws:SourceVpc": "vpc-12345678"}});
        conditions["Null"] = null;
        let allow = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*", "Condition": conditions});
        is_public(&document(&json!([allow])))
    };
    assert!(!public(json!({"aws:SourceVpc": "false"})));
    assert!(!public(json!({"AWS:sourcevpc": ["false"]})));
    assert!(public(json!({"aws:SourceVpc": "true"})));
    assert!(public(json!({"aws:SourceVpc": ["false", "true"]})));
    assert!(public(json!({"aws:SourceVpc": []})));
    assert!(public(json!({"aws:SourceIp": "false"})));
    assert!(public(json!({})));
}

/// As plain texts ARNs may be open behind the account only: what stands before it could reach over the colons.
#[test]
fn an_arn_as_a_text_is_fixed_up_to_its_account() {
    let public = |operator: &str, key: &str, value: &str| {
        let mut conditions = json!({});
        conditions[operator][key] = json!(value);
        let allow = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*", "Condition": conditions});
        is_public(&document(&json!([allow])))
    };
    let who = "aws:PrincipalArn";
    for fixed in [
        "arn:aws:iam::222222222222:role/deploy",
        "arn:aws:iam::222222222222:role/*",
        "arn:aws:iam::222222222222:?ole/x",
    ] {
        assert!(!public("StringLike", who, fixed), "{fixed}");
        assert!(!public("ArnLike", who, fixed), "{fixed}");
    }
    for open in [
        "arn:aws:iam::*:role/deploy",
        "*",
        "arn:aws:iam::22222222222?:role/x",
        "arn:aws:s3:::*",
    ] {
        assert!(public("StringLike", who, open), "{open}");
        assert!(public("ArnLike", who, open), "{open}");
    }
    // By its parts an ARN is fixed here, as a text it is not.
    let service = "arn:aws:*:us-east-1:222222222222:x";
    assert!(!public("ArnLike", "aws:SourceArn", service));
    assert!(public("StringLike", "aws:SourceArn", service));
    // What is no ARN has no account.
    assert!(public(
        "StringLike",
        "aws:SourceVpc",
        "a:b:c:d:222222222222:*"
    ));
    assert!(!public(
        "StringLike",
        "aws:userid",
        "AROAEXAMPLEEXAMPLE123:*"
    ));
    assert!(public("StringLike", "aws:userid", "AROA*:*"));
    assert!(public("StringLike", "aws:userid", "*"));
}

/// Everyone whom nobody has named: without credentials, and of an account, an organization and a network that are his own.
fn strangers() -> Vec<Value> {
    let of = |arn: &str, id: &str| {
        json!({"principal": arn, "context": {
            "aws:PrincipalArn": arn.replace("sts", "iam").replace("assumed-role", "role").trim_end_matches("/s"),
            "aws:PrincipalAccount": "666666666666",
            "aws:PrincipalOrgID": "o-evil666666",
            "aws:PrincipalOrgPaths": ["o-evil666666/r-1/"],
            "aws:userid": id,
        }})
    };
    vec![
        json!({"principal": "anonymous", "context": {}}),
        of("arn:aws:iam::666666666666:root", "666666666666"),
        of(
            "arn:aws:iam::666666666666:user/eve",
            "AIDAEVEEVEEVEEVEEVEEV",
        ),
        of(
            "arn:aws:sts::666666666666:assumed-role/eve/s",
            "AROAEVEEVEEVEEVEEVEEV:s",
        ),
    ]
}

/// Whether `policy` lets a stranger in who has everything on his own side, and says of himself whatever helps.
fn lets_in(policy: &Value, stranger: &Value, said: &[(&str, Value)]) -> bool {
    let mut context = stranger["context"].clone();
    for (key, value) in said {
        context[*key] = value.clone();
    }
    let all = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    let case = json!({
        "name": "stranger",
        "request": {
            "principal": stranger["principal"], "action": "s3:GetObject", "resource": "arn:aws:s3:::bucket/k",
            "resource_account": "222222222222", "context": context,
        },
        "policies": {"identity": [all], "resource": policy},
    });
    let case = Case::read(&case.to_string(), 0).unwrap();
    evaluate(&case.request(), &case.policies, case.kind).allowed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12_000))]

    /// The invariant: whatever a Deny is made of, a policy that is not called public lets no stranger in.
    #[test]
    fn what_is_not_public_lets_no_stranger_in(
        denies in prop::collection::vec(
            (
                prop::sample::select(vec![
                    "StringNotEquals", "StringNotLike", "ArnNotEquals", "ArnNotLike", "NotIpAddress",
                    "StringNotEqualsIgnoreCase", "StringEquals",
                ]),
                prop::sample::select(vec![
                    "aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths",
                    "aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceVpc", "aws:SourceVpce",
                    "aws:SourceIp", "aws:userid", "s3:DataAccessPointArn", "s3:DataAccessPointAccount",
                    "s3:x-amz-server-side-encryption-aws-kms-key-id", "aws:Referer",
                ]),
                prop::collection::vec(
                    prop::sample::select(vec![
                        "222222222222", "o-good222222", "o-good222222/r-1/", "arn:aws:iam::222222222222:role/deploy",
                        "arn:aws:iam::222222222222:role/*", "203.0.113.0/24", "vpc-12345678", "AROAGOODGOODGOODGOOD0:*",
                        "arn:aws:kms:us-east-1:222222222222:key/1", "*", "arn:aws:iam::*:role/x", "0.0.0.0/0",
                    ]),
                    0..3,
                ),
                prop::sample::select(vec!["", "", "", "ForAnyValue:", "ForAllValues:"]),
                prop::bool::weighted(0.2),
            ),
            0..3,
        ),
        action in prop::sample::select(vec!["s3:GetObject", "s3:Get*", "s3:*", "*", "s3:PutObject"]),
        resource in prop::sample::select(vec!["arn:aws:s3:::bucket/*", "*", "arn:aws:s3:::bucket/k"]),
    ) {
        let mut conditions = json!({});
        for (operator, key, values, qualifier, optional) in &denies {
            let operator = format!("{qualifier}{operator}{}", if *optional { "IfExists" } else { "" });
            conditions[operator][*key] = json!(values);
        }
        let deny = json!({"Effect": "Deny", "Principal": "*", "Action": action, "Resource": resource, "Condition": conditions});
        let allow = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*"});
        let policy = json!({"Version": "2012-10-17", "Statement": [allow, deny]});
        let Ok(document) = policy.to_string().parse::<Document>() else {
            return Ok(());
        };
        if is_public(&document) {
            return Ok(());
        }
        let key = "s3:x-amz-server-side-encryption-aws-kms-key-id";
        for stranger in strangers() {
            for said in [
                vec![("aws:SourceIp", json!("198.51.100.7"))],
                vec![("aws:SourceVpc", json!("vpc-evil6666")), ("aws:SourceVpce", json!("vpce-evil6666"))],
                vec![("aws:SourceIp", json!("198.51.100.7")), (key, json!("arn:aws:kms:us-east-1:222222222222:key/1"))],
                vec![("aws:SourceIp", json!("198.51.100.7")), (key, json!("1234")), ("aws:Referer", json!("222222222222"))],
            ] {
                prop_assert!(!lets_in(&policy, &stranger, &said), "{policy} lets {stranger} in, who says {said:?}");
            }
        }
    }
}
