//! What a trust in an identity provider must be narrowed down by, where anybody can get the provider's tokens.
//!
//! Recorded on AWS for Cognito, Google, Amazon, Facebook, GitHub and GitLab (radkawar/stackd,
//! `iam/policy/testdata/oidc_trust_controls_*`, 2026-09-11); the other shared providers are those of the IAM user guide,
//! "OIDC federation: secure by default".

use super::{Kind, ValidationError};
use crate::condition::{Condition, Operator};
use crate::document::Statement;

/// Shared providers, and the claim that tells their users apart.
const SHARED: &[(&str, &str)] = &[
    ("agent.buildkite.com", "sub"),
    ("api.pulumi.com/oidc", "aud"),
    ("app.terraform.io", "sub"),
    ("cognito-identity.amazonaws.com", "aud"),
    ("gitlab.com", "sub"),
    ("oidc-configuration.audit-log.githubusercontent.com", "sub"),
    ("oidc.codefresh.io", "sub"),
    (
        "oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu",
        "sub",
    ),
    (
        "oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb",
        "sub",
    ),
    ("oidc.vercel.com", "aud"),
    ("proidc.upbound.io", "sub"),
    (
        "rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7",
        "sub",
    ),
    (
        "rh-oidc.s3.us-east-1.amazonaws.com/23e3sd27sju1hoou6ohfs68vbno607tr",
        "sub",
    ),
    (
        "rh-oidc.s3.us-east-1.amazonaws.com/23ne21h005qjl3n33d8dui5dlrmv2tmg",
        "sub",
    ),
    (
        "rh-oidc.s3.us-east-1.amazonaws.com/24jrf12m5dj7ljlfb4ta2frhrcoadm26",
        "sub",
    ),
    ("sandboxes.cloud", "aud"),
    ("scalr.io", "sub"),
    ("studio.datachain.ai/api", "sub"),
    ("tokens.cloud.shisho.dev", "sub"),
    ("vstoken.actions.githubusercontent.com", "sub"),
];

/// The provider of GitHub Actions, and whatever begins with its name.
const GITHUB: &str = "token.actions.githubusercontent.com";

/// Azure Sentinel's, of which the name of the session tells the users apart.
const SENTINEL: &str = "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d";

/// Providers that AWS knew from the beginning, and the claims of which one is enough.
const BUILT_IN: &[(&str, &[&str])] = &[
    ("accounts.google.com", &["aud", "oaud", "sub"]),
    ("graph.facebook.com", &["app_id", "sub"]),
    ("www.amazon.com", &["app_id", "sub"]),
];

/// Refuses a statement that trusts all users of the provider that a trust policy calls `name`. The statement allows
/// `sts:AssumeRoleWithWebIdentity`.
pub(super) fn check(statement: &Statement, name: &str, kind: Kind) -> Result<(), ValidationError> {
    let issuer = name
        .rsplit_once(":oidc-provider/")
        .map_or(name, |(_, issuer)| issuer);
    if let Some((_, claims)) = BUILT_IN.iter().find(|(own, _)| *own == issuer) {
        // Keys count as they are written here.
        let narrows = |c: &Condition| {
            let claim = c
                .written_key
                .strip_prefix(issuer)
                .and_then(|rest| rest.strip_prefix(':'));
            equals(c) && claim.is_some_and(|claim| claims.contains(&claim))
        };
        return match statement.conditions.iter().any(narrows) {
            true => Ok(()),
            false => kind.error(format!(
                "Policy trusting {issuer} requires a StringEquals condition on an application id"
            )),
        };
    }
    let github = issuer.starts_with(GITHUB);
    let claims = match SHARED.iter().find(|(own, _)| *own == issuer) {
        Some((_, claim)) => vec![format!("{issuer}:{claim}")],
        None if github => vec![
            format!("{issuer}:sub"),
            format!("{issuer}:job_workflow_ref"),
        ],
        None if issuer == SENTINEL => vec!["sts:RoleSessionName".to_owned()],
        None => return Ok(()),
    };
    if issuer == "cognito-identity.amazonaws.com" && statement.conditions.is_empty() {
        return kind.error("A condition block must be present for the Cognito provider");
    }
    if narrowed(&statement.conditions, &claims, github) {
        return Ok(());
    }
    let shown = if github { name } else { issuer };
    kind.error(format!(
        "Trust policy with trusted principal {shown} must evaluate, using StringEquals, StringLike or StringEqualsIgnoreCase, {} which is not scoped to all.",
        claims.join(" or ")
    ))
}

