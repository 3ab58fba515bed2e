//! What the answer names, exactly: the gate, the statement, the order in which missing gates are blamed; and readings
//! that no case shows. Much here keeps a mutation of the evaluator from surviving.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

use sekisho_policy::{
    Context, ContextValue, Decision, Document, Effect, Gate, Grant, Operator, Outcome, Policies,
    Policy, Principal, Request, ResourceKind, evaluate, explain, wire_sentence,
};

const SESSION: &str = "arn:aws:sts::111111111111:assumed-role/r/s";
const ROLE: &str = "arn:aws:iam::111111111111:role/r";
const KEY: &str = "arn:aws:kms:us-east-1:111111111111:key/1";

fn policy(statements: &str) -> Policy {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    Policy::new("policy", text.parse::<Document>().unwrap())
}

fn allow(action: &str) -> Policy {
    policy(&format!(
        r#"{{"Effect":"Allow","Action":"{action}","Resource":"*"}}"#
    ))
}

fn to(who: &str) -> String {
    format!(r#"{{"Effect":"Allow","Principal":{{"AWS":"{who}"}},"Action":"*","Resource":"*"}}"#)
}

fn grant(id: &str, grantee: &str, operations: &[&str]) -> Grant {
    Grant {
        id: id.into(),
        grantee: grantee.into(),
        retiring: None,
        operations: operations.iter().map(|o| (*o).to_owned()).collect(),
        context_equals: None,
        context_subset: None,
        source_arn: None,
        issuing_account: None,
        token: None,
    }
}

struct Ask<'a> {
    action: &'a str,
    resource: &'a str,
    owner: &'a str,
    kind: ResourceKind,
    grant: Option<&'a Grant>,
}

const GET: Ask<'_> = Ask {
    action: "s3:GetObject",
    resource: "arn:aws:s3:::b/k",
    owner: "111111111111",
    kind: ResourceKind::Ordinary,
    grant: None,
};

const DECRYPT: Ask<'_> = Ask {
    action: "kms:Decrypt",
    resource: KEY,
    owner: "111111111111",
    kind: ResourceKind::Key,
    grant: None,
};

fn ask(ask: &Ask<'_>, policies: &Policies) -> (Decision, String) {
    let principal = Principal::from_arn(SESSION, None).unwrap();
    let context = Context::new();
    let request = Request {
        principal: &principal,
        action: ask.action,
        resource: ask.resource,
        resource_account: Some(ask.owner),
        context: &context,
        requested_grant: ask.grant,
        grant_tokens: &[],
    };
    let decision = evaluate(&request, policies, ask.kind);
    let text = wire_sentence(&request, &decision, None);
    (decision, text)
}

fn gates(decision: &Decision) -> Vec<Gate> {
    decision.missing.iter().map(|m| m.gate).collect()
}

#[test]
fn the_strongest_statement_counts_wherever_it_stands() {
    let silent = Some(allow("ec2:*"));
    for statements in [
        [to("111111111111"), to(ROLE), to(SESSION)],
        [to(SESSION), to(ROLE), to("111111111111")],
        [to(ROLE), to(SESSION), to("111111111111")],
    ] {
        let policies = Policies {
            boundary: silent.clone(),
            resource: Some(policy(&statements.join(","))),
            ..Policies::default()
        };
        let (decision, _) = ask(&GET, &policies);
        assert!(decision.allowed(), "{statements:?}");
        let at = statements.iter().position(|s| s.contains(SESSION));
        assert_eq!(decision.statement.map(|s| s.index), at);
    }
}

#[test]
fn of_equal_statements_the_first_is_named() {
    let policies = Policies {
        resource: Some(policy(&[to(ROLE), to(ROLE)].join(","))),
        ..Policies::default()
    };
    assert_eq!(ask(&GET, &policies).0.statement.unwrap().index, 0);
    let policies = Policies {
        grants: vec![
            grant("first", ROLE, &["Decrypt"]),
            grant("second", ROLE, &["Decrypt"]),
        ],
        resource: Some(policy("")),
        ..Policies::default()
    };
    assert_eq!(ask(&DECRYPT, &policies).0.grant.as_deref(), Some("first"));
}

