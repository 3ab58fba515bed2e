//! What is found in whole documents, and how the findings of each part are asked for.

use super::*;

struct S3;

impl Reference for S3 {
    fn has_action(&self, service: &str, action: &str) -> Option<bool> {
        (service == "s3").then(|| sekisho_arn::glob_ignore_case(action, "GetObject"))
    }

    fn has_key(&self, service: &str, key: &str) -> Option<bool> {
        (service == "s3").then_some(key == "s3:prefix")
    }

    fn reads_tags(&self, service: &str, _: &str) -> Option<bool> {
        match service {
            "lambda" => Some(false),
            "kms" => Some(true),
            _ => None,
        }
    }

    fn key_type(&self, _: &str, key: &str) -> Option<&'static str> {
        Some(match key {
            "aws:tagkeys" => "ArrayOfString",
            "aws:securetransport" => "Bool",
            "aws:sourceip" | "aws:vpcsourceip" => "IPAddress",
            "aws:currenttime" => "Date",
            "aws:multifactorauthage" => "Numeric",
            _ => "String",
        })
    }
}

pub(super) fn codes(text: &str, kind: LintKind) -> Vec<&'static str> {
    lint(text, kind, &S3).into_iter().map(|f| f.code).collect()
}

pub(super) fn of_statement(statement: &str, kind: LintKind) -> Vec<&'static str> {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
    codes(&text, kind)
}

pub(super) fn of_condition(condition: &str) -> Vec<&'static str> {
    let statement = format!(
        r#"{{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{condition}}}"#
    );
    of_statement(&statement, LintKind::Identity)
}

#[test]
fn finds_in_documents() {
    for (text, expected) in [
        (
            r#"{"Statement":[]}"#,
            &["MISSING_VERSION", "MISSING_STATEMENT"][..],
        ),
        ("{", &["JSON_SYNTAX_ERROR"]),
        (r#"{"Version":"2012-10-17"}"#, &["MISSING_STATEMENT"]),
        (r#"{"Version":"2012","Statement":[]}"#, &["INVALID_VERSION"]),
        (
            r#"{"Version":"2012-10-17","Statements":[]}"#,
            &["INVALID_POLICY_ELEMENT"],
        ),
        // A member of another name holds the text.
        (
            r#"{"Id":"\"Version\"","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#,
            &["MISSING_VERSION"],
        ),
    ] {
        assert_eq!(codes(text, LintKind::Identity), expected, "{text}");
    }
    let long = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::{}"}}}}"#,
        "x".repeat(6200)
    );
    assert_eq!(
        codes(&long, LintKind::Identity),
        ["POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA"]
    );
    assert_eq!(codes(&long, LintKind::ServiceControl), [""; 0]);
    let longer = long.replace('x', "xx");
    assert_eq!(
        codes(&longer, LintKind::ServiceControl),
        ["POLICY_SIZE_EXCEEDS_SCP_QUOTA"]
    );
    let same =
        r#"{"Sid":"A","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}"#;
    let twice = format!("{same},{same}");
    assert_eq!(
        of_statement(&twice, LintKind::Resource),
        ["REDUNDANT_STATEMENT", "UNIQUE_SIDS_RECOMMENDED"]
    );
    let twice = twice.replace(r#""Principal":"*","#, "");
    assert_eq!(
        of_statement(&twice, LintKind::Identity),
        ["REDUNDANT_STATEMENT", "UNIQUE_SIDS_REQUIRED"]
    );
}

#[test]
fn findings_have_places() {
    let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObjects","Resource":"*"}]}"#;
    let finding = lint(text, LintKind::Identity, &S3).remove(0);
    assert_eq!(
        text.get(finding.span.start..finding.span.end),
        Some("\"s3:GetObjects\"")
    );
    let path = [
        Step::Value("Statement".into()),
        Step::Index(0),
        Step::Value("Action".into()),
    ];
    assert_eq!(finding.path, path);
}