fn equals(condition: &Condition) -> bool {
    let operator = matches!(
        condition.operator,
        Operator::String { not: false } | Operator::StringIgnoreCase { not: false }
    );
    operator && !condition.if_exists
}

/// Whether one operator's block narrows the claims down: all of them that it names.
fn narrowed(conditions: &[Condition], claims: &[String], github: bool) -> bool {
    let everybody =
        |text: &str| text == "*" || (github && (text.trim().is_empty() || text.starts_with('*')));
    let positive: Vec<&Condition> = conditions
        .iter()
        .filter(|c| {
            let like = matches!(c.operator, Operator::StringLike { not: false });
            equals(c) || (like && !c.if_exists)
        })
        .filter(|c| {
            claims
                .iter()
                .any(|claim| claim.eq_ignore_ascii_case(&c.key))
        })
        .collect();
    let scoped = |c: &Condition| !c.operands.iter().any(|o| everybody(&o.template.raw));
    positive.iter().any(|one| {
        let block = positive
            .iter()
            .filter(|c| (c.operator, c.qualifier) == (one.operator, one.qualifier));
        block.into_iter().all(|c| scoped(c))
    })
}

#[cfg(test)]
mod tests {
    use crate::{Kind, validate};

    /// The answer to a trust in `provider` under `condition`; nothing where it is taken.
    fn said(provider: &str, action: &str, condition: &str) -> Option<String> {
        let condition = match condition {
            "" => String::new(),
            condition => format!(",\"Condition\":{condition}"),
        };
        let text = format!(
            "{{\"Version\":\"2012-10-17\",\"Statement\":{{\"Effect\":\"Allow\",\"Principal\":{{\"Federated\":\"{provider}\"}},\"Action\":\"{action}\"{condition}}}}}"
        );
        validate(&text, Kind::Trust).err().map(|e| e.message)
    }

    const WEB: &str = "sts:AssumeRoleWithWebIdentity";
    const COGNITO: &str = "cognito-identity.amazonaws.com";
    const GITLAB: &str = "arn:aws:iam::123456789012:oidc-provider/gitlab.com";
    const GITHUB: &str =
        "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";

    /// Each operator with an operand, and whether it narrows: for a shared provider, and for GitHub.
    const ROWS: &[(&str, &str, bool, bool)] = &[
        ("StringEquals", "\"v\"", true, true),
        ("StringEquals", "\"*\"", false, false),
        ("StringEquals", "\"?\"", true, true),
        ("StringEquals", "\"**\"", true, false),
        ("StringEquals", "\"*?\"", true, false),
        ("StringEquals", "\"\"", true, false),
        ("StringEquals", "[\"*\",\"v\"]", false, false),
        ("StringEquals", "[]", true, true),
        ("StringLike", "\"v:*\"", true, true),
        ("StringLike", "\"*\"", false, false),
        ("StringLike", "\"*v\"", true, false),
        ("StringLike", "\"?*\"", true, true),
        ("StringLike", "\" \"", true, false),
        ("StringLike", "\"${aws:username}\"", true, true),
        ("StringNotEquals", "\"v\"", false, false),
        ("StringEqualsIfExists", "\"v\"", false, false),
        ("StringLikeIfExists", "\"v:*\"", false, false),
        ("StringEqualsIgnoreCase", "\"v\"", true, true),
        ("StringEqualsIgnoreCase", "\"*?\"", true, false),
        ("ForAnyValue:StringEquals", "\"v\"", true, true),
        ("ForAnyValue:StringEquals", "[\"*\",\"v\"]", false, false),
        ("ForAllValues:StringEquals", "\"v\"", true, true),
        ("Null", "\"false\"", false, false),
        ("NumericEquals", "\"1\"", false, false),
        ("Bool", "\"true\"", false, false),
    ];

