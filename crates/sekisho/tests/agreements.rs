//! The seed's delivery, and what happens when any one of its agreements is broken: the rehearsal fails at the call,
//! and names the side and the account, that AWS would.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what it expects by failing"
)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sekisho::rehearse::{Client, Options, Outcome, Report, last_line, rehearse};
use sekisho_executor::{Executor, Skip};
use sekisho_pipeline::ExecutionStatus;
use serde_json::json;

const A: &str = "111111111111";
const B: &str = "222222222222";

fn as_json(outcome: &Outcome) -> serde_json::Value {
    let report = Report {
        outcome,
        completion: None,
        fix: None,
    };
    report.json()
}

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/cross-account-ecr")
}

/// Rehearses the example with texts replaced: file, from, to. A text that is not there is a broken test.
fn rehearsed(edits: &[(&str, &str, &str)], change: impl FnOnce(&mut Options)) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(example()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "tf") {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let mut text = std::fs::read_to_string(&path).unwrap();
            for (_, from, to) in edits.iter().filter(|(file, ..)| *file == name) {
                assert!(text.contains(from), "{name} does not hold {from}");
                text = text.replacen(from, to, 1);
            }
            std::fs::write(folder.path().join(name), text).unwrap();
        }
    }
    let mut options = Options::new(folder.path());
    change(&mut options);
    rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"))
}

/// The same with agreements broken: it must not pass.
fn run(edits: &[(&str, &str, &str)], change: impl FnOnce(&mut Options)) -> Outcome {
    let outcome = rehearsed(edits, change);
    assert!(
        edits.is_empty() || !outcome.passes(),
        "a broken agreement passed"
    );
    outcome
}

fn broken(file: &str, from: &str, to: &str) -> Outcome {
    run(&[(file, from, to)], |_| {})
}

/// Asserts the first denial: action, side, account, and a part of AWS's sentence.
#[track_caller]
fn denied(outcome: &Outcome, action: &str, side: &str, account: &str, reason: &str) {
    let first = outcome
        .denials
        .first()
        .unwrap_or_else(|| panic!("nothing was denied: {:?}", outcome.failures));
    let cause = &first.cause;
    assert_eq!(
        (
            cause.action.as_str(),
            cause.side.as_str(),
            cause.account.as_str()
        ),
        (action, side, account),
        "{cause:?}"
    );
    assert!(cause.reason.contains(reason), "{}", cause.reason);
}

/// Asserts where the execution failed, and what CodePipeline says about it.
#[track_caller]
fn failed_at(outcome: &Outcome, action: &str, code: &str, message: &str) {
    let execution = outcome.pipelines[0].execution.as_ref().unwrap();
    assert_eq!(execution.status, ExecutionStatus::Failed);
    let attempt = execution
        .attempts
        .iter()
        .find(|a| a.failure.is_some())
        .unwrap();
    let failure = attempt.failure.as_ref().unwrap();
    assert_eq!(
        (attempt.action.as_str(), failure.code.as_str()),
        (action, code)
    );
    assert!(failure.message.contains(message), "{}", failure.message);
}

const SOURCE: &str = "ContainerImageDefinition";

