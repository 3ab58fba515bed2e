//! What a case expects, held to what comes out: every difference is said, and nothing that a case cannot know is one.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use sekisho_policy::case::Case;
use sekisho_policy::evaluate;

/// A user asks for `action`, which nothing allows; how that differs from what is expected.
fn asked(action: &str, resource: &str, policies: &str, expect: &str) -> Option<String> {
    let case = format!(
        r#"{{"request": {{"principal": "arn:aws:iam::111111111111:user/u", "action": "{action}", "resource": "{resource}", "resource_account": "111111111111", "context": {{}}}}, "policies": {{{policies}}}, "expect": {expect}}}"#
    );
    let case = Case::read(&case, 0).unwrap();
    let request = case.request();
    let decision = evaluate(&request, &case.policies, case.kind);
    case.difference(&decision, &case.sentence(&decision))
}

const GET: &str = "User: arn:aws:iam::111111111111:user/u is not authorized to perform: s3:GetObject on resource: \\\"arn:aws:s3:::b/k\\\" because no identity-based policy allows the s3:GetObject action";
const DELETE: &str = "User: arn:aws:iam::111111111111:user/u is not authorized to perform: iam:DeleteUser on resource: ";

#[test]
fn every_difference_is_said() {
    let get = |expect: &str| asked("s3:GetObject", "arn:aws:s3:::b/k", "", expect);
    let same = [
        r#"{}"#.to_owned(),
        r#"{"decision": "implicit_deny"}"#.to_owned(),
        r#"{"gate": "identity"}"#.to_owned(),
        format!(r#"{{"message": "{GET}"}}"#),
        format!(r#"{{"message_prefix": "{}"}}"#, &GET[..60]),
        // A beginning that ends where the sentence does, before what differs at every call.
        format!(r#"{{"message_prefix": "{GET}. Encoded authorization failure message: "}}"#),
    ];
    for expect in same {
        assert_eq!(get(&expect), None, "{expect}");
    }
    for (expect, front) in [
        (
            r#"{"decision": "allow"}"#.to_owned(),
            "decision is \"implicit_deny\", expected \"allow\"",
        ),
        (
            r#"{"decision": "implicit_deny", "gate": "scp"}"#.to_owned(),
            "gate is \"identity\", expected \"scp\"",
        ),
        (
            format!(r#"{{"message": "{}"}}"#, GET.replace("user/u", "user/v")),
            "message is \"User: ",
        ),
        (
            format!(r#"{{"message": "{}"}}"#, GET.replace("b/k", "b/other")),
            "message is \"User: ",
        ),
        (
            format!(
                r#"{{"message": "{}"}}"#,
                GET.replace("identity-based", "session")
            ),
            "message is \"User: ",
        ),
        (
            r#"{"message": "Access Denied"}"#.to_owned(),
            "message is \"User: ",
        ),
        (
            r#"{"message_prefix": "Access Denied"}"#.to_owned(),
            "message is \"User: ",
        ),
    ] {
        let said = get(&expect).unwrap_or_default();
        assert!(said.starts_with(front), "{expect}: {said}");
    }
}

/// A case knows neither the ARNs of its policies nor how IAM shows a resource.
#[test]
fn what_a_case_cannot_know_is_no_difference() {
    let deny = r#""identity": [{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}]"#;
    let delete = |resource: &str, tail: &str| {
        let expect = format!(r#"{{"message": "{DELETE}{resource}{tail}"}}"#);
        asked(
            "iam:DeleteUser",
            "arn:aws:iam::111111111111:user/v",
            deny,
            &expect,
        )
    };
    let tail = " with an explicit deny in an identity-based policy";
    assert_eq!(delete("user v", tail), None);
    let named = format!("{tail}: arn:aws:iam::111111111111:policy/p");
    assert_eq!(delete("user v", &named), None);
    assert!(delete("user v", " with an explicit deny in a session policy").is_some());
    // Other services show the ARN.
    let get = |resource: &str| {
        let sentence = GET.replace(
            " because no identity-based policy allows the s3:GetObject action",
            tail,
        );
        let sentence = sentence.replace(r#"\"arn:aws:s3:::b/k\""#, resource);
        let expect = format!(r#"{{"message": "{sentence}"}}"#);
        asked("s3:GetObject", "arn:aws:s3:::b/k", deny, &expect)
    };
    assert_eq!(get(r#"\"arn:aws:s3:::b/k\""#), None);
    assert!(get("the object k").is_some());
}

#[test]
fn what_no_answer_can_meet_is_an_error_and_what_says_nothing_a_warning() {
    let read = |expect: &str| {
        let case = format!(
            r#"{{"request": {{"principal": "anonymous", "action": "s3:GetObject", "resource": "*"}}, "expect": {expect}}}"#
        );
        Case::read(&case, 0)
    };
    for (expect, member, message) in [
        (
            r#"{"decision": "denied"}"#,
            "expect.decision",
            "`denied` is no decision: one of allow, implicit_deny, explicit_deny",
        ),
        (
            r#"{"gate": "key"}"#,
            "expect.gate",
            "`key` is no gate: one of rcp, scp, endpoint, identity, boundary, session, resource, grant",
        ),
    ] {
        let error = read(expect).unwrap_err();
        assert_eq!((&*error.member, &*error.message), (member, message));
    }
    let nothing = "expect says nothing that is compared: decision, gate, message or message_prefix";
    let warns = |expect: &str| read(expect).unwrap().warnings.iter().any(|w| w == nothing);
    assert!(warns("{}"));
    for member in ["decision", "gate", "message", "message_prefix"] {
        let value = match member {
            "decision" => "allow",
            "gate" => "scp",
            _ => "x",
        };
        assert!(!warns(&format!(r#"{{"{member}": "{value}"}}"#)), "{member}");
    }
}