#[test]
fn the_strongest_grant_counts_wherever_it_stands() {
    let (role, session) = (
        grant("role", ROLE, &["Decrypt"]),
        grant("session", SESSION, &["Decrypt"]),
    );
    for grants in [vec![role.clone(), session.clone()], vec![session, role]] {
        let policies = Policies {
            boundary: Some(allow("ec2:*")),
            resource: Some(policy("")),
            grants,
            ..Policies::default()
        };
        let (decision, _) = ask(&DECRYPT, &policies);
        assert!(decision.allowed());
        assert_eq!(
            (decision.gate, decision.grant.as_deref()),
            (Gate::Grant, Some("session"))
        );
    }
}

/// What AWS could not have issued says nothing, and why.
#[test]
fn what_cannot_be_granted_is_said() {
    let reason = |action: &str, grant: Grant| {
        let principal = Principal::from_arn(SESSION, None).unwrap();
        let context = Context::new();
        let request = Request {
            principal: &principal,
            action,
            resource: DECRYPT.resource,
            resource_account: Some(DECRYPT.owner),
            context: &context,
            requested_grant: None,
            grant_tokens: &[],
        };
        let policies = Policies {
            resource: Some(policy("")),
            grants: vec![grant],
            ..Policies::default()
        };
        let explanation = explain(&request, &policies, ResourceKind::Key);
        explanation.grants[0].reason.clone()
    };
    assert_eq!(reason("kms:Decrypt", grant("g", ROLE, &["Decrypt"])), None);
    assert_eq!(
        reason("kms:EnableKey", grant("g", ROLE, &["EnableKey"])).as_deref(),
        Some("there are no grants for EnableKey")
    );
    assert_eq!(
        reason("kms:Decrypt", grant("g", "*", &["Decrypt"])).as_deref(),
        Some("a grant is for one principal, not for everybody")
    );
    assert_eq!(
        reason("kms:Encrypt", grant("g", ROLE, &["Decrypt"])).as_deref(),
        Some("it is for Decrypt only")
    );
}

/// `spec/authorization.md` 2.5.
#[test]
fn only_the_grant_that_is_retired_speaks_for_its_retirement() {
    let mut mine = grant("mine", "arn:aws:iam::111111111111:root", &[]);
    mine.retiring = Some(ROLE.into());
    let others = grant("others", "arn:aws:iam::111111111111:root", &[]);
    let policies = Policies {
        resource: Some(policy("")),
        grants: vec![mine.clone(), others.clone()],
        ..Policies::default()
    };
    let retire = |grant| Ask {
        action: "kms:RetireGrant",
        grant: Some(grant),
        ..DECRYPT
    };
    assert!(ask(&retire(&mine), &policies).0.allowed());
    assert!(!ask(&retire(&others), &policies).0.allowed());
}

#[test]
fn a_child_grant_needs_the_parents_whole_context() {
    let pairs =
        |l: &[(&str, &str)]| Some(l.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect());
    let mut parent = grant("parent", ROLE, &["CreateGrant", "Decrypt"]);
    parent.context_equals = pairs(&[("a", "1")]);
    let policies = Policies {
        resource: Some(policy("")),
        grants: vec![parent],
        ..Policies::default()
    };
    let create = |equals| {
        let mut child = grant("", SESSION, &["Decrypt"]);
        child.context_equals = equals;
        let asked = Ask {
            action: "kms:CreateGrant",
            grant: Some(&child),
            ..DECRYPT
        };
        ask(&asked, &policies).0.allowed()
    };
    assert!(create(pairs(&[("a", "1")])));
    assert!(!create(pairs(&[("a", "1"), ("b", "2")])));
    assert!(!create(pairs(&[("b", "2")])));
    assert!(!create(None));
}

