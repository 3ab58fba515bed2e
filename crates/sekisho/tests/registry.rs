//! Walks the registry: every operation is in the model, its fields are members, its actions are known to IAM, a caller
//! without a policy is denied by it, and two golden tables are current. `UPDATE=1 cargo test` writes them anew.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what it expects by failing"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use sekisho::rehearse::Client;
use sekisho_engine::{Call, Caller, Engine, Member, OpId, Organization, Origin, RequestInfo};
use sekisho_model::{Service, Shape, Type};
use serde_json::{Map, Value, json};

const ACCOUNT: &str = "222222222222";
const REGION: &str = "us-east-1";

/// Operations that a caller without a policy is not denied, and why. This list only shrinks.
const OPEN: &[(&str, &str, &str)] = &[
    (
        "sts",
        "GetCallerIdentity",
        "AWS asks no permission, and no policy can forbid it",
    ),
    ("sts", "GetSessionToken", "AWS asks no permission of a user"),
    (
        "s3",
        "DeleteObjects",
        "each key is authorized as a call of its own",
    ),
];

/// Actions that the service authorization reference does not list under the operation's own name.
fn known(action: &str) -> bool {
    let Some((service, name)) = action.split_once(':') else {
        return false;
    };
    sekisho_model::iam(service).is_some_and(|s| s.actions.contains_key(name))
}

#[test]
fn operations_are_in_the_model_and_their_fields_are_members() {
    for (id, fields) in sekisho::registry().operations() {
        let model = sekisho_model::service(id.service).unwrap();
        let operation = model
            .operations
            .get(id.name)
            .unwrap_or_else(|| panic!("{id:?} is not in the model"));
        let shape = operation.input.as_ref().and_then(|i| model.shape(&i.shape));
        let members: BTreeSet<&str> = shape
            .into_iter()
            .flat_map(|s| s.fields.iter().map(|(n, _)| n.as_str()))
            .collect();
        for field in fields {
            assert!(
                members.contains(field),
                "{id:?} reads {field}, which is no member of its input"
            );
        }
    }
}

/// The least input that the model accepts, with names of things that exist.
fn minimal(model: &Service, shape: &Shape, world: &BTreeMap<&str, String>) -> Value {
    let mut map = Map::new();
    for (name, member) in shape
        .fields
        .iter()
        .filter(|(n, _)| shape.required.contains(n))
    {
        if let (false, Some(inner)) = (member.streaming, model.shape(&member.shape)) {
            map.insert(name.clone(), value(model, name, inner, world));
        }
    }
    Value::Object(map)
}

fn value(model: &Service, name: &str, shape: &Shape, world: &BTreeMap<&str, String>) -> Value {
    if let Some(text) = world.get(name) {
        return serde_json::from_str(text).unwrap_or_else(|_| json!(text));
    }
    match shape.kind {
        Type::Structure => minimal(model, shape, world),
        Type::List => {
            let inner = shape
                .member
                .as_ref()
                .and_then(|m| model.shape(&m.shape))
                .unwrap();
            json!([value(model, name, inner, world)])
        }
        Type::Map => json!({}),
        Type::Boolean => json!(true),
        Type::Integer | Type::Long => json!(shape.min.unwrap_or(1.0).max(1.0) as i64),
        Type::Float | Type::Double => json!(shape.min.unwrap_or(1.0).max(1.0)),
        Type::Timestamp => json!(0),
        _ => match &shape.allowed {
            Some(allowed) => json!(allowed[0]),
            None => json!("x".repeat(shape.min.unwrap_or(1.0).max(1.0) as usize)),
        },
    }
}

struct World {
    engine: Arc<Engine>,
    names: BTreeMap<&'static str, String>,
    user: Caller,
}

