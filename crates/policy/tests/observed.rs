//! Every verdict that was observed on AWS (`cases/aws-observed-*.json`) against the engine.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says what it expects by failing"
)]

use sekisho_policy::{
    Context, Document, Grant, Outcome, Policies, Policy, Principal, Request, ResourceKind,
    evaluate, sentence,
};
use serde_json::Value;

fn policy(value: &Value) -> Policy {
    let document: Document = value
        .to_string()
        .parse()
        .unwrap_or_else(|e| panic!("{e}: {value}"));
    Policy::new("policy", document)
}

fn policies(value: &Value) -> Vec<Policy> {
    value
        .as_array()
        .map(|l| l.iter().map(policy).collect())
        .unwrap_or_default()
}

fn levels(value: &Value) -> Vec<Vec<Policy>> {
    value
        .as_array()
        .map(|l| l.iter().map(policies).collect())
        .unwrap_or_default()
}

fn pairs(value: &Value) -> Option<Vec<(String, String)>> {
    let map = value.as_object()?;
    Some(
        map.iter()
            .map(|(k, v)| (k.clone(), v.as_str().unwrap_or_default().to_owned()))
            .collect(),
    )
}

fn grant(value: &Value) -> Grant {
    let text = |k: &str| value[k].as_str().map(str::to_owned);
    Grant {
        id: "grant".into(),
        grantee: text("grantee").unwrap_or_default(),
        retiring: text("retiring"),
        operations: value["operations"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|o| o.as_str().map(str::to_owned))
            .collect(),
        context_equals: pairs(&value["constraints"]["EncryptionContextEquals"]),
        context_subset: pairs(&value["constraints"]["EncryptionContextSubset"]),
        issuing_account: text("issuing_account")
            .and_then(|a| a.split(':').nth(4).map(str::to_owned)),
    }
}

fn run(file: &str) -> (usize, Vec<String>) {
    let text =
        std::fs::read_to_string(format!("{}/cases/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    let cases = value["cases"].as_array().unwrap();
    let mut wrong = Vec::new();
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let request = &case["request"];
        let mut context = Context::new();
        for (key, value) in request["context"].as_object().into_iter().flatten() {
            match value {
                Value::Array(list) => context.set_list(
                    key,
                    list.iter()
                        .map(|v| v.as_str().unwrap_or_default().to_owned())
                        .collect(),
                ),
                Value::String(s) => context.set(key, s.clone()),
                other => context.set(key, other.to_string()),
            }
        }
        let role = context.single("aws:principalarn").map(str::to_owned);
        let principal = match &request["principal"] {
            Value::String(s) if s == "anonymous" => Principal::Anonymous,
            Value::String(s) => {
                Principal::from_arn(s, role.as_deref()).unwrap_or_else(|| panic!("{s}"))
            }
            // The simulator names no caller: any user of the resource's account stands for it.
            Value::Null => {
                Principal::from_arn("arn:aws:iam::123456789012:user/simulated", None).unwrap()
            }
            other => Principal::Service(other["service"].as_str().unwrap().to_owned()),
        };
        let p = &case["policies"];
        let layers = Policies {
            identity: policies(&p["identity"]),
            boundary: p.get("boundary").map(policy),
            session: p.get("session").map(policies),
            resource: p.get("resource").map(policy),
            scp: levels(&p["scp"]),
            rcp: levels(&p["rcp"]),
            endpoint: p.get("endpoint").map(policy),
            grants: p["grants"]
                .as_array()
                .map(|l| l.iter().map(grant).collect())
                .unwrap_or_default(),
        };
        let action = request["action"].as_str().unwrap();
        let kind = match action.split(':').next() {
            Some("kms") if layers.resource.is_some() => ResourceKind::Key,
            Some("sts") if layers.resource.is_some() => ResourceKind::Trust,
            _ => ResourceKind::Ordinary,
        };
        let requested = request["context"]
            .get("requested_grant")
            .or(request.get("requested_grant"))
            .map(grant);
        let asked = Request {
            principal: &principal,
            action,
            resource: request["resource"].as_str().unwrap(),
            resource_account: request["resource_account"].as_str(),
            context: &context,
            requested_grant: requested.as_ref(),
        };
        let decision = evaluate(&asked, &layers, kind);
        let got = match decision.outcome {
            Outcome::Allow => "allow",
            Outcome::ImplicitDeny => "implicit_deny",
            Outcome::ExplicitDeny => "explicit_deny",
        };
        let expect = &case["expect"];
        if expect["decision"] != got {
            wrong.push(format!(
                "{name}: expected {}, got {got} ({:?})",
                expect["decision"], decision.gate
            ));
        }
        // IAM, Organizations, SQS and RCP cases word the resource in ways of their own; KMS is ours whole.
        if let (Some(message), true) = (expect["message"].as_str(), action.starts_with("kms:")) {
            let sentence = sentence(&asked, &decision, None);
            if sentence != message && !message.contains("resource control policy") {
                wrong.push(format!(
                    "{name}:\n  expected {message}\n  got      {sentence}"
                ));
            }
        }
    }
    (cases.len(), wrong)
}

fn check(file: &str, count: usize) {
    let (cases, wrong) = run(file);
    assert_eq!(cases, count, "the file changed");
    assert!(
        wrong.is_empty(),
        "{} of {cases} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn authorization() {
    check("aws-observed-authorization.json", 121);
}

#[test]
fn boundary() {
    check("aws-observed-boundary.json", 28);
}

#[test]
fn conditions() {
    check("aws-observed-conditions.json", 711);
}