#[test]
fn an_allow_names_the_side_that_carried_it() {
    let named = |identity: bool, resource: &str, owner| {
        let policies = Policies {
            identity: if identity {
                vec![allow("s3:*")]
            } else {
                Vec::new()
            },
            resource: Some(policy(resource)),
            ..Policies::default()
        };
        let (decision, _) = ask(&Ask { owner, ..GET }, &policies);
        assert!(decision.allowed());
        decision.gate
    };
    assert_eq!(
        named(true, &to("111111111111"), "111111111111"),
        Gate::Identity
    );
    assert_eq!(named(true, &to(ROLE), "111111111111"), Gate::Resource);
    assert_eq!(named(false, &to(ROLE), "111111111111"), Gate::Resource);
    assert_eq!(
        named(true, &to("111111111111"), "222222222222"),
        Gate::Resource
    );
    // A grant is named when it was needed: without an identity policy, or across accounts.
    let granted = |identity: bool, owner| {
        let policies = Policies {
            identity: if identity {
                vec![allow("kms:*")]
            } else {
                Vec::new()
            },
            resource: Some(policy("")),
            grants: vec![grant("g", ROLE, &["Decrypt"])],
            ..Policies::default()
        };
        ask(&Ask { owner, ..DECRYPT }, &policies).0.gate
    };
    assert_eq!(granted(false, "111111111111"), Gate::Grant);
    assert_eq!(granted(true, "111111111111"), Gate::Identity);
    assert_eq!(granted(true, "222222222222"), Gate::Grant);
}

/// `spec/iam.md` fact 30.
#[test]
fn a_role_of_another_account_cannot_be_passed() {
    let pass = Ask {
        action: "iam:PassRole",
        resource: "arn:aws:iam::222222222222:role/r",
        owner: "222222222222",
        ..GET
    };
    let policies = Policies {
        identity: vec![allow("iam:*")],
        ..Policies::default()
    };
    let (decision, text) = ask(&pass, &policies);
    assert_eq!(decision.outcome, Outcome::ImplicitDeny);
    assert_eq!(text, "Cross-account pass role is not allowed.");
}

#[test]
fn missing_gates_are_blamed_in_the_recorded_order() {
    let silent = |resource: String, owner| {
        let policies = Policies {
            session: Some(vec![allow("ec2:*")]),
            boundary: Some(allow("ec2:*")),
            resource: Some(policy(&resource)),
            ..Policies::default()
        };
        ask(&Ask { owner, ..GET }, &policies)
    };
    // Across accounts, the role is named: session policy, boundary, identity.
    let (decision, text) = silent(to(ROLE), "222222222222");
    assert_eq!(
        gates(&decision),
        [Gate::Session, Gate::Boundary, Gate::Identity]
    );
    // S3 tells other accounts nothing.
    assert_eq!(text, "Access Denied");
    // The exact session is named: identity first.
    let (decision, text) = silent(to(SESSION), "222222222222");
    assert_eq!(
        gates(&decision),
        [Gate::Identity, Gate::Session, Gate::Boundary]
    );
    assert_eq!(text, "Access Denied");
    // Nothing names anybody: the resource's side comes last across accounts.
    let (decision, _) = silent(String::new(), "222222222222");
    assert_eq!(
        gates(&decision),
        [
            Gate::Identity,
            Gate::Session,
            Gate::Boundary,
            Gate::Resource
        ]
    );
    // A key policy that neither allows nor delegates comes first in its own account.
    let policies = Policies {
        resource: Some(policy("")),
        ..Policies::default()
    };
    assert_eq!(
        gates(&ask(&DECRYPT, &policies).0),
        [Gate::Resource, Gate::Identity]
    );
}

/// Whether a condition holds for `k` = `value`, in an Allow.
fn holds(operator: &str, operand: &str, context: &Context) -> bool {
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{"{operator}":{{"k":{operand}}}}}}}}}"#
    );
    let document: Document = text.parse().unwrap();
    document.statements()[0].conditions[0].holds(context, Effect::Allow)
}

fn with(mut context: Context, value: &str) -> Context {
    context.put("k", ContextValue::Single(value.to_owned()));
    context.set("aws:username", "YQ==");
    context
}

#[test]
fn operators_that_do_not_exist_are_none() {
    for name in [
        "NullIfExists",
        "StringEqualsIfExistsIfExists",
        "ForSomeValues:StringEquals",
        "Numeric",
        "DateEqual",
        "",
    ] {
        assert!(Operator::parse(name).is_none(), "{name}");
    }
    assert!(Operator::parse("FORANYVALUE:stringlikeIFEXISTS").is_some());
}

