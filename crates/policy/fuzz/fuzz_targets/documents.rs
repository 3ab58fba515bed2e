//! Any bytes: nothing panics, and what is read is written and read again the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_policy::case::Case;
use sekisho_policy::{
    Context, Document, Kind, LintKind, NoReference, Policies, Policy, Principal, Request,
    ResourceKind, apply, evaluate, explain, grants, is_public, lint, new_access, validate,
    what_would_allow,
};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let _ = Case::read(text, 0);
    for kind in [
        Kind::Identity,
        Kind::Trust,
        Kind::Bucket,
        Kind::Key,
        Kind::Repository,
        Kind::Session,
        Kind::ServiceControl,
        Kind::ResourceControl,
        Kind::Endpoint,
    ] {
        let _ = validate(text, kind);
    }
    for kind in [
        LintKind::Identity,
        LintKind::Resource,
        LintKind::Trust,
        LintKind::ServiceControl,
        LintKind::ResourceControl,
    ] {
        let _ = lint(text, kind, &NoReference);
    }
    let Ok(document) = text.parse::<Document>() else {
        return;
    };
    let _ = (is_public(&document), document.context_keys());
    let written = document.to_string();
    let again: Document = written.parse().expect("what was written reads");
    assert_eq!(again.to_string(), written);
    let _ = new_access(&document, &again);
    let _ = grants(&document, &["s3:Get*".to_owned()], &[]);
    decide(&document);
});

/// As every kind of policy at once: what is proposed is enough, and the explanation agrees.
fn decide(document: &Document) {
    let policy = || Policy::new("fuzzed", document.clone());
    let arn = "arn:aws:sts::111111111111:assumed-role/r/s";
    let principal = Principal::from_arn(arn, None).expect("an ARN of a session");
    let mut context = Context::new();
    context.set("aws:PrincipalTag/team", "a");
    context.set_list("aws:TagKeys", vec!["a".to_owned(), "b".to_owned()]);
    let request = Request {
        principal: &principal,
        action: "s3:GetObject",
        resource: "arn:aws:s3:::b/k",
        resource_account: Some("222222222222"),
        context: &context,
        requested_grant: None,
        grant_tokens: &[],
    };
    let policies = Policies {
        identity: vec![policy()],
        boundary: Some(policy()),
        resource: Some(policy()),
        scp: vec![vec![policy()]],
        rcp: vec![vec![policy()]],
        endpoint: Some(policy()),
        ..Policies::default()
    };
    let kind = ResourceKind::Ordinary;
    let decision = evaluate(&request, &policies, kind);
    let explained = explain(&request, &policies, kind).decision.outcome;
    assert_eq!(explained, decision.outcome);
    let changes = what_would_allow(&request, &policies, kind);
    if !changes.is_empty() {
        assert!(evaluate(&request, &apply(&policies, &changes), kind).allowed());
    }
}
