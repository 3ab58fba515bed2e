//! `sekisho explain` and `sekisho new`, as commands.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says what it expects by failing"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn sekisho(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sekisho"));
    command
        .args(arguments)
        .env_remove("AWS_REGION")
        .env("NO_COLOR", "1");
    command.output().unwrap()
}

fn said(output: &Output, code: i32) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{text}{errors}");
    text + &errors
}

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/cross-account-ecr")
}

fn broken() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(example()).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text
            .replace("      \"kms:GenerateDataKey*\",\n", "")
            .replace("[\"ecr:DescribeImages\"]", "[\"ecr:ListImages\"]");
        std::fs::write(folder.path().join(path.file_name().unwrap()), text).unwrap();
    }
    folder
}

#[test]
fn a_denial_by_its_id_and_by_what_aws_says() {
    let folder = broken();
    let infra = folder.path().to_str().unwrap();
    let report = sekisho(&["rehearse", "-q", "--format", "json", infra]);
    let report: serde_json::Value = serde_json::from_slice(&report.stdout).unwrap();
    let id = report["denials"][0]["id"].as_str().unwrap();
    let page = said(&sekisho(&["explain", id, infra]), 1);
    assert!(
        page.contains("ecr:DescribeImages") && page.contains("registry.tf:"),
        "{page}"
    );
    assert!(page.contains("more are missing"), "{page}");

    // What is denied only behind the first denial is known, too; the key's id is another on AWS.
    let sentence = "User: arn:aws:sts::111111111111:assumed-role/delivery-ecr-source/1 is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:us-east-1:222222222222:key/1234 because no identity-based policy allows the kms:GenerateDataKey action";
    let page = said(&sekisho(&["explain", sentence, infra]), 1);
    assert!(
        page.contains("missing identity policy in account 111111111111"),
        "{page}"
    );

    // The same as an event in a file.
    let event = serde_json::json!({"eventSource": "kms.amazonaws.com", "eventName": "GenerateDataKey", "errorCode": "AccessDenied", "errorMessage": sentence});
    let file = folder.path().join("event.json");
    std::fs::write(&file, event.to_string()).unwrap();
    let again = said(&sekisho(&["explain", file.to_str().unwrap(), infra]), 1);
    assert_eq!(again.lines().next(), page.lines().next());

    // The configuration is right: then AWS has something else.
    let page = said(
        &sekisho(&["explain", sentence, example().to_str().unwrap()]),
        0,
    );
    assert!(
        page.contains("allowed here") && page.contains("terraform plan"),
        "{page}"
    );
    // An id that no denial has: nothing is known of it.
    let page = said(&sekisho(&["explain", id, example().to_str().unwrap()]), 2);
    assert!(
        page.contains("no denial of this configuration has the id"),
        "{page}"
    );
    // As it is printed, and as a client prints an error.
    let page = said(&sekisho(&["explain", &format!("denied[{id}]"), infra]), 1);
    assert!(page.contains("ecr:DescribeImages"), "{page}");
    let error = serde_json::json!({"__type": "AccessDeniedException", "Message": sentence});
    said(&sekisho(&["explain", &error.to_string(), infra]), 1);
    // An explicit deny that is not here: no allow is proposed against it.
    let denied = sentence.replace(
        "because no identity-based policy allows the kms:GenerateDataKey action",
        "with an explicit deny in a service control policy: arn:aws:organizations::999999999999:policy/o-1/service_control_policy/p-1",
    );
    let page = said(&sekisho(&["explain", &denied, infra]), 1);
    assert!(
        page.contains("AWS says User: arn:aws:sts") && page.contains("whoever owns that policy"),
        "{page}"
    );
    assert!(!page.contains("--fix"), "{page}");
    // As CodePipeline says it.
    let assumed = "arn:aws:iam::222222222222:role/delivery-codepipeline is not authorized to perform AssumeRole on role arn:aws:iam::111111111111:role/delivery-ecr-source";
    let page = said(&sekisho(&["explain", assumed, infra]), 0);
    assert!(page.contains("sts:AssumeRole on"), "{page}");
    // What is reached only when what is missing before it is there.
    let later = "User: arn:aws:sts::222222222222:assumed-role/delivery-codepipeline/1 is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:us-east-1:222222222222:key/1 because no identity-based policy allows the kms:Decrypt action";
    let page = said(&sekisho(&["explain", later, infra]), 0);
    assert!(page.contains("reached when what is missing"), "{page}");
    let page = said(&sekisho(&["explain", "what?", infra]), 2);
    assert!(page.contains("no AccessDenied message of AWS"), "{page}");
}