#[test]
fn the_delivery_passes_with_every_call_of_the_specification() {
    let outcome = run(&[], |_| {});
    assert!(outcome.passes(), "{}", last_line(&outcome));
    let document = as_json(&outcome);
    let calls = |pointer: &str| -> Vec<(String, String)> {
        let list = document.pointer(pointer).unwrap().as_array().unwrap();
        list.iter()
            .map(|c| {
                (
                    c["action"].as_str().unwrap().to_owned(),
                    c["resource"].as_str().unwrap().to_owned(),
                )
            })
            .collect()
    };
    let actions = |pointer: &str| {
        calls(pointer)
            .into_iter()
            .map(|(a, _)| a)
            .collect::<Vec<_>>()
    };
    let source = "/pipelines/0/stages/0/actions/0/calls";
    assert_eq!(
        actions(source),
        [
            "sts:AssumeRole",
            "sts:AssumeRole",
            "ecr:DescribeImages",
            "s3:PutObject",
            "kms:GenerateDataKey"
        ]
    );
    assert_eq!(
        actions("/pipelines/0/stages/2/actions/0/calls"),
        [
            "sts:AssumeRole",
            "s3:GetObject",
            "kms:Decrypt",
            "s3:PutObject"
        ]
    );
    let principal = |i: usize| {
        document
            .pointer(&format!("{source}/{i}/principal"))
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(principal(0), "codepipeline.amazonaws.com");
    assert!(
        principal(1).starts_with("arn:aws:sts::222222222222:assumed-role/delivery-codepipeline/")
    );
    for index in 2..5 {
        assert!(
            principal(index)
                .starts_with("arn:aws:sts::111111111111:assumed-role/delivery-ecr-source/")
        );
    }
    // CreatePipeline asked for PassRole, and assumed both roles before anything ran.
    let create = outcome
        .events
        .iter()
        .find(|e| e.operation == "CreatePipeline")
        .unwrap();
    assert_eq!(
        create
            .checks
            .iter()
            .map(|c| c.action.as_str())
            .collect::<Vec<_>>(),
        [
            "codepipeline:CreatePipeline",
            "codepipeline:TagResource",
            "iam:PassRole"
        ]
    );
    assert_eq!(
        outcome
            .events
            .iter()
            .filter(|e| e.parent == Some(create.id) && e.operation == "AssumeRole")
            .count(),
        2
    );
}

#[test]
fn the_same_seed_gives_the_same_ids() {
    let ids = |o: &Outcome| {
        o.pipelines[0]
            .execution
            .as_ref()
            .unwrap()
            .definition
            .artifact_store
            .clone()
    };
    assert_eq!(ids(&run(&[], |_| {})), ids(&run(&[], |_| {})));
}

#[test]
fn image_detail_is_what_the_file_reference_says() {
    let outcome = run(&[], |_| {});
    let client = Client::root(&outcome.engine, B, "us-east-1");
    let keys = client
        .call(
            "s3",
            "ListObjectsV2",
            json!({"Bucket": "delivery-releases-222222222222"}),
        )
        .unwrap();
    assert_eq!(
        keys["Contents"][0]["Key"],
        "releases/latest/imageDetail.json"
    );
    let artifacts = client
        .call(
            "s3",
            "ListObjectsV2",
            json!({"Bucket": "delivery-artifacts-222222222222"}),
        )
        .unwrap();
    let key = artifacts["Contents"][0]["Key"].as_str().unwrap();
    assert!(
        key.starts_with("delivery/ImageDefin/") && key.len() == "delivery/ImageDefin/".len() + 7,
        "{key}"
    );
}

#[test]
fn the_repository_role_without_describe_images() {
    let o = broken(
        "registry.tf",
        "[\"ecr:DescribeImages\"]",
        "[\"ecr:ListImages\"]",
    );
    denied(
        &o,
        "ecr:DescribeImages",
        "identity policy",
        A,
        "is not authorized to perform: ecr:DescribeImages on resource: arn:aws:ecr:us-east-1:111111111111:repository/team/app because no identity-based policy allows the ecr:DescribeImages action",
    );
    failed_at(
        &o,
        SOURCE,
        "PermissionError",
        "the permissions required to access the Amazon ECR repository named team/app",
    );
    assert_eq!(
        o.denials[0].cause.statement,
        Some(
            json!({"Effect": "Allow", "Action": "ecr:DescribeImages", "Resource": "arn:aws:ecr:us-east-1:111111111111:repository/team/app"})
        )
    );
}

#[test]
fn the_role_without_put_object() {
    let o = broken("registry.tf", "      \"s3:PutObject\",\n", "");
    denied(
        &o,
        "s3:PutObject",
        "identity policy",
        A,
        "because no identity-based policy allows the s3:PutObject action",
    );
    failed_at(
        &o,
        SOURCE,
        "PermissionError",
        "the Amazon S3 bucket named delivery-artifacts-222222222222. Update the IAM role permissions, and then try again. Error: Amazon S3:AccessDenied:Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied;",
    );
}

#[test]
fn the_bucket_policy_missing() {
    let o = run(
        &[
            (
                "artifact_store.tf",
                "resource \"aws_s3_bucket_policy\" \"artifact_store\" {\n  provider = aws.pipeline\n  bucket   = aws_s3_bucket.artifact_store.id\n  policy   = data.aws_iam_policy_document.artifact_store.json\n\n  depends_on = [aws_s3_bucket_public_access_block.artifact_store]\n}\n",
                "",
            ),
            (
                "pipeline.tf",
                "    aws_s3_bucket_policy.artifact_store,\n",
                "",
            ),
        ],
        |_| {},
    );
    denied(
        &o,
        "s3:PutObject",
        "bucket policy",
        B,
        "because no resource-based policy allows the s3:PutObject action",
    );
    failed_at(
        &o,
        SOURCE,
        "PermissionError",
        "Amazon S3:AccessDenied:Access Denied",
    );
    assert_eq!(
        o.denials[0].cause.statement.as_ref().unwrap()["Principal"]["AWS"],
        "arn:aws:iam::111111111111:role/delivery-ecr-source"
    );
}

#[test]
fn the_key_policy_without_account_a() {
    let o = broken(
        "artifact_store.tf",
        "        format(\"arn:aws:iam::%s:root\", var.registry_account_id),\n",
        "",
    );
    denied(
        &o,
        "kms:GenerateDataKey",
        "key policy",
        B,
        "on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access",
    );
    failed_at(
        &o,
        SOURCE,
        "PermissionError",
        "is not authorized to perform: kms:GenerateDataKey on this resource because the resource does not exist in this Region",
    );
}

#[test]
fn the_role_without_kms() {
    let o = broken(
        "registry.tf",
        "      \"kms:DescribeKey\",\n      \"kms:GenerateDataKey*\",\n      \"kms:Encrypt\",\n      \"kms:ReEncrypt*\",\n      \"kms:Decrypt\",\n",
        "      \"kms:GetPublicKey\",\n",
    );
    denied(
        &o,
        "kms:GenerateDataKey",
        "identity policy",
        A,
        "on this resource because no identity-based policy allows the kms:GenerateDataKey action",
    );
}

#[test]
fn no_encryption_key_and_the_reader_cannot_decrypt() {
    let o = broken(
        "pipeline.tf",
        "    encryption_key {\n      id   = aws_kms_key.artifact_store.arn\n      type = \"KMS\"\n    }\n",
        "",
    );
    denied(
        &o,
        "kms:Decrypt",
        "AWS managed key's policy",
        A,
        "is not authorized to perform: kms:Decrypt on this resource because",
    );
    failed_at(
        &o,
        "Release",
        "PermissionError",
        "Unable to access the artifact with Amazon S3 object key",
    );
    assert!(
        o.denials[0].cause.statement.is_none(),
        "no statement can mend it"
    );
    assert!(
        o.denials[0]
            .cause
            .advice
            .contains("Set encryption_key of the artifact store")
    );
}

#[test]
fn a_bare_key_id_is_looked_up_in_the_callers_account() {
    let o = broken(
        "pipeline.tf",
        "id   = aws_kms_key.artifact_store.arn",
        "id   = aws_kms_key.artifact_store.key_id",
    );
    failed_at(
        &o,
        SOURCE,
        "ConfigurationError",
        "Key 'arn:aws:kms:us-east-1:111111111111:key/",
    );
    failed_at(
        &o,
        SOURCE,
        "ConfigurationError",
        "does not exist (Service: Amazon S3; Status Code: 400; Error Code: KMS.NotFoundException;",
    );
}

#[test]
fn an_alias_is_looked_up_in_the_callers_account() {
    for form in ["name", "arn"] {
        let to = format!("id   = aws_kms_alias.artifact_store.{form}");
        let o = broken("pipeline.tf", "id   = aws_kms_key.artifact_store.arn", &to);
        failed_at(
            &o,
            SOURCE,
            "ConfigurationError",
            "Alias arn:aws:kms:us-east-1:111111111111:alias/delivery-artifacts is not found.",
        );
    }
}

#[test]
fn the_role_arn_forgotten() {
    let without = (
        "pipeline.tf",
        "      role_arn         = aws_iam_role.ecr_source.arn\n",
        "",
    );
    let o = run(&[without], |_| {});
    denied(
        &o,
        "ecr:DescribeImages",
        "identity policy",
        B,
        "on resource: arn:aws:ecr:us-east-1:222222222222:repository/team/app because no identity-based policy",
    );
    // With the permission, it is the registry of account B that is searched.
    let allowed = (
        "pipeline.tf",
        "    sid       = \"Release\"\n    actions   = [\"s3:PutObject\"]\n    resources = [\"${aws_s3_bucket.releases.arn}/*\"]",
        "    sid       = \"Release\"\n    actions   = [\"s3:PutObject\", \"ecr:DescribeImages\"]\n    resources = [\"*\"]",
    );
    let o = run(&[without, allowed], |_| {});
    failed_at(
        &o,
        SOURCE,
        "ConfigurationError",
        "The repository with name 'team/app' does not exist in the registry with id '222222222222'",
    );
}

#[test]
fn the_tag_absent() {
    let o = run(&[], |options| options.generate_images = false);
    assert!(!o.passes());
    failed_at(
        &o,
        SOURCE,
        "ConfigurationError",
        "The image with imageId {imageDigest:'null', imageTag:'latest'} does not exist within the repository with name 'team/app' in the registry with id '111111111111'",
    );
}

#[test]
fn the_service_role_may_not_assume() {
    let o = broken(
        "pipeline.tf",
        "format(\"arn:aws:iam::%s:role/%s\", var.registry_account_id, local.action_role_name)",
        "\"arn:aws:iam::111111111111:role/another\"",
    );
    denied(
        &o,
        "sts:AssumeRole",
        "identity policy",
        B,
        "is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111111111111:role/delivery-ecr-source",
    );
    assert_eq!(o.failures[0].address, "aws_codepipeline.this");
    assert_eq!(
        o.failures[0].problem.message,
        "InvalidStructureException: arn:aws:iam::222222222222:role/delivery-codepipeline is not authorized to perform AssumeRole on role arn:aws:iam::111111111111:role/delivery-ecr-source"
    );
}

#[test]
fn the_trust_names_someone_else() {
    let o = broken(
        "registry.tf",
        "identifiers = [aws_iam_role.codepipeline.arn]",
        "identifiers = [\"arn:aws:iam::333333333333:root\"]",
    );
    denied(
        &o,
        "sts:AssumeRole",
        "trust policy",
        A,
        "is not authorized to perform: sts:AssumeRole",
    );
    assert_eq!(
        o.denials[0].cause.statement.as_ref().unwrap()["Principal"]["AWS"],
        "arn:aws:iam::222222222222:role/delivery-codepipeline"
    );
}

#[test]
fn the_service_role_is_not_trusted_to_the_service() {
    let o = broken(
        "pipeline.tf",
        "codepipeline.amazonaws.com",
        "codebuild.amazonaws.com",
    );
    denied(
        &o,
        "sts:AssumeRole",
        "trust policy",
        B,
        "User: codepipeline.amazonaws.com is not authorized",
    );
    assert_eq!(
        o.failures[0].problem.message,
        "InvalidStructureException: CodePipeline is not authorized to perform AssumeRole on role arn:aws:iam::222222222222:role/delivery-codepipeline"
    );
}

#[test]
fn the_service_role_without_decrypt() {
    let o = broken(
        "artifact_store.tf",
        "        format(\"arn:aws:iam::%s:root\", var.registry_account_id),\n        aws_iam_role.codepipeline.arn,\n",
        "        format(\"arn:aws:iam::%s:root\", var.registry_account_id),\n",
    );
    denied(
        &o,
        "kms:Decrypt",
        "key policy",
        B,
        "because no resource-based policy allows the kms:Decrypt action",
    );
    failed_at(
        &o,
        "Release",
        "PermissionError",
        "The provided role does not have sufficient permissions.",
    );
}

#[test]
fn an_explicit_deny_in_the_bucket_policy() {
    let o = broken(
        "artifact_store.tf",
        "values   = [\"aws:kms\"]",
        "values   = [\"AES256\"]",
    );
    denied(
        &o,
        "s3:PutObject",
        "bucket policy",
        B,
        "with an explicit deny in a resource-based policy",
    );
    let cause = &o.denials[0].cause;
    assert_eq!(cause.decision, "explicit_deny");
    assert_eq!(
        cause.denied_by.as_deref(),
        Some("bucket policy of delivery-artifacts-222222222222, DenyUnEncryptedObjectUploads")
    );
    assert!(
        cause.statement.is_none(),
        "what an explicit deny forbids is never proposed as an allow"
    );
}

#[test]
fn a_boundary_that_leaves_something_out() {
    let boundary = "resource \"aws_iam_policy\" \"boundary\" {\n  provider = aws.registry\n  name = \"boundary\"\n  policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Action = [\"s3:*\", \"kms:*\"], Resource = \"*\" }] })\n}\n\nresource \"aws_iam_role\" \"ecr_source\" {\n  permissions_boundary = aws_iam_policy.boundary.arn\n";
    let o = broken(
        "registry.tf",
        "resource \"aws_iam_role\" \"ecr_source\" {\n",
        boundary,
    );
    denied(
        &o,
        "ecr:DescribeImages",
        "permissions boundary",
        A,
        "because no permissions boundary allows the ecr:DescribeImages action",
    );
}

#[test]
fn kms_dot_star_is_the_seeds_own_trap() {
    let o = broken(
        "artifact_store.tf",
        "      \"kms:Create*\",\n      \"kms:Describe*\",\n      \"kms:Enable*\",\n      \"kms:List*\",\n      \"kms:Put*\",\n",
        "      \"kms.*\",\n",
    );
    assert_eq!(o.failures[0].address, "aws_kms_key.artifact_store");
    assert_eq!(
        o.failures[0].problem.message,
        "MalformedPolicyDocumentException: The new key policy will not allow you to update the key policy in the future."
    );
    assert!(
        o.failures[0]
            .problem
            .to_string()
            .contains("artifact_store.tf:"),
        "the place is named"
    );
}

/// Architecture, invariant 4: nothing runs without a decision on record, but what needs no permission, and what is given.
#[test]
fn every_call_leaves_its_decision() {
    let build = r#"
  stage {
    name = "Build"
    action {
      name             = "Unpack"
      category         = "Build"
      owner            = "AWS"
      provider         = "CodeBuild"
      version          = "1"
      input_artifacts  = [local.image_artifacts_name]
      output_artifacts = ["unpacked"]
      configuration    = { ProjectName = "unpack" }
    }
  }
"#;
    let deploy = "  stage {\n    name = \"Deploy\"\n";
    let edits = [("pipeline.tf", deploy, &*format!("{build}{deploy}"))];
    let outcome = rehearsed(&edits, |o| {
        o.skips = vec![Skip {
            stage: "Build".into(),
            action: "Unpack".into(),
        }];
    });
    assert!(outcome.passes(), "{}", last_line(&outcome));
    let (given, own): (Vec<_>, Vec<_>) = outcome.events.iter().partition(|e| e.given);
    let given: Vec<_> = given.iter().map(|e| e.operation.as_str()).collect();
    let image = [
        "InitiateLayerUpload",
        "UploadLayerPart",
        "CompleteLayerUpload",
    ];
    let image = [&["DescribeRepositories"][..], &image, &image, &["PutImage"]];
    assert_eq!(
        given,
        [&image.concat()[..], &["PutObject", "GenerateDataKey"]].concat()
    );
    let undecided = own.iter().filter(|e| e.checks.is_empty());
    let undecided: Vec<_> = undecided.map(|e| e.operation.as_str()).collect();
    assert_eq!(
        undecided,
        ["GetCallerIdentity"],
        "which AWS asks no permission for"
    );
    let policy = own.iter().find(|e| e.operation == "PutBucketPolicy");
    assert_eq!(policy.unwrap().checks[0].action, "s3:PutBucketPolicy");
}

/// `spec/iam.md` fact 6.
#[test]
fn a_role_that_was_made_again_is_another_role() {
    let outcome = run(&[], |_| {});
    assert!(outcome.passes());
    let engine = Arc::clone(&outcome.engine);
    let client = Client::root(&engine, B, "us-east-1");
    let role = "delivery-codepipeline";
    let policy = client
        .call(
            "iam",
            "GetRolePolicy",
            json!({"RoleName": role, "PolicyName": "codepipeline"}),
        )
        .unwrap();
    let document = percent_decode(policy["PolicyDocument"].as_str().unwrap());
    client
        .call(
            "iam",
            "DeleteRolePolicy",
            json!({"RoleName": role, "PolicyName": "codepipeline"}),
        )
        .unwrap();
    client
        .call("iam", "DeleteRole", json!({"RoleName": role}))
        .unwrap();
    let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "codepipeline.amazonaws.com"}}]});
    client
        .call(
            "iam",
            "CreateRole",
            json!({"RoleName": role, "AssumeRolePolicyDocument": trust.to_string()}),
        )
        .unwrap();
    client
        .call(
            "iam",
            "PutRolePolicy",
            json!({"RoleName": role, "PolicyName": "codepipeline", "PolicyDocument": document}),
        )
        .unwrap();

    let before = engine.events_since(0).last().unwrap().id;
    let executor = Executor::start(Arc::clone(&engine)).unwrap();
    client
        .call(
            "codepipeline",
            "StartPipelineExecution",
            json!({"name": "delivery"}),
        )
        .unwrap();
    let failed = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        let list = client
            .call(
                "codepipeline",
                "ListPipelineExecutions",
                json!({"pipelineName": "delivery"}),
            )
            .unwrap();
        list["pipelineExecutionSummaries"][0]["status"] == "Failed"
    });
    drop(executor);
    assert!(failed);
    let causes: Vec<_> = engine
        .events_since(before)
        .iter()
        .flat_map(|e| sekisho_doctor::causes(e))
        .collect();
    assert_eq!(
        (
            causes[0].action.as_str(),
            causes[0].side.as_str(),
            causes[0].account.as_str()
        ),
        ("sts:AssumeRole", "trust policy", A)
    );
    let state = client
        .call(
            "codepipeline",
            "GetPipelineState",
            json!({"name": "delivery"}),
        )
        .unwrap();
    let error = &state["stageStates"][0]["actionStates"][0]["latestExecution"]["errorDetails"];
    assert_eq!(error["code"], "PermissionError");
    assert_eq!(
        error["message"],
        "The provided role cannot be assumed: 'Access denied when attempting to assume the role 'arn:aws:iam::111111111111:role/delivery-ecr-source''"
    );
    // The trust policy now shows the unique id of the role that is gone.
    let a = Client::root(&engine, A, "us-east-1");
    let shown = a
        .call("iam", "GetRole", json!({"RoleName": "delivery-ecr-source"}))
        .unwrap();
    assert!(
        percent_decode(shown["Role"]["AssumeRolePolicyDocument"].as_str().unwrap())
            .contains("\"AROA")
    );
}

fn percent_decode(text: &str) -> String {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(b) = bytes.next() {
        if b == b'%' {
            let hex = [bytes.next().unwrap(), bytes.next().unwrap()];
            out.push(u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap());
        } else {
            out.push(b);
        }
    }
    String::from_utf8(out).unwrap()
}

#[test]
fn what_is_not_supported_is_named_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("main.tf"),
        "provider \"aws\" {\n  allowed_account_ids = [\"111111111111\"]\n}\nresource \"aws_sqs_queue\" \"q\" {\n}\nmodule \"m\" {\n  source = \"./m\"\n}\n",
    )
    .unwrap();
    let problems = rehearse(&Options::new(folder.path()), &mut |_| {}).unwrap_err();
    assert!(
        problems[0].to_string().contains("main.tf:6: module.m: "),
        "{}",
        problems[0]
    );
    std::fs::write(folder.path().join("main.tf"), "locals {\n  a = \n}\n").unwrap();
    let problems = rehearse(&Options::new(folder.path()), &mut |_| {}).unwrap_err();
    assert!(
        problems[0].to_string().contains("main.tf:2: syntax error"),
        "{}",
        problems[0]
    );
}
