//! What is told of a denial, requirement by requirement (IAM Toolbox API reference, `GetRequestAuthorizationDetails`).

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use sekisho_policy::case::Case;
use sekisho_policy::{RequirementEffect, details};

const A: &str = "111111111111";
const B: &str = "222222222222";

/// A document of statements, each an effect, an action and perhaps a principal.
fn document(statements: &[(&str, &str, &str)]) -> String {
    let each = statements.iter().map(|(effect, action, principal)| {
        let principal = match *principal {
            "" => String::new(),
            "*" => r#""Principal":"*","#.to_owned(),
            name => format!(r#""Principal":{{"AWS":"{name}"}},"#),
        };
        format!(r#"{{"Effect":"{effect}",{principal}"Action":"{action}","Resource":"*"}}"#)
    });
    let all: Vec<String> = each.collect();
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{}]}}"#,
        all.join(",")
    )
}

/// What is told: `gate[level]=effect policy:statements`, in order; a policy by its number of all.
fn told(principal: &str, action: &str, owner: &str, policies: &str) -> String {
    let resource = match action.split(':').next() {
        Some("kms") => format!("arn:aws:kms:us-east-1:{owner}:key/1"),
        _ => "arn:aws:s3:::b/k".to_owned(),
    };
    let case = format!(
        r#"{{"request":{{"principal":{principal},"action":"{action}","resource":"{resource}","resource_account":"{owner}","context":{{}}}},"policies":{{{policies}}}}}"#
    );
    let case = Case::read(&case, 0).unwrap();
    let details = details(&case.request(), &case.policies, case.kind);
    let each = details.requirements.iter().map(|r| {
        let level = r.level.map(|l| format!("[{l}]")).unwrap_or_default();
        let effect = match r.effect {
            RequirementEffect::Allow => "allow",
            RequirementEffect::NoImpact => "none",
            RequirementEffect::ImplicitDeny => "implicit",
            RequirementEffect::ExplicitDeny => "explicit",
        };
        let matched = r.matched.iter().map(|(policy, statements)| {
            let numbers: Vec<String> = statements.iter().map(usize::to_string).collect();
            format!(" {policy}:{}", numbers.join(","))
        });
        format!(
            "{}{level}={effect}{}",
            r.gate.as_str(),
            matched.collect::<String>()
        )
    });
    let each: Vec<String> = each.collect();
    let asked: Vec<&str> = details.policies.iter().map(|p| p.gate.as_str()).collect();
    format!("{} | {}", each.join("; "), asked.join(" "))
}