#[test]
fn a_new_configuration_passes() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("infra");
    let directory = directory.to_str().unwrap();
    let new = [
        "new",
        "cross-account-ecr",
        directory,
        "--registry-account",
        "444444444444",
        "--pipeline-account",
        "555555555555",
        "--repository",
        "web/app",
    ];
    let written = said(&sekisho(&new), 0);
    assert!(written.contains("hint: sekisho rehearse"), "{written}");
    let passes = said(&sekisho(&["rehearse", "-q", directory]), 0);
    assert!(passes.contains("passes: 1 pipeline succeeded"), "{passes}");
    assert!(
        passes.contains("arn:aws:ecr:us-east-1:444444444444:repository/web/app"),
        "{passes}"
    );
    // It is not written over.
    let refused = said(&sekisho(&new), 2);
    assert!(refused.contains("the directory is not empty"), "{refused}");
}

#[test]
fn values_that_aws_would_refuse() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("infra");
    let check = |flags: &[&str], expected: &str| {
        let mut arguments = vec!["new", "cross-account-ecr", directory.to_str().unwrap()];
        arguments.extend(flags);
        let refused = said(&sekisho(&arguments), 2);
        assert!(refused.contains(expected), "{refused}");
        assert!(!directory.exists(), "something was written");
    };
    let a = ["--registry-account", "444444444444"];
    let b = ["--pipeline-account", "555555555555"];
    let r = ["--repository", "web"];
    check(&[], "--registry-account");
    check(
        &[a[0], "4", b[0], b[1], r[0], r[1]],
        "an account id has 12 digits",
    );
    check(
        &[a[0], a[1], b[0], a[1], r[0], r[1]],
        "nothing has to cross",
    );
    check(
        &[a[0], a[1], b[0], b[1], r[0], "Web"],
        "ECR takes 2 to 256 lower-case letters and digits",
    );
    check(
        &[a[0], a[1], b[0], b[1], r[0], r[1], "--name", "a\"b"],
        "begins the names of buckets",
    );
}

/// An explicit deny of which AWS tells may be one of the configuration's own, whose conditions did not hold here.
#[test]
fn statements_that_deny_elsewhere_are_shown() {
    let infra = example();
    let infra = infra.to_str().unwrap();
    let sentence = |resource: &str| {
        format!(
            "User: arn:aws:sts::111111111111:assumed-role/delivery-ecr-source/1 is not authorized to perform: s3:PutObject on resource: \"{resource}\" with an explicit deny in a resource-based policy"
        )
    };
    let own = "arn:aws:s3:::delivery-artifacts-222222222222/delivery/ImageDefin/Ab";
    let page = said(&sekisho(&["explain", &sentence(own), infra]), 1);
    for name in [
        "DenyUnEncryptedObjectUploads of aws_s3_bucket_policy.",
        "DenyInsecureConnections of aws_s3_bucket_policy.",
    ] {
        assert!(page.contains(name), "{page}");
    }
    let page = said(
        &sekisho(&["explain", &sentence("arn:aws:s3:::another/k"), infra]),
        1,
    );
    assert!(
        page.contains("by a statement that this configuration does not have"),
        "{page}"
    );
    let elsewhere = sentence(own).replace("a resource-based policy", "a service control policy");
    let page = said(&sekisho(&["explain", &elsewhere, infra]), 1);
    assert!(
        page.contains("by a statement that this configuration does not have"),
        "{page}"
    );
    // A message that was decoded names the statement.
    let decoded = format!(
        r#"{{"allowed":false,"explicitDeny":true,"matchedStatements":{{"items":[{{"statementId":"DenyUnEncryptedObjectUploads"}}]}},"context":{{"principal":{{"arn":"arn:aws:sts::111111111111:assumed-role/delivery-ecr-source/1"}},"action":"s3:PutObject","resource":"{own}"}}}}"#
    );
    let page = said(&sekisho(&["explain", &decoded, infra]), 1);
    assert!(
        page.contains("DenyUnEncryptedObjectUploads") && !page.contains("DenyInsecureConnections"),
        "{page}"
    );
}