#[test]
fn variables_are_filled_in_where_aws_does() {
    let context = || with(Context::new(), "YQ==");
    assert!(holds("StringEquals", r#""${aws:username}""#, &context()));
    assert!(!holds("BinaryEquals", r#""${aws:username}""#, &context()));
    assert!(holds("BinaryEquals", r#""YQ==""#, &context()));
}

#[test]
fn what_is_no_arn_matches_no_arn_operator() {
    for value in [
        "arn:aws",
        "arn:aws:s3:::",
        "x:aws:iam::1:role/r",
        "arn:aws:iam::1:role/r",
    ] {
        let real = value.starts_with("arn:") && value.splitn(6, ':').count() == 6;
        let context = with(Context::new(), value);
        assert_eq!(
            holds("ArnNotLike", r#""arn:aws:iam::2:*""#, &context),
            real,
            "{value}"
        );
    }
}

#[test]
fn the_simulator_reads_numbers_and_networks_in_its_own_way() {
    let both = |operator, operand, value| {
        let live = holds(operator, operand, &with(Context::new(), value));
        (
            live,
            holds(operator, operand, &with(Context::simulated(), value)),
        )
    };
    assert_eq!(both("NumericNotEquals", "\"1\"", "none"), (true, false));
    assert_eq!(both("NumericNotEquals", "\"1\"", "2"), (true, true));
    assert_eq!(
        both("IpAddress", r#"["none","192.0.2.0/24"]"#, "192.0.2.1"),
        (true, false)
    );
    assert_eq!(
        both("IpAddress", r#"["192.0.2.0/24","none"]"#, "192.0.2.1"),
        (true, true)
    );
    assert_eq!(
        both("IpAddress", "\"192.0.2.0/24\"", "10.0.0.1"),
        (false, false)
    );
    assert_eq!(both("NotIpAddress", "\"none\"", "192.0.2.1"), (true, false));
    assert_eq!(
        both("NotIpAddress", "\"192.0.2.0/24\"", "192.0.2.1"),
        (false, false)
    );
    assert_eq!(
        both("NotIpAddress", "\"192.0.2.0/24\"", "10.0.0.1"),
        (true, true)
    );
}

#[test]
fn context_keys_are_those_of_conditions_and_variables() {
    let keys = |version: &str| {
        let text = format!(
            r#"{{"Version":"{version}","Statement":[{{"Effect":"Allow","Action":"s3:GetObject",
            "Resource":"arn:aws:s3:::b/${{aws:username, 'x'}}/${{*}}","Condition":{{"NumericEquals":{{"s3:max-keys":"${{aws:PrincipalTag/n}}"}}}}}},
            {{"Effect":"Deny","Action":"*","NotResource":"${{aws:username}}"}}]}}"#
        );
        let mut keys = text.parse::<Document>().unwrap().context_keys();
        keys.sort();
        keys
    };
    assert_eq!(
        keys("2012-10-17"),
        ["*", "aws:PrincipalTag/n", "aws:username", "s3:max-keys"]
    );
    assert_eq!(keys("2008-10-17"), ["s3:max-keys"]);
}

/// `spec/iam.md` fact 32.
#[test]
fn a_denial_names_its_policy_where_the_caller_may_know_of_it() {
    let deny = policy(r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#);
    let known = Policy {
        arn: Some("arn:aws:iam::111111111111:policy/p".into()),
        ..deny.clone()
    };
    let denied = |policy: Policy, owner| {
        let policies = Policies {
            identity: vec![policy],
            ..Policies::default()
        };
        let queue = Ask {
            action: "ecr:PutImage",
            resource: "arn:aws:ecr:us-east-1:111111111111:repository/x",
            owner,
            ..GET
        };
        let (decision, text) = ask(&queue, &policies);
        assert_eq!(decision.outcome, Outcome::ExplicitDeny);
        text
    };
    let tail = "with an explicit deny in an identity-based policy";
    assert!(denied(deny, "111111111111").ends_with(tail));
    let named = format!("{tail}: arn:aws:iam::111111111111:policy/p");
    assert!(denied(known.clone(), "111111111111").ends_with(&named));
    assert!(denied(known, "222222222222").ends_with(tail));
}

/// `spec/iam.md` fact 6, `spec/authorization.md` 2.6.
#[test]
fn ids_stay_with_who_had_them() {
    use sekisho_policy::{PrincipalPattern, Strength};
    let session = |id: Option<&str>| Principal::Session {
        account: "111111111111".into(),
        role_arn: ROLE.into(),
        path_known: id.is_some(),
        role_name: "r".into(),
        session: "s".into(),
        role_id: id.map(str::to_owned),
    };
    let user = |id: Option<&str>| Principal::User {
        account: "111111111111".into(),
        arn: "arn:aws:iam::111111111111:user/u".into(),
        id: id.map(str::to_owned),
    };
    let id = |text: &str| PrincipalPattern::Id(text.into());
    assert_eq!(
        session(Some("AROA1")).named_by(&id("AROA1")),
        Some(Strength::Role)
    );
    assert_eq!(
        session(Some("AROA1")).named_by(&id("AROA1:s")),
        Some(Strength::Direct)
    );
    assert_eq!(session(Some("AROA1")).named_by(&id("AROA1:t")), None);
    assert_eq!(session(Some("AROA1")).named_by(&id("AROA12")), None);
    assert_eq!(session(Some("AROA1")).named_by(&id("AROA2")), None);
    assert_eq!(session(None).named_by(&id("AROA1")), None);
    assert_eq!(
        user(Some("AIDA1")).named_by(&id("AIDA1")),
        Some(Strength::Direct)
    );
    assert_eq!(user(Some("AIDA1")).named_by(&id("AIDA2")), None);
    assert_eq!(user(None).named_by(&id("AIDA1")), None);
    // Who knows the id knows the path: another path is another role.
    let other = PrincipalPattern::Arn("arn:aws:iam::111111111111:role/other/r".into());
    assert_eq!(session(Some("AROA1")).named_by(&other), None);
    assert_eq!(session(None).named_by(&other), Some(Strength::Role));
}

#[test]
fn what_is_no_principal_is_none() {
    for text in [
        "arn:aws-cn:iam::111111111111:root",
        "arn:xyz:iam::111111111111:user/a",
        "arn:aws:iam:us-east-1:111111111111:user/a",
        "arn:aws:iam::1111:user/a",
        "arn:aws:iam::111111111111:",
        "arn:aws:iam::111111111111:group/a",
        "arn:aws:s3:::b",
        "111111111111",
    ] {
        assert_eq!(Principal::from_arn(text, None), None, "{text}");
    }
    let user = "arn:aws-us-gov:iam::111111111111:user/a";
    assert_eq!(Principal::from_arn(user, None).unwrap().arn(), user);
}

#[test]
fn principals_have_names() {
    let role = Principal::from_arn("arn:aws:iam::111111111111:role/path/r", None).unwrap();
    assert_eq!(role.arn(), "arn:aws:iam::111111111111:role/path/r");
    let session =
        Principal::from_arn(SESSION, Some("arn:aws:iam::111111111111:role/path/r")).unwrap();
    assert_eq!(session.arn(), SESSION);
    assert_eq!(
        session.principal_arn().as_deref(),
        Some("arn:aws:iam::111111111111:role/path/r")
    );
    assert_eq!(Principal::Anonymous.principal_arn(), None);
    assert_eq!(
        Principal::Service("x.amazonaws.com".into()).principal_arn(),
        None
    );
    let root = Principal::from_arn("arn:aws:iam::111111111111:root", None).unwrap();
    assert_eq!(
        root.principal_arn().as_deref(),
        Some("arn:aws:iam::111111111111:root")
    );
    for bad in [
        "",
        "arn:aws:iam::111111111111:group/g",
        "arn:aws:sts::111111111111:assumed-role/r",
        "arn:aws:s3:::b",
    ] {
        assert!(Principal::from_arn(bad, None).is_none(), "{bad}");
    }
}

#[test]
fn arns_with_variables_match_part_by_part() {
    let context = |value: &str, part: &str| {
        let mut context = with(Context::new(), value);
        context.set("part", part);
        context
    };
    let role = "arn:aws:iam::111111111111:role/r";
    let like = |operand: &str, part: &str| {
        holds("ArnLike", &format!("\"{operand}\""), &context(role, part))
    };
    assert!(like("arn:aws:iam::${part}:role/r", "111111111111"));
    assert!(!like("arn:aws:iam::${part}:role/r", "222222222222"));
    assert!(like("arn:aws:iam::*:role/${part}", "r"));
    // What a variable brings in is literal.
    assert!(!like("arn:aws:iam::*:role/${part}", "*"));
    assert!(like("*:aws:iam::*:role/${part}", "r"));
    assert!(!like("urn:aws:iam::*:role/${part}", "r"));
    assert!(!like("arn:aws:${part}", "iam"), "too few parts");
    assert!(like("${part}", role));
    // Escaped wildcards.
    let equals = |operand: &str, value: &str| {
        holds("StringLike", &format!("\"{operand}\""), &context(value, ""))
    };
    assert!(equals("a${?}b${*}c${$}", "a?b*c$"));
    assert!(!equals("a${?}b${*}c${$}", "axb*c$"));
    assert!(!equals("a${?}b${*}c${$}", "a?bxc$"));
    assert!(equals("a${?}b*", "a?bxyz"));
    assert!(!equals("*a${?}b", "xa?bc"));
    assert!(equals("*a${?}b", "aa?ba?b"));
}

#[test]
fn base64_is_what_iam_stores() {
    use sekisho_policy::{Kind, validate};
    let stored = |operand: &str| {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{"BinaryEquals":{{"k":"{operand}"}}}}}}}}"#
        );
        validate(&text, Kind::Identity).is_ok()
    };
    for good in ["YQ==", "YWI=", "YWJj", "+/+/", ""] {
        assert!(stored(good), "{good}");
    }
    for bad in [
        "YQ", "Y===", "YQ=", "Y Q=", "YQ==YQ==", "-_-_", "====", "YWJjY",
    ] {
        assert!(!stored(bad), "{bad}");
    }
}