fn world() -> World {
    let engine = Arc::new(
        sekisho::engine(sekisho::registry::Setup {
            seed: Some(1),
            ..Default::default()
        })
        .unwrap(),
    );
    engine.organize(Organization {
        id: "o-a1b2c3d4e5".into(),
        management: Some(ACCOUNT.into()),
        members: [(ACCOUNT.to_owned(), Member::default())].into(),
        makers_are_free: false,
    });
    let root = Client::root(&engine, ACCOUNT, REGION);
    root.call("s3", "CreateBucket", json!({"Bucket": "fixture"}))
        .unwrap();
    let key = root.call("kms", "CreateKey", json!({})).unwrap();
    let key_id = key["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned();
    root.call(
        "kms",
        "CreateAlias",
        json!({"AliasName": "alias/fixture", "TargetKeyId": key_id}),
    )
    .unwrap();
    let blob = root
        .call(
            "kms",
            "Encrypt",
            json!({"KeyId": key_id, "Plaintext": "eA=="}),
        )
        .unwrap();
    let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "codepipeline.amazonaws.com"}}]});
    root.call(
        "iam",
        "CreateRole",
        json!({"RoleName": "fixture", "AssumeRolePolicyDocument": trust.to_string()}),
    )
    .unwrap();
    root.call("iam", "CreateUser", json!({"UserName": "nobody"}))
        .unwrap();
    let grant = root.call("kms", "CreateGrant", json!({"KeyId": key_id, "GranteePrincipal": format!("arn:aws:iam::{ACCOUNT}:role/fixture"), "Operations": ["Decrypt"]})).unwrap();
    let access = root
        .call("iam", "CreateAccessKey", json!({"UserName": "nobody"}))
        .unwrap();
    let id = access["AccessKey"]["AccessKeyId"].as_str().unwrap();
    let user = engine.credential(id).unwrap().unwrap().caller;
    let stage = json!([
        {"name": "S", "actions": [{"name": "a", "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "ECR", "version": "1"}, "configuration": {"RepositoryName": "fixture"}, "outputArtifacts": [{"name": "o"}]}]},
        {"name": "A", "actions": [{"name": "b", "actionTypeId": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}}]},
    ]);
    let names = BTreeMap::from([
        ("Bucket", "fixture".to_owned()),
        ("Key", "fixture-key".to_owned()),
        ("CopySource", "fixture/other".to_owned()),
        ("KeyId", key_id.clone()),
        ("TargetKeyId", key_id.clone()),
        ("DestinationKeyId", key_id),
        ("AliasName", "alias/fixture".to_owned()),
        ("CiphertextBlob", blob["CiphertextBlob"].as_str().unwrap().to_owned()),
        ("Plaintext", "eA==".to_owned()),
        ("GrantToken", grant["GrantToken"].as_str().unwrap().to_owned()),
        ("AccountId", format!("\"{ACCOUNT}\"")),
        ("GranteePrincipal", format!("arn:aws:iam::{ACCOUNT}:role/fixture")),
        ("RetiringPrincipal", format!("arn:aws:iam::{ACCOUNT}:role/fixture")),
        ("RoleName", "fixture".to_owned()),
        ("UserName", "fixture".to_owned()),
        ("Role", format!("arn:aws:iam::{ACCOUNT}:role/fixture")),
        ("RoleArn", format!("arn:aws:iam::{ACCOUNT}:role/fixture")),
        ("RoleSessionName", "session".to_owned()),
        ("PolicySourceArn", format!("arn:aws:iam::{ACCOUNT}:role/fixture")),
        ("PolicyArn", format!("arn:aws:iam::{ACCOUNT}:policy/fixture")),
        ("AWSServiceName", "ecs.amazonaws.com".to_owned()),
        ("Url", "https://idp.example.com".to_owned()),
        ("OpenIDConnectProviderArn", format!("arn:aws:iam::{ACCOUNT}:oidc-provider/idp.example.com")),
        ("PermissionsBoundary", format!("arn:aws:iam::{ACCOUNT}:policy/fixture")),
        ("PolicyDocument", "\"{}\"".to_owned()),
        ("AssumeRolePolicyDocument", "\"{}\"".to_owned()),
        ("VersionId", "v1".to_owned()),
        ("AuthenticationCode1", "\"123456\"".to_owned()),
        ("AuthenticationCode2", "\"123457\"".to_owned()),
        ("ReplicaRegion", "us-west-2".to_owned()),
        ("PrimaryRegion", "us-west-2".to_owned()),
        ("SerialNumber", format!("arn:aws:iam::{ACCOUNT}:mfa/fixture")),
        ("AccessKeyId", "AKIAAAAAAAAAAAAAAAAA".to_owned()),
        ("repositoryName", "fixture".to_owned()),
        ("resourceArn", "".to_owned()),
        ("ResourceArn", "arn:aws:s3:::fixture".to_owned()),
        ("layerDigests", json!([format!("sha256:{}", "0".repeat(64))]).to_string()),
        ("layerDigest", format!("sha256:{}", "0".repeat(64))),
        ("uploadId", "00000000-0000-0000-0000-000000000000".to_owned()),
        ("lifecyclePolicyText", "x".repeat(100)),
        ("pipeline", json!({"name": "fixture", "roleArn": format!("arn:aws:iam::{ACCOUNT}:role/fixture"), "stages": stage}).to_string()),
        ("pipelineExecutionId", "00000000-0000-0000-0000-000000000000".to_owned()),
        ("targetPipelineExecutionId", "00000000-0000-0000-0000-000000000000".to_owned()),
        ("token", "00000000-0000-0000-0000-000000000000".to_owned()),
        ("replicationConfiguration", json!({"rules": []}).to_string()),
        ("reason", "because".to_owned()),
        ("name", "fixture".to_owned()),
        ("pipelineName", "fixture".to_owned()),
    ]);
    World {
        engine,
        names,
        user,
    }
}

fn call(world: &World, id: OpId) -> (Result<(), String>, Vec<(String, String)>) {
    let model = sekisho_model::service(id.service).unwrap();
    let shape = model.operations[id.name]
        .input
        .as_ref()
        .and_then(|i| model.shape(&i.shape));
    let mut names = world.names.clone();
    let resource = match id.service {
        "ecr" => "repository/fixture",
        _ => "fixture",
    };
    names.insert(
        "resourceArn",
        format!("arn:aws:{}:{REGION}:{ACCOUNT}:{resource}", id.service),
    );
    let mut input = shape.map_or_else(|| json!({}), |s| minimal(model, s, &names));
    // The model does not require what AWS does.
    if let ("Decrypt" | "ReEncrypt", Some(map)) = (id.name, input.as_object_mut()) {
        map.insert("CiphertextBlob".to_owned(), json!(names["CiphertextBlob"]));
    }
    // One of two is required, which the model does not say.
    match id.name {
        "CreateGrant" => input["GranteePrincipal"] = json!(names["GranteePrincipal"]),
        "ListRetirableGrants" => input["RetiringPrincipal"] = json!(names["GranteePrincipal"]),
        _ => {}
    }
    if id.name == "RetireGrant" {
        input = json!({"GrantToken": names["GrantToken"]});
    }
    let info = RequestInfo {
        region: REGION.into(),
        secure: true,
        signing: sekisho_engine::Signing::Header,
        ..RequestInfo::default()
    };
    let call = Call {
        caller: world.user.clone(),
        service: id.service.into(),
        operation: id.name.into(),
        input,
        origin: Origin::external(info),
    };
    let result = world.engine.call(call, None);
    let last = world
        .engine
        .events_since(0)
        .into_iter()
        .rev()
        .find(|e| e.operation == id.name && e.parent.is_none())
        .unwrap();
    let kind = |arn: &str| -> String {
        let arn = arn.replace(ACCOUNT, "<account>");
        match arn.splitn(6, ':').nth(5) {
            None => arn,
            Some(rest) if arn.contains(":s3:") => {
                if rest.contains('/') {
                    "object".into()
                } else {
                    "bucket".into()
                }
            }
            Some(rest) => rest
                .split('/')
                .next()
                .unwrap_or_default()
                .replace("fixture", "pipeline"),
        }
    };
    let checks = last
        .checks
        .iter()
        .map(|c| (c.action.clone(), kind(&c.resource)))
        .collect();
    (
        result
            .map(|_| ())
            .map_err(|e| format!("{}: {}", e.code, e.message)),
        checks,
    )
}

#[test]
fn a_caller_without_a_policy_is_denied() {
    let world = world();
    for (id, _) in sekisho::registry().operations() {
        let open = OPEN
            .iter()
            .any(|(s, n, _)| (*s, *n) == (id.service, id.name));
        let (result, checks) = call(&world, id);
        if open {
            assert!(
                checks.is_empty(),
                "{id:?} is denied now: take it off the list"
            );
            continue;
        }
        let error = result.expect_err(&format!("{id:?} let a caller in who has no policy"));
        assert!(error.starts_with("AccessDenied"), "{id:?} answered {error}");
        for (action, _) in &checks {
            assert!(
                known(action),
                "{id:?} asks for {action}, which IAM does not know"
            );
        }
    }
}

#[track_caller]
#[expect(
    clippy::disallowed_methods,
    reason = "the environment says whether the tables are written"
)]
fn golden(path: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == text,
        "{} is not current: write it anew with UPDATE=1 cargo test -p sekisho --test registry",
        path.display()
    );
}