fn user(account: &str) -> String {
    format!(r#""arn:aws:iam::{account}:user/u""#)
}

#[test]
fn every_requirement_has_its_effect_and_the_statements_that_matched() {
    let (user_a, user_b) = (user(A), user(B));
    let u = format!("arn:aws:iam::{A}:user/u");
    let root = format!("arn:aws:iam::{A}:root");
    let get = "s3:GetObject";
    let allow = document(&[("Allow", "s3:*", "")]);
    let other = document(&[("Allow", "ec2:*", "")]);
    let all = document(&[("Allow", "*", "")]);
    let deny = document(&[("Allow", "*", ""), ("Deny", get, "")]);
    let named = document(&[("Allow", get, &u)]);
    let kept = document(&[("Allow", get, &u), ("Deny", get, "*")]);
    let role = document(&[("Allow", get, &format!("arn:aws:iam::{A}:role/r"))]);
    let session = format!(r#""arn:aws:sts::{A}:assumed-role/r/s""#);
    let everyone = document(&[("Allow", "*", "*")]);
    let against = document(&[("Deny", get, "*")]);
    let quiet = document(&[("Deny", "s3:PutObject", "*")]);
    for (who, action, owner, policies, wanted) in [
        // In one account the resource's policy is no requirement of its own, unless it denies.
        (
            &user_a,
            get,
            A,
            format!(r#""identity":[{other}],"resource":{other}"#),
            "identity=implicit | identity resource",
        ),
        (
            &user_a,
            get,
            A,
            format!(r#""resource":{named}"#),
            "identity=none | resource",
        ),
        (
            &user_a,
            get,
            A,
            format!(r#""identity":[{allow}],"resource":{against}"#),
            "resource=explicit 1:0; identity=allow 0:0 | identity resource",
        ),
        (
            &user_a,
            get,
            A,
            format!(r#""identity":[{other},{allow}]"#),
            "identity=allow 1:0 | identity identity",
        ),
        // Who is let in by the resource's policy, and denied by it, needed nothing more.
        (
            &user_a,
            get,
            A,
            format!(r#""identity":[{other}],"resource":{kept}"#),
            "resource=explicit 1:0,1; identity=implicit | identity resource",
        ),
        // Across accounts each side has to allow for itself.
        (
            &user_b,
            get,
            A,
            format!(r#""identity":[{allow}]"#),
            "resource=implicit; identity=allow 0:0 | identity",
        ),
        (
            &user_b,
            get,
            A,
            format!(r#""identity":[{other}],"resource":{everyone}"#),
            "resource=allow 1:0; identity=implicit | identity resource",
        ),
        // Levels from the root down, each on its own.
        (
            &user_a,
            get,
            A,
            format!(r#""scp":[[{all}],[{other},{all}],[{other}]],"identity":[{allow}]"#),
            "scp[0]=allow 0:0; scp[1]=allow 2:0; scp[2]=implicit; identity=allow 4:0 | scp scp scp scp identity",
        ),
        (
            &user_a,
            get,
            A,
            format!(r#""scp":[[{deny}]],"identity":[{allow}]"#),
            "scp[0]=explicit 0:0,1; identity=allow 1:0 | scp identity",
        ),
        (
            &user_a,
            get,
            A,
            format!(r#""rcp":[[{everyone}],[{against}]],"identity":[{allow}]"#),
            "rcp[0]=allow 0:0; rcp[1]=explicit 1:0; identity=allow 2:0 | rcp rcp identity",
        ),
        (
            &user_a,
            get,
            A,
            format!(r#""endpoint":{other},"identity":[{allow}]"#),
            "endpoint=implicit; identity=allow 1:0 | endpoint identity",
        ),
        (
            &user_a,
            get,
            A,
            format!(r#""identity":[{allow}],"boundary":{other}"#),
            "identity=allow 0:0; boundary=implicit | identity boundary",
        ),
        // No boundary is asked of who the resource's policy names itself.
        (
            &user_a,
            get,
            A,
            format!(r#""boundary":{other},"resource":{named}"#),
            "identity=none; boundary=none | boundary resource",
        ),
        (
            &user_a,
            get,
            A,
            format!(r#""identity":[{allow}],"session":[{other}]"#),
            "identity=allow 0:0; session=implicit | identity session",
        ),
        // A key's policy has a say of its own in one account as well; one that names the account only is not enough by itself.
        (
            &user_a,
            "kms:Decrypt",
            A,
            format!(
                r#""identity":[{all}],"resource":{}"#,
                document(&[("Allow", "ec2:*", &root)])
            ),
            "resource=implicit; identity=allow 0:0 | identity resource",
        ),
        (
            &user_a,
            "kms:Decrypt",
            A,
            format!(r#""resource":{}"#, document(&[("Allow", "kms:*", &root)])),
            "resource=allow 0:0; identity=implicit | resource",
        ),
        // A denial says of what did not match that it did not allow, where nothing else did either.
        (
            &user_b,
            get,
            A,
            format!(r#""identity":[{deny}],"resource":{other}"#),
            "resource=implicit; identity=explicit 0:0,1 | identity resource",
        ),
        (
            &user_a,
            get,
            A,
            format!(r#""identity":[{deny}],"boundary":{other}"#),
            "identity=explicit 0:0,1; boundary=implicit | identity boundary",
        ),
        // Who was let in by the resource's policy lacked nothing else when something denied; a level that allows nothing lacks
        // it all the same.
        (
            &user_a,
            get,
            A,
            format!(r#""scp":[[{deny}]],"identity":[{other}],"resource":{named}"#),
            "scp[0]=explicit 0:0,1; identity=none | scp identity resource",
        ),
        (
            &user_a,
            get,
            A,
            format!(r#""scp":[[{other}]],"identity":[{deny}],"resource":{named}"#),
            "scp[0]=implicit; identity=explicit 1:0,1 | scp identity resource",
        ),
        // What only denies and is silent lacks nothing, whoever else denies.
        (
            &user_a,
            get,
            A,
            format!(r#""rcp":[[{quiet}]],"identity":[{deny}]"#),
            "rcp[0]=none; identity=explicit 1:0,1 | rcp identity",
        ),
        // The resource's policy names the role: its identity policies need not allow, its boundary has to.
        (
            &session,
            get,
            A,
            format!(r#""identity":[{other}],"boundary":{other},"resource":{role}"#),
            "identity=none; boundary=implicit | identity boundary resource",
        ),
    ] {
        // Documents of resources name principals.
        let policies = policies.replace(
            &format!(r#""resource":{other}"#),
            &format!(r#""resource":{}"#, document(&[("Allow", "ec2:*", "*")])),
        );
        assert_eq!(
            told(who, action, owner, &policies),
            wanted,
            "{who} {action} {policies}"
        );
    }
}

#[test]
fn who_has_no_identity_policies_is_not_told_of_them() {
    let denied = document(&[("Deny", "*", "*")]);
    let service = r#"{"service":"codepipeline.amazonaws.com"}"#;
    let told_of = |who: &str| told(who, "s3:GetObject", A, &format!(r#""resource":{denied}"#));
    assert_eq!(told_of(service), "resource=explicit 0:0 | resource");
    assert_eq!(
        told_of(r#""anonymous""#),
        "resource=explicit 0:0 | resource"
    );
    let session = format!(r#""arn:aws:sts::{A}:assumed-role/r/s""#);
    assert_eq!(
        told_of(&session),
        "resource=explicit 0:0; identity=implicit | resource"
    );
}

/// AWS refuses whatever the policies say: the requirement that lacks is the one that the decision names.
#[test]
fn what_is_refused_regardless_asks_no_policy() {
    let all = document(&[("Allow", "*", "")]);
    let root = format!(r#""arn:aws:iam::{A}:root""#);
    let role = "sts:AssumeRole";
    let policies = format!(r#""identity":[{all}]"#);
    assert_eq!(told(&root, role, A, &policies), "identity=implicit | ");
}