/// A session's role ARN is believed as far as it agrees with the session: `aws:PrincipalArn` of a case may lie.
#[test]
fn a_session_has_the_role_that_it_can_have() {
    let role_of = |given: &str| match Principal::from_arn(SESSION, Some(given)) {
        Some(Principal::Session { role_arn, .. }) => role_arn,
        other => panic!("{other:?}"),
    };
    let own = "arn:aws:iam::111111111111:role/r";
    assert_eq!(
        role_of("arn:aws:iam::111111111111:role/path/r"),
        "arn:aws:iam::111111111111:role/path/r"
    );
    for other in [
        "arn:aws:iam::111111111111:role/path/other",
        "arn:aws:iam::222222222222:role/path/r",
        "arn:aws:iam::111111111111:user/path/r",
    ] {
        assert_eq!(role_of(other), own, "{other}");
    }
}

/// Recorded: to the policy simulator an account that a resource policy names is everyone in it, but only its own.
#[test]
fn the_simulator_takes_an_account_for_everyone_in_it() {
    let policies = Policies {
        resource: Some(Policy::new(
            "p",
            r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"s3:GetObject","Resource":"*"}}"#.parse().unwrap(),
        )),
        ..Policies::default()
    };
    let principal = Principal::from_arn("arn:aws:iam::111111111111:user/u", None).unwrap();
    let decide = |context: &Context, account: &str| {
        let request = Request {
            principal: &principal,
            action: "s3:GetObject",
            resource: "arn:aws:s3:::b/k",
            resource_account: Some(account),
            context,
            requested_grant: None,
            grant_tokens: &[],
        };
        evaluate(&request, &policies, ResourceKind::Ordinary).allowed()
    };
    assert!(!decide(&Context::new(), "111111111111"));
    assert!(decide(&Context::simulated(), "111111111111"));
    assert!(!decide(&Context::simulated(), "222222222222"));
}

