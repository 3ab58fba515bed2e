//! How the findings of each part are asked for, and a reference for it.

use super::*;

struct Few;

impl Reference for Few {
    fn has_service(&self, service: &str) -> Option<bool> {
        (service == "ec3").then_some(false)
    }

    fn has_action(&self, service: &str, action: &str) -> Option<bool> {
        let known = ["GetObject", "ListBucket", "ListAllMyBuckets"];
        (service == "s3").then(|| {
            known
                .iter()
                .any(|name| sekisho_arn::glob_ignore_case(action, name))
        })
    }

    fn has_key(&self, service: &str, key: &str) -> Option<bool> {
        let known = [
            "s3:prefix",
            "s3:resourceaccount",
            "s3:x-amz-server-side-encryption-aws-kms-key-id",
        ];
        (service == "s3").then_some(known.contains(&key))
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
            "aws:securetransport" | "aws:principalisawsservice" => "Bool",
            "aws:sourceip" | "aws:vpcsourceip" => "IPAddress",
            "aws:currenttime" => "Date",
            "aws:multifactorauthage" => "Numeric",
            "aws:principalarn" | "aws:sourcearn" => "ARN",
            _ => "String",
        })
    }

    fn reads_key(&self, service: &str, action: &str, key: &str) -> Option<bool> {
        match (service, key) {
            ("s3", "s3:prefix") => Some(action.eq_ignore_ascii_case("ListBucket")),
            ("sts", "cognito-identity.amazonaws.com:aud") => Some(action != "TagSession"),
            _ => None,
        }
    }

    fn names_any(&self, service: &str, action: &str, _: &[&str]) -> Option<bool> {
        (service == "s3").then_some(action != "ListAllMyBuckets")
    }
}

pub(super) fn found(text: &str, kind: LintKind) -> Vec<Finding> {
    lint(text, kind, &Few)
}

pub(super) fn codes(text: &str, kind: LintKind) -> Vec<&'static str> {
    found(text, kind).into_iter().map(|f| f.code).collect()
}

pub(super) fn of_statement(statement: &str, kind: LintKind) -> Vec<&'static str> {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
    codes(&text, kind)
}

pub(super) fn of_condition(condition: &str) -> Vec<&'static str> {
    let statement = format!(
        r#"{{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*","Condition":{condition}}}"#
    );
    of_statement(&statement, LintKind::Identity)
}

#[test]
fn findings_have_places() {
    let of = |statement: &str| {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
        let finding = found(&text, LintKind::Identity).remove(0);
        let Location { path, span } = finding.locations[0].clone();
        assert_eq!(&text[span.start..span.end], "\"s3:GetObjects\"");
        path
    };
    let [statement, action] = ["Statement", "Action"].map(|s| Step::Value(s.to_owned()));
    let one = r#"{"Effect":"Allow","Action":"s3:GetObjects","Resource":"*"}"#;
    // An index where there is a list.
    assert_eq!(of(one), [statement.clone(), action.clone()]);
    assert_eq!(
        of(&format!("[{one}]")),
        [statement.clone(), Step::Index(0), action.clone()]
    );
    let two = r#"{"Effect":"Allow","Action":["s3:GetObject","s3:GetObjects"],"Resource":"*"}"#;
    assert_eq!(of(two), [statement, action, Step::Index(1)]);
}
