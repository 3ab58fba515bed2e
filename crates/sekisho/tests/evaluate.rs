//! `sekisho evaluate` as a person and a script meet it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

fn run(args: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sekisho"))
        .arg("evaluate")
        .args(args)
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

fn answers(output: &Output) -> Vec<Value> {
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect()
}

fn case(name: &str, effect: &str, expect: &str) -> Value {
    json!({
        "name": name,
        "request": {"principal": "arn:aws:iam::111111111111:user/u", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "resource_account": "111111111111", "context": {"s3:prefix": "x"}},
        "policies": {"identity": [{"Version": "2012-10-17", "Statement": [{"Sid": "One", "Effect": effect, "Action": "s3:*", "Resource": "*"}]}]},
        "expect": {"decision": expect},
    })
}

#[test]
fn one_answer_a_line() {
    let lines = [
        case("a", "Allow", "allow"),
        case("b", "Deny", "explicit_deny"),
    ]
    .map(|c| c.to_string());
    let output = run(&[], &lines.join("\n"));
    assert_eq!(output.status.code(), Some(0));
    let answers = answers(&output);
    assert_eq!(answers.len(), 2);
    assert_eq!(
        (
            answers[0]["name"].as_str(),
            answers[0]["decision"].as_str(),
            answers[0]["gate"].as_str()
        ),
        (Some("a"), Some("allow"), Some("identity"))
    );
    assert_eq!(answers[0]["statements"][0]["sid"], "One");
    assert_eq!(answers[0]["changes"], json!([]));
    assert_eq!(answers[1]["decision"], "explicit_deny");
    assert_eq!(
        answers[1]["message"],
        "User: arn:aws:iam::111111111111:user/u is not authorized to perform: s3:GetObject on resource: \"arn:aws:s3:::b/k\" with an explicit deny in an identity-based policy"
    );
    let changes: Vec<&str> = answers[1]["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["change"].as_str().unwrap())
        .collect();
    assert_eq!(changes, ["relax", "add"]);
}

#[test]
fn an_expectation_that_does_not_hold_ends_with_1() {
    let output = run(&[], &case("a", "Allow", "implicit_deny").to_string());
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        answers(&output)[0]["unexpected"],
        "decision is \"allow\", expected \"implicit_deny\""
    );
}

#[test]
fn a_bad_case_says_where_and_the_rest_go_on() {
    let mut bad = case("bad", "Allow", "allow");
    bad["policies"]["identity"][0]["Statement"][0]["Effect"] = json!("Alow");
    let misspelt = json!({"name": "m", "request": {"principal": "anonymous", "action": "s3:GetObject", "resource": "*"}, "policies": {"organization": {}}});
    let input = format!(
        "{}\n\nno json\n{bad}\n{misspelt}\n",
        case("a", "Allow", "allow")
    );
    let output = run(&["-"], &input);
    assert_eq!(
        output.status.code(),
        Some(2),
        "cases that cannot be read are no success"
    );
    let answers = answers(&output);
    assert_eq!(answers.len(), 4);
    assert_eq!(answers[0]["decision"], "allow");
    assert_eq!(
        (answers[1]["line"].as_u64(), answers[1]["column"].as_u64()),
        (Some(3), Some(2))
    );
    assert_eq!(
        (
            answers[2]["name"].as_str(),
            answers[2]["error"].as_str(),
            answers[2]["member"].as_str()
        ),
        (
            Some("bad"),
            Some("Invalid effect: Alow"),
            Some("policies.identity[0]")
        )
    );
    let column = bad.to_string().find("\"Alow\"").unwrap() + 1;
    assert_eq!(
        (answers[2]["line"].as_u64(), answers[2]["column"].as_u64()),
        (Some(4), Some(column as u64))
    );
    assert_eq!(
        answers[3]["warnings"],
        json!(["policies.organization is no kind of policy: ignored"])
    );
}

/// What is misspelt would be passed over as what means nothing, and a test that expects nothing passes.
#[test]
fn what_is_misspelt_is_an_error() {
    let case = |member: &str, to: &str| {
        let case = json!({
            "name": "spelt",
            "request": {"principal": "arn:aws:iam::111111111111:user/u", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "resource_account": "222222222222", "context": {}},
            "policies": {"identity": [], "boundary": {"Version": "2012-10-17", "Statement": []}},
            "expect": {"decision": "implicit_deny", "gate": "identity"},
        });
        let text = case.to_string();
        assert!(text.contains(&format!("\"{member}\":")));
        text.replace(&format!("\"{member}\":"), &format!("\"{to}\":"))
    };
    for (member, to, of) in [
        ("resource_account", "resource_acount", "request"),
        ("resource_account", "resourceAccount", "request"),
        ("context", "contexts", "request"),
        ("boundary", "boundry", "policies"),
        ("gate", "gates", "expect"),
        ("decision", "decison", "expect"),
        ("expect", "expects", ""),
    ] {
        let output = run(&["-"], &format!("{}\n", case(member, to)));
        assert_eq!(output.status.code(), Some(2), "{to}");
        let answer = answers(&output).remove(0);
        let error = answer["error"].as_str().unwrap();
        assert_eq!(
            error,
            format!("`{to}` means nothing here: is it `{member}`?")
        );
        assert_eq!(answer["member"].as_str().unwrap_or_default(), of, "{to}");
    }
    let output = run(&["-"], &format!("{}\n", case("name", "source")));
    assert_eq!(output.status.code(), Some(0));
}

/// Of which kind an endpoint is, a case does not say; of the kinds that there are, one takes accounts otherwise.
#[test]
fn an_endpoint_that_names_accounts_is_warned_of() {
    let warned = |action: &str, principal: Value| {
        let endpoint = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "*", "Resource": "*"}]});
        let case = json!({"name": "e", "request": {"principal": "arn:aws:iam::111111111111:user/u", "action": action, "resource": "*"}, "policies": {"endpoint": endpoint}});
        let answer = answers(&run(&["-"], &format!("{case}\n"))).remove(0);
        let warnings = answer["warnings"].as_array().cloned().unwrap_or_default();
        warnings.iter().any(|w| {
            w.as_str()
                .unwrap()
                .contains("a gateway endpoint takes an account")
        })
    };
    let account = json!({"AWS": "111111111111"});
    assert!(warned("s3:GetObject", account.clone()));
    assert!(!warned("kms:Decrypt", account));
    assert!(!warned("s3:GetObject", json!("*")));
}