/// A statement is called by its `Sid`; one that has none, or an empty one, by its number.
#[test]
fn what_a_statement_is_called() {
    let statement =
        |sid: &str| format!(r#"{{{sid}"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#);
    let all = [r#""Sid":"Read","#, r#""Sid":"","#, ""].map(statement);
    let document = policy(&all.join(",")).document;
    let labels: Vec<String> = (0..4).map(|index| document.label(index)).collect();
    assert_eq!(
        labels,
        ["Read", "statement 2", "statement 3", "statement 4"]
    );
}

/// How IAM names instance profiles and what it makes (AWS Cloud9 user guide, "Troubleshooting"; eksctl and keos reports of
/// `AddRoleToInstanceProfile` and `CreateInstanceProfile`), and what EC2 says first (EC2 user guide, "Decode authorization
/// messages").
#[test]
fn what_services_call_their_resources() {
    let user = Principal::from_arn("arn:aws:iam::111111111111:user/u", None).unwrap();
    let said = |action: &str, resource: &str| {
        let context = Context::new();
        let request = Request {
            principal: &user,
            action,
            resource,
            resource_account: Some("111111111111"),
            context: &context,
            requested_grant: None,
            grant_tokens: &[],
        };
        let policies = Policies::default();
        let decision = evaluate(&request, &policies, ResourceKind::Ordinary);
        wire_sentence(&request, &decision, None)
    };
    let sentence = |action: &str, resource: &str| {
        format!(
            "User: arn:aws:iam::111111111111:user/u is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action"
        )
    };
    let profile = "arn:aws:iam::111111111111:instance-profile/path/p";
    for (action, resource, shown) in [
        ("iam:GetInstanceProfile", profile, "instance profile p"),
        (
            "iam:AddRoleToInstanceProfile",
            profile,
            "instance profile p",
        ),
        ("iam:CreateInstanceProfile", profile, profile),
        (
            "iam:CreatePolicy",
            "arn:aws:iam::111111111111:policy/path/p",
            "policy p",
        ),
    ] {
        assert_eq!(said(action, resource), sentence(action, shown));
    }
    let instance = "arn:aws:ec2:us-east-1:111111111111:instance/*";
    assert_eq!(
        said("ec2:RunInstances", instance),
        format!(
            "You are not authorized to perform this operation. {}.",
            sentence("ec2:RunInstances", instance)
        )
    );
}

/// Who answers frames the sentence, whatever was asked (decoded messages of `RunInstances` that say `iam:PassRole` are public);
/// a deployed API shows of an account its end, and no connection; an ARN that is none is shown as it is.
#[test]
fn the_service_that_answers_words_the_sentence() {
    let said = |service: &str, action: &str, resource: &str| {
        let case = format!(
            r#"{{"request": {{"principal": "arn:aws:iam::111111111111:user/u"{service}, "action": "{action}", "resource": "{resource}", "resource_account": "111111111111"}}, "policies": {{}}}}"#
        );
        let case = sekisho_policy::case::Case::read(&case, 0).unwrap();
        let decision = evaluate(&case.request(), &case.policies, case.kind);
        case.sentence(&decision)
    };
    let sentence = |action: &str, resource: &str| {
        format!(
            "User: arn:aws:iam::111111111111:user/u is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action"
        )
    };
    let role = "arn:aws:iam::111111111111:role/r";
    assert_eq!(
        said(r#", "service": "EC2""#, "iam:PassRole", role),
        format!(
            "You are not authorized to perform this operation. {}.",
            sentence("iam:PassRole", role)
        )
    );
    assert_eq!(
        said("", "iam:PassRole", role),
        sentence("iam:PassRole", role)
    );
    let snapshot = "arn:aws:ec2:us-east-1::snapshot/*";
    assert_eq!(
        said(r#", "service": "ebs""#, "ec2:CreateTags", snapshot),
        sentence("ec2:CreateTags", snapshot)
    );
    let api = "arn:aws:execute-api:us-east-1:";
    for (action, resource, shown) in [
        (
            "Invoke",
            "111111111234:a/dev/GET/pets",
            "********1234:a/dev/GET/pets",
        ),
        (
            "ManageConnections",
            "111111111234:a/dev/POST/@connections/L0SM9cOFvHcCIhw=",
            "********1234:a/dev/POST/@connections/{connectionId}",
        ),
        ("Invoke", "1", "1"),
    ] {
        let action = format!("execute-api:{action}");
        let [resource, shown] = [resource, shown].map(|end| format!("{api}{end}"));
        assert_eq!(said("", &action, &resource), sentence(&action, &shown));
    }
    assert_eq!(
        said(
            "",
            "ses:SendEmail",
            "arn:aws:ses:us-east-1:111111111111:identity/a@example.com"
        ),
        "User 'arn:aws:iam::111111111111:user/u' is not authorized to perform 'ses:SendEmail' on resource 'arn:aws:ses:us-east-1:111111111111:identity/a@example.com'"
    );
}

/// What `RestrictPublicBuckets` keeps out is said of what the bucket's policy allows, and of nothing else.
#[test]
fn what_a_public_policy_allows_is_said_to_be_kept_back() {
    let case = r#"{"request": {"principal": "arn:aws:iam::222222222222:user/u", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "resource_account": "111111111111"}, "policies": {"identity": [{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}], "resource": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}, {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/secret"}]}, "public_access_block": {"RestrictPublicBuckets": true}}}"#;
    let case = sekisho_policy::case::Case::read(case, 0).unwrap();
    let explained = explain(&case.request(), &case.policies, case.kind);
    let kept = explained.gates.iter().flat_map(|gate| {
        let statements = gate.statements.iter().enumerate();
        statements.filter_map(move |(index, statement)| {
            let kept = |m: &sekisho_policy::Miss| m.reason.contains("RestrictPublicBuckets");
            statement
                .misses
                .iter()
                .any(kept)
                .then_some((gate.gate, index))
        })
    });
    assert_eq!(kept.collect::<Vec<_>>(), [(Gate::Resource, 0)]);
    // A bucket of which nobody says whose it is counts as the caller's own.
    let own = r#"{"request": {"principal": "arn:aws:iam::222222222222:user/u", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k"}, "policies": {"resource": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}]}, "public_access_block": {"RestrictPublicBuckets": true}}}"#;
    let case = sekisho_policy::case::Case::read(own, 0).unwrap();
    assert!(evaluate(&case.request(), &case.policies, case.kind).allowed());
}

/// Whose statement matched, in a message that is decoded: the holder's id where the statement names nobody itself.
#[test]
fn decoded_messages_say_whose_statement_it_is() {
    let deny = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}"#;
    let by = |principal: &str, id: &str, policies: &str| {
        let case = format!(
            r#"{{"request": {{"principal": "{principal}", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "resource_account": "111111111111", "context": {{"aws:userid": "{id}"}}}}, "policies": {{{policies}}}}}"#
        );
        let case = sekisho_policy::case::Case::read(&case, 0).unwrap();
        let decision = evaluate(&case.request(), &case.policies, case.kind);
        let message = sekisho_policy::authorization_message(&case.request(), &decision);
        let message: serde_json::Value = serde_json::from_str(&message).unwrap();
        let statement = &message["matchedStatements"]["items"][0];
        assert_eq!(statement["statementId"], "");
        assert!(
            statement["principalGroups"]["items"]
                .as_array()
                .unwrap()
                .is_empty()
        );
        statement["principals"]["items"].clone()
    };
    let session = "arn:aws:sts::111111111111:assumed-role/r/s";
    let decoded = |policies: &str| by(session, "AROAEXAMPLE:s", policies);
    let is = |id: &str| serde_json::json!([{ "value": id }]);
    assert_eq!(
        decoded(&format!(r#""session": [{deny}]"#)),
        is("AROAEXAMPLE:s")
    );
    assert_eq!(
        decoded(&format!(r#""identity": [{deny}]"#)),
        is("AROAEXAMPLE")
    );
    assert_eq!(
        decoded(&format!(r#""boundary": {deny}"#)),
        is("SCOPE_POLICY_ISSUER")
    );
    assert_eq!(
        decoded(&format!(r#""scp": [[{deny}]]"#)),
        serde_json::json!([])
    );
    let named = deny.replace(r#""Effect""#, r#""Principal": "*", "Effect""#);
    assert_eq!(decoded(&format!(r#""resource": {named}"#)), is("*"));
    let user = "arn:aws:iam::111111111111:user/u";
    assert_eq!(
        by(user, "AIDAEXAMPLE", &format!(r#""identity": [{deny}]"#)),
        is("AIDAEXAMPLE")
    );
}