/// Checks of an operation by the account's administrator: every one of them, allowed.
fn all_checks(world: &World, id: OpId) -> Vec<(String, String)> {
    let admin = World {
        engine: Arc::clone(&world.engine),
        names: world.names.clone(),
        user: Caller::root(ACCOUNT),
    };
    call(&admin, id).1
}

#[test]
fn the_authorization_matrix_is_current() {
    let mut text = String::from(
        "operation × action × resource: what the front door asks before it lets a call in\n\n",
    );
    for (id, _) in sekisho::registry().operations() {
        // A world for each, so that one operation does not take away what the next needs.
        let world = world();
        let mut checks = all_checks(&world, id);
        if checks.is_empty() {
            checks = call(&world, id).1;
        }
        let line: Vec<String> = checks.iter().map(|(a, r)| format!("{a} on {r}")).collect();
        let line = if line.is_empty() {
            "(nothing)".to_owned()
        } else {
            line.join(", ")
        };
        text.push_str(&format!(
            "{:<55}{line}\n",
            format!("{} {}", id.service, id.name)
        ));
    }
    golden("tests/authz-matrix.txt", &text);
}

#[test]
fn the_table_of_operations_is_current() {
    let mut text = String::from(
        "# Operations\n\nGenerated from the registry. An operation of these services that is not listed answers with an error that names it, and so \
         does a member of a request that is listed here as refused.\n\n",
    );
    let operations = sekisho::registry().operations();
    for service in sekisho_model::SERVICES {
        let all = sekisho_model::service(service).unwrap().operations.len();
        let here = operations
            .iter()
            .filter(|(id, _)| id.service == *service)
            .count();
        text.push_str(&format!("- {service}: {here} of {all}\n"));
    }
    text.push_str("\n| service | operation | refused members |\n|---|---|---|\n");
    for (id, _) in &operations {
        let refused = sekisho::registry().refused(*id);
        let refused: Vec<String> = refused.iter().map(|name| format!("`{name}`")).collect();
        let row = format!(
            "| `{}` | `{}` | {} |\n",
            id.service,
            id.name,
            refused.join(" ")
        );
        text.push_str(&row);
    }
    golden("../../docs/operations.md", &text);
}