#[test]
fn a_file_may_hold_one_object_with_cases() {
    let file = json!({"about": "two", "cases": [case("a", "Allow", "allow"), case("b", "Allow", "allow")]});
    let pretty = serde_json::to_string_pretty(&file).unwrap();
    let output = run(&[], &pretty);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(answers(&output).len(), 2);
    // Cases over several lines.
    let one = serde_json::to_string_pretty(&case("a", "Allow", "allow")).unwrap();
    assert_eq!(answers(&run(&[], &one)).len(), 1);
    let output = run(&[], &format!("{one}\n{one}\n"));
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(answers(&output).len(), 2);
}

#[test]
fn what_was_observed_on_aws_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policy/cases");
    for (file, count) in [
        ("authorization", 121),
        ("boundary", 28),
        ("conditions", 711),
    ] {
        let path = folder.join(format!("aws-observed-{file}.json"));
        let output = run(&[path.to_str().unwrap()], "");
        assert_eq!(output.status.code(), Some(0), "{file}");
        assert_eq!(answers(&output).len(), count, "{file}");
    }
}

#[test]
fn explained_for_a_person() {
    let case = r#"{"name": "delivery",
 "request": {"principal": "arn:aws:sts::111111111111:assumed-role/ecr-source/1", "action": "kms:Decrypt", "resource": "arn:aws:kms:us-east-1:222222222222:key/1", "resource_account": "222222222222", "context": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}},
 "policies": {"identity": [{"Version": "2012-10-17",
   "Statement": [{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}]}],
  "resource": {"Version": "2012-10-17",
   "Statement": [{"Sid": "Reader", "Effect": "Allow",
     "Principal": {"AWS": "arn:aws:iam::111111111111:role/ecr-source"},
     "Action": "kms:Decrypt", "Resource": "*",
     "Condition": {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}}]}}}"#;
    let output = run(&["--explain"], case);
    let text = String::from_utf8(output.stdout).unwrap();
    for part in [
        "denied: nothing allows it, at the gate resource",
        "identity: allows",
        "resource: says nothing",
        "Allow of resource policy, Reader, does not match",
        "kms:ViaService is \"s3.us-east-1.amazonaws.com\"",
        "hint: add to the resource policy (account 222222222222): {\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::111111111111:role/ecr-source\"},\"Action\":\"kms:Decrypt\",\"Resource\":\"*\"}",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    // The author's own line, with the operand underlined.
    let lines: Vec<&str> = text.lines().collect();
    let at = lines
        .iter()
        .position(|l| l.contains("\"kms:ViaService\": \"s3.eu-west-1.amazonaws.com\""))
        .unwrap();
    assert!(lines[at + 1].contains("^^^^^^^^"), "{text}");
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn a_file_that_is_not_there_ends_with_2() {
    let output = run(&["/no/such/file"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot read /no/such/file"));
}

/// What no request of the kind has decides in silence otherwise.
#[test]
fn actions_that_there_are_not_and_keys_that_no_request_has_are_warned_of() {
    let warnings = |action: &str, key: &str| {
        let condition = json!({"StringNotEquals": {key: "x"}});
        let statement = json!({"Effect": "Allow", "Action": ["s3:*", "sqs:*"], "Resource": "*", "Condition": condition});
        let document = json!({"Version": "2012-10-17", "Statement": [statement]});
        let case = json!({"name": "w", "request": {"principal": "arn:aws:iam::111111111111:user/u", "action": action, "resource": "*", "resource_account": "111111111111"}, "policies": {"identity": [document]}});
        let answer = answers(&run(&["-"], &format!("{case}\n"))).remove(0);
        answer["warnings"].as_array().cloned().unwrap_or_default()
    };
    let absent = "no request for s3:GetObject has the condition key s3:prefix";
    for (action, key, expected) in [
        ("s3:GetObject", "s3:prefix", absent),
        ("s3:ListBucket", "s3:prefix", ""),
        ("s3:GetObject", "s3:ExistingObjectTag/team", ""),
        ("s3:GetObject", "aws:PrincipalTag/team", ""),
        // Nothing is known of which action of this service has which key.
        ("sqs:SendMessage", "s3:prefix", ""),
        (
            "s3:GetObjects",
            "s3:authType",
            "AWS has no action s3:GetObjects",
        ),
        (
            "s33:GetObject",
            "s3:authType",
            "AWS has no action s33:GetObject",
        ),
        ("sqs:SendMessage", "aws:SourceIp", ""),
    ] {
        let found = warnings(action, key);
        match expected {
            "" => assert!(found.is_empty(), "{action} {key}: {found:?}"),
            expected => {
                let said = |w: &Value| w.as_str().unwrap().contains(expected);
                assert!(found.iter().any(said), "{action} {key}: {found:?}");
            }
        }
    }
}

/// A list of one value is not a value: without an operator of sets, nothing matches it.
#[test]
fn texts_in_the_place_of_lists_are_warned_of() {
    let answer = |value: Value| {
        let condition = json!({"StringEquals": {"aws:TagKeys": "team"}});
        let statement = json!({"Effect": "Allow", "Action": "ecr:TagResource", "Resource": "*", "Condition": condition});
        let document = json!({"Version": "2012-10-17", "Statement": [statement]});
        let case = json!({"name": "w", "request": {"principal": "arn:aws:iam::111111111111:user/u", "action": "ecr:TagResource", "resource": "*", "resource_account": "111111111111", "context": {"aws:TagKeys": value, "aws:SourceIp": "10.0.0.1"}}, "policies": {"identity": [document]}});
        answers(&run(&["-"], &format!("{case}\n"))).remove(0)
    };
    let warned = answer(json!("team"));
    let said = "request.context.aws:tagkeys: AWS gives a list for it, and conditions tell the two apart: write [\"team\"]";
    assert_eq!(warned["warnings"], json!([said]));
    let list = answer(json!(["team"]));
    assert_eq!(list["decision"], "implicit_deny");
    assert_eq!(list.get("warnings"), None);
}

/// A member that is written wrongly is not passed over in silence: the case is another one then.
#[test]
fn what_a_request_does_not_say_is_said() {
    let warned = |change: fn(&mut Value)| {
        let mut one = case("a", "Allow", "allow");
        change(&mut one["request"]);
        let answer = answers(&run(&[], &one.to_string())).remove(0);
        answer["warnings"].to_string()
    };
    let misspelt = warned(|request| {
        let who = request["principal"].take();
        request["principle"] = who;
    });
    assert!(
        misspelt.contains("request.principal is not given"),
        "{misspelt}"
    );
    assert!(misspelt.contains("principle mean nothing"), "{misspelt}");
    let wild = warned(|request| request["action"] = json!("s3:Get*"));
    assert!(
        wild.contains("`s3:Get*` is not the name of an action"),
        "{wild}"
    );
    let refused = |change: fn(&mut Value)| {
        let mut one = case("a", "Allow", "allow");
        change(&mut one);
        let output = run(&[], &one.to_string());
        let error = answers(&output).remove(0)["error"].to_string();
        assert!(
            !error.contains("struct") && !error.contains("Written"),
            "{error}"
        );
        error
    };
    assert!(refused(|c| c["request"] = json!(5)).contains("expected an object"));
    assert!(refused(|c| c["request"]["principal"] = json!(5)).contains("a principal is a user"));
    let grant = refused(|c| c["policies"]["grants"] = json!([{"operations": ["Decrypt"]}]));
    assert!(grant.contains("a grant has a grantee"), "{grant}");
}

/// Whose a bucket is its ARN does not say: another account's would be taken for the caller's own.
#[test]
fn whose_a_resource_is_has_to_be_said() {
    let warnings = |resource: &str, account: Option<&str>| {
        let statement =
            json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"});
        let document = json!({"Version": "2012-10-17", "Statement": [statement]});
        let mut case = json!({"name": "w", "request": {"principal": "arn:aws:iam::111111111111:user/u", "action": "s3:GetObject", "resource": resource}, "policies": {"resource": document}});
        if let Some(account) = account {
            case["request"]["resource_account"] = json!(account);
        }
        let answer = answers(&run(&["-"], &format!("{case}\n"))).remove(0);
        answer["warnings"].to_string()
    };
    let said = "request.resource_account is not said";
    assert!(warnings("arn:aws:s3:::b/k", None).contains(said));
    assert!(!warnings("arn:aws:s3:::b/k", Some("222222222222")).contains(said));
    assert!(!warnings("arn:aws:s3:us-east-1:222222222222:accesspoint/a", None).contains(said));
}