/// CodePipeline names the bucket, and nothing else; who applied the configuration made other calls.
#[test]
fn what_codepipeline_says_of_a_bucket_is_about_the_delivery() {
    let infra = example();
    let infra = infra.to_str().unwrap();
    let of = |bucket: &str| {
        format!(
            "The service role or action role doesn\u{2019}t have the permissions required to access the Amazon S3 bucket named {bucket}. Update the IAM role permissions, and then try again. Error: Amazon S3:AccessDenied:Access Denied"
        )
    };
    for text in [
        of("delivery-artifacts-222222222222"),
        "Access Denied".to_owned(),
    ] {
        let page = said(&sekisho(&["explain", &text, infra]), 0);
        assert!(page.contains("allowed here: s3:PutObject"), "{page}");
        assert!(page.contains("assumed-role/delivery-ecr-source"), "{page}");
    }
    // A sentence that ends with the name; a policy that is none of the bucket's is nothing to show.
    let cut = of("delivery-artifacts-222222222222");
    let (cut, _) = cut.split_once(" Update").unwrap();
    let page = said(&sekisho(&["explain", cut, infra]), 0);
    assert!(page.contains("allowed here: s3:PutObject"), "{page}");
    let page = said(&sekisho(&["explain", &of("other.artifacts"), infra]), 2);
    assert!(
        page.contains("never calls s3:* on arn:aws:s3:::other.artifacts"),
        "{page}"
    );
    // What may not use the bucket's key, S3 denies.
    let folder = broken();
    let page = said(
        &sekisho(&[
            "explain",
            &of("delivery-artifacts-222222222222"),
            folder.path().to_str().unwrap(),
        ]),
        1,
    );
    assert!(page.contains("kms:GenerateDataKey"), "{page}");
}

#[test]
fn a_reason_that_is_not_this_one_is_said() {
    let folder = broken();
    let sentence = |because: &str| {
        format!(
            "User: arn:aws:sts::111111111111:assumed-role/delivery-ecr-source/1 is not authorized to perform: ecr:DescribeImages on resource: arn:aws:ecr:us-east-1:111111111111:repository/team/app because no {because} allows the ecr:DescribeImages action"
        )
    };
    let page = |because: &str| {
        let sentence = sentence(because);
        said(
            &sekisho(&["explain", &sentence, folder.path().to_str().unwrap()]),
            1,
        )
    };
    let other = "on AWS it stopped at another policy (no permissions boundary allows the ecr:DescribeImages action)";
    let text = page("permissions boundary");
    assert!(text.contains(other), "{text}");
    let text = page("identity-based policy");
    assert!(!text.contains("stopped at another"), "{text}");
}

#[test]
fn files_that_say_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("empty.json");
    std::fs::write(&file, "\n").unwrap();
    let page = said(&sekisho(&["explain", file.to_str().unwrap(), "."]), 2);
    assert!(page.contains("the file is empty"), "{page}");
    let page = said(&sekisho(&["explain", "no-such-event.json", "."]), 2);
    assert!(page.contains("there is no such file"), "{page}");
}