    #[test]
    fn shared_providers_are_narrowed_down() {
        let sentence = |shown: &str, claims: &str| {
            format!(
                "Trust policy with trusted principal {shown} must evaluate, using StringEquals, StringLike or StringEqualsIgnoreCase, {claims} which is not scoped to all."
            )
        };
        let github = "token.actions.githubusercontent.com";
        let of_github = sentence(
            GITHUB,
            &format!("{github}:sub or {github}:job_workflow_ref"),
        );
        let of_gitlab = sentence("gitlab.com", "gitlab.com:sub");
        let of_cognito = sentence(COGNITO, &format!("{COGNITO}:aud"));
        for (operator, operand, shared, strict) in ROWS {
            let rows = [
                (GITLAB, "gitlab.com:sub", &of_gitlab, shared),
                (
                    COGNITO,
                    "cognito-identity.amazonaws.com:aud",
                    &of_cognito,
                    shared,
                ),
                (
                    GITHUB,
                    "token.actions.githubusercontent.com:sub",
                    &of_github,
                    strict,
                ),
                (
                    GITHUB,
                    "TOKEN.actions.githubusercontent.com:JOB_workflow_ref",
                    &of_github,
                    strict,
                ),
            ];
            for (provider, key, sentence, narrows) in rows {
                let condition = format!("{{\"{operator}\":{{\"{key}\":{operand}}}}}");
                let expected = (!narrows).then(|| sentence.clone());
                assert_eq!(said(provider, WEB, &condition), expected, "{condition}");
            }
        }
        assert_eq!(said(GITLAB, WEB, ""), Some(of_gitlab));
        assert_eq!(said(GITHUB, WEB, ""), Some(of_github.clone()));
        let block = "A condition block must be present for the Cognito provider";
        assert_eq!(said(COGNITO, WEB, "").as_deref(), Some(block));
        // One block must narrow by all that it names; another block may do so by itself.
        let both = format!(
            "{{\"StringEquals\":{{\"{github}:sub\":\"v\",\"{github}:job_workflow_ref\":\"*\"}}}}"
        );
        assert_eq!(said(GITHUB, WEB, &both), Some(of_github));
        let two = format!(
            "{{\"StringEquals\":{{\"{COGNITO}:aud\":\"v\"}},\"StringLike\":{{\"{COGNITO}:aud\":\"*\"}}}}"
        );
        assert_eq!(said(COGNITO, WEB, &two), None);
        // Whatever begins so is GitHub's.
        let other = format!("{GITHUB}/private");
        let condition = format!("{{\"StringEquals\":{{\"{github}:sub\":\"v\"}}}}");
        let expected = sentence(
            &other,
            &format!("{github}/private:sub or {github}/private:job_workflow_ref"),
        );
        assert_eq!(said(&other, WEB, &condition), Some(expected));
        let own = "arn:aws:iam::123456789012:oidc-provider/oidc.example.com";
        assert_eq!(said(own, WEB, ""), None);
    }

    #[test]
    fn the_first_providers_need_an_application() {
        let check = |provider: &str, condition: &str, taken: bool| {
            let sentence = format!(
                "Policy trusting {provider} requires a StringEquals condition on an application id"
            );
            let expected = (!taken).then_some(sentence);
            assert_eq!(said(provider, WEB, condition), expected, "{condition}");
        };
        let google = "accounts.google.com";
        for (condition, taken) in [
            ("", false),
            (r#"{"StringEquals":{"accounts.google.com:aud":"v"}}"#, true),
            (r#"{"StringEquals":{"accounts.google.com:oaud":"*"}}"#, true),
            (r#"{"StringEquals":{"accounts.google.com:sub":[]}}"#, true),
            (
                r#"{"StringEquals":{"accounts.google.com:app_id":"v"}}"#,
                false,
            ),
            (r#"{"StringEquals":{"accounts.google.com:SUB":"v"}}"#, false),
            (r#"{"StringEquals":{"ACCOUNTS.GOOGLE.COM:AUD":"v"}}"#, false),
            (r#"{"StringLike":{"accounts.google.com:aud":"v"}}"#, false),
            (
                r#"{"StringEqualsIgnoreCase":{"accounts.google.com:aud":"v"}}"#,
                true,
            ),
            (
                r#"{"ForAnyValue:StringEquals":{"accounts.google.com:aud":"v"}}"#,
                true,
            ),
            (
                r#"{"StringEqualsIfExists":{"accounts.google.com:aud":"v"}}"#,
                false,
            ),
            (
                r#"{"StringNotEquals":{"accounts.google.com:aud":"v"}}"#,
                false,
            ),
            (r#"{"Null":{"accounts.google.com:aud":"false"}}"#, false),
        ] {
            check(google, condition, taken);
        }
        let amazon = "www.amazon.com";
        check(
            amazon,
            r#"{"StringEquals":{"www.amazon.com:app_id":"v"}}"#,
            true,
        );
        check(
            amazon,
            r#"{"StringEquals":{"www.amazon.com:aud":"v"}}"#,
            false,
        );
    }

    #[test]
    fn only_who_may_assume_the_role_is_narrowed_down() {
        let actions = "AssumeRole policy may only specify STS AssumeRole actions.";
        for (action, expected) in [
            ("sts:TagSession", None),
            ("sts:*", Some(actions)),
            ("*", Some(actions)),
            ("STS:assumerolewithwebidentity", Some(actions)),
        ] {
            assert_eq!(said(COGNITO, action, "").as_deref(), expected, "{action}");
        }
    }
}
