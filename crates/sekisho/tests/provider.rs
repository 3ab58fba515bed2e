//! What the AWS provider does, and what it refuses.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

mod written;

use sekisho::rehearse::{Options, rehearse};
use serde_json::json;
use written::{FROM_A_REPOSITORY, PROVIDER, example_with, examples, run};

/// A delivery from GitHub: its source is not run, and what starts it decides about no call.
#[test]
fn deliveries_from_repositories_and_policies_of_aws() {
    let arn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    let source = sekisho_iac::Source::new(
        "read-only.json".into(),
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":"*"}]}"#.into(),
    );
    let source = std::sync::Arc::new(source);
    let given = |said: bool| {
        let files = [PROVIDER, ("main.tf", FROM_A_REPOSITORY)];
        run(&files, |options| {
            options.skips.push(sekisho_executor::Skip {
                stage: "Source".into(),
                action: "Git".into(),
            });
            if said {
                options
                    .policies
                    .insert(arn.into(), std::sync::Arc::clone(&source));
            }
        })
    };
    let outcome = given(true).unwrap();
    assert!(outcome.passes(), "{:?}", outcome.failures);
    let definition = &outcome.pipelines[0].execution.as_ref().unwrap().definition;
    assert_eq!(
        json!(definition.triggers),
        json!([{
            "providerType": "CodeStarSourceConnection",
            "gitConfiguration": {
                "sourceActionName": "Git",
                "push": [{"branches": {"includes": ["main"]}, "filePaths": {"excludes": ["docs/**"]}}],
                "pullRequest": [{"events": ["OPEN"], "branches": {"includes": ["main"]}}],
            },
        }])
    );
    // What it allows is not guessed.
    let problem = given(false).unwrap_err();
    assert!(
        problem.contains(arn) && problem.contains("[policies]"),
        "{problem}"
    );
}

#[test]
fn providers_that_terraform_or_this_refuses() {
    for (provider, expected) in [
        (
            "allowed_account_ids = [\"111111111111\"]\n  assume_role {\n    role_arn = \"arn:aws:iam::333333333333:role/r\"\n  }",
            "means account 333333333333, and its allowed_account_ids are 111111111111",
        ),
        (
            "allowed_account_ids = [\"111111111111\"]\n  assume_role_with_web_identity {\n    role_arn = \"arn:aws:iam::444444444444:role/r\"\n    web_identity_token_file = \"token\"\n  }",
            "means account 444444444444, and its allowed_account_ids are 111111111111",
        ),
        (
            "allowed_account_ids = [\"111111111111\", \"222222222222\"]",
            "Leave one of its allowed_account_ids",
        ),
        (
            "allowed_account_ids = [\"111111111111\"]\n  s3_force_path_style = true",
            "provider `aws`: `s3_force_path_style` is no argument of it",
        ),
        (
            "assume_role {\n    rolearn = \"arn:aws:iam::111111111111:role/r\"\n  }",
            "provider `aws`: `assume_role.rolearn` is no argument of it: did you mean `assume_role.role_arn`?",
        ),
        (
            "allowed_account_ids = \"111111111111\"",
            "provider `aws`: the argument `allowed_account_ids` is not what it must be: set of string required",
        ),
        (
            "allowed_account_ids = [\"111111111111\"]\n  depends_on = [aws_s3_bucket.b]",
            "provider `aws`: `depends_on` is no argument of it",
        ),
        (
            "allowed_account_ids = [\"111111111111\"]\n  count = 2",
            "provider `aws`: `count` is no argument of it",
        ),
        (
            "allowed_account_ids = [\"111111111111\"]\n  region = \"cn-north-1\"",
            "partitions other than `aws` are not supported yet",
        ),
    ] {
        let text = format!(
            "provider \"aws\" {{\n  {provider}\n}}\nresource \"aws_s3_bucket\" \"b\" {{\n  bucket = \"bucket-of-work\"\n}}\n"
        );
        let said = run(&[("main.tf", &text)], |_| {}).unwrap_err();
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn what_the_provider_refuses_is_not_made() {
    let key = "resource \"aws_kms_key\" \"a\" { deletion_window_in_days = 3 }";
    let names =
        "resource \"aws_s3_bucket\" \"a\" {\n  bucket = \"a-1\"\n  bucket_prefix = \"a-\"\n}";
    let store = FROM_A_REPOSITORY.replace(
        "    type     = \"S3\"\n",
        "    type     = \"S3\"\n    region   = \"eu-west-1\"\n",
    );
    let arn =
        "resource \"aws_s3_bucket\" \"a\" {\n  bucket = \"a-1\"\n  arn = \"arn:aws:s3:::a-1\"\n}";
    let rule = "resource \"aws_s3_bucket\" \"a\" {\n  bucket = \"a-1\"\n}\nresource \"aws_s3_bucket_ownership_controls\" \"a\" {\n  bucket = aws_s3_bucket.a.id\n  rule {}\n}";
    let nothing = "resource \"aws_iam_role_policy_attachment\" \"a\" {\n  policy_arn = \"arn:aws:iam::aws:policy/ReadOnlyAccess\"\n}";
    for (text, says) in [
        (arn, "the argument `arn` is not set by anybody"),
        (rule, "the argument `rule.object_ownership` is required"),
        (nothing, "the argument `role` is required"),
        (key, "`deletion_window_in_days` is 7 to 30, not 3"),
        (
            "resource \"aws_kms_key\" \"a\" { rotation_period_in_days = 100 }",
            "`rotation_period_in_days` needs `enable_key_rotation` beside it",
        ),
        (names, "`bucket` conflicts with `bucket_prefix`"),
        (
            &store.replace("ReadOnlyAccess", "AmazonS3ReadOnlyAccess"),
            "an `artifact_store` that is the only one takes no `region`",
        ),
    ] {
        let outcome = run(&[PROVIDER, ("main.tf", text)], |_| {}).unwrap();
        let said: Vec<&str> = outcome
            .failures
            .iter()
            .map(|f| f.problem.message.as_str())
            .collect();
        assert!(said.iter().any(|m| m.contains(says)), "{says}: {said:?}");
    }
}

#[test]
fn what_the_provider_refuses_is_not_made_of_json_either() {
    for (arguments, says) in [
        (
            json!({"bucket": "a-1", "arn": "arn:aws:s3:::a-1"}),
            "the argument `arn` is not set by anybody",
        ),
        (
            json!({"bucket": "a-1", "bucket_prefix": "a-"}),
            "`bucket` conflicts with `bucket_prefix`",
        ),
        (
            json!({"bucket": "a-1", "logging": {}}),
            "the argument `logging.target_bucket` is required",
        ),
    ] {
        let file = json!({"resource": {"aws_s3_bucket": {"a": arguments}}}).to_string();
        let outcome = run(&[PROVIDER, ("main.tf.json", &file)], |_| {}).unwrap();
        let said = outcome.failures.first().map(|f| f.problem.message.as_str());
        assert!(said.is_some_and(|m| m.contains(says)), "{says}: {said:?}");
    }
}

/// What many accounts have: a public access block of the account, and a registry that takes replicas.
#[test]
fn settings_of_accounts_are_made() {
    let block = "resource \"aws_s3_account_public_access_block\" \"all\" {\n  provider = aws.pipeline\n  block_public_policy = true\n  restrict_public_buckets = true\n}\n";
    let registry = |action: &str| {
        format!(
            "resource \"aws_ecr_registry_policy\" \"all\" {{\n  provider = aws.registry\n  policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"Allow\", Principal = {{ AWS = \"111111111111\" }}, Action = [\"{action}\"], Resource = \"*\" }}] }})\n}}\n"
        )
    };
    let outcome = example_with(&format!("{block}{}", registry("ecr:ReplicateImage"))).unwrap();
    assert!(outcome.passes(), "{:?}", outcome.failures);
    // What would decide about calls of the delivery is not taken for nothing.
    let said = example_with(&registry("ecr:*")).unwrap_err();
    assert!(said.contains("not supported by sekisho yet"), "{said}");
}

/// An object that somebody uploads has a stand-in, as an image has.
#[test]
fn objects_of_sources_have_a_stand_in() {
    let text = std::fs::read_to_string(examples().join("cross-account-ecr/pipeline.tf")).unwrap();
    let source = "provider         = \"S3\"\n      version          = \"1\"\n      namespace        = \"Image\"\n      output_artifacts = [local.image_artifacts_name]\n\n      configuration = {\n        S3Bucket    = aws_s3_bucket.uploads.bucket\n        S3ObjectKey = \"site.zip\"\n      }\n    }\n  }\n";
    let begin = text.find("provider         = \"ECR\"").unwrap();
    let end = begin + text[begin..].find("\n  }\n").unwrap() + "\n  }\n".len();
    let changed = format!("{}{source}{}", &text[..begin], &text[end..])
        .replace("#{Image.ImageTag}", "#{Image.VersionId}")
        .replace("#{Image.ImageURI}", "#{Image.ETag}")
        .replace("    sid       = \"Release\"\n", "    sid       = \"Read\"\n    actions   = [\"s3:GetObject*\", \"s3:GetBucketVersioning\", \"s3:GetBucketAcl\"]\n    resources = [aws_s3_bucket.uploads.arn, \"${aws_s3_bucket.uploads.arn}/*\"]\n  }\n  statement {\n    sid       = \"Release\"\n");
    let uploads = "resource \"aws_s3_bucket\" \"uploads\" {\n  provider = aws.pipeline\n  bucket = \"uploads-222222222222\"\n}\nresource \"aws_s3_bucket_versioning\" \"uploads\" {\n  provider = aws.pipeline\n  bucket = aws_s3_bucket.uploads.id\n  versioning_configuration {\n    status = \"Enabled\"\n  }\n}\n";
    let mut files: Vec<(String, String)> = vec![("uploads.tf".to_owned(), uploads.to_owned())];
    for entry in std::fs::read_dir(examples().join("cross-account-ecr")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.ends_with(".tf") {
            let text = match name.as_str() {
                "pipeline.tf" => changed.clone(),
                _ => std::fs::read_to_string(&path).unwrap(),
            };
            files.push((name, text));
        }
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(n, t)| (n.as_str(), t.as_str()))
        .collect();
    let said = |change: fn(&mut Options)| {
        let outcome = run(&files, change).unwrap();
        let notes = outcome.notes.iter().chain(&outcome.hints);
        notes
            .map(|n| n.message.clone())
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert!(
        said(|_| {}).contains("stands in for it"),
        "{}",
        said(|_| {})
    );
    assert!(
        said(|o| o.generate_images = false)
            .contains("s3://uploads-222222222222/site.zip is not there")
    );
}

/// A resource that keeps only its list takes away what others have made, as the second application does on AWS.
#[test]
fn policies_that_are_in_no_list_are_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(examples().join("cross-account-ecr")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    let check = |names: &str, passes: bool| {
        let list = format!(
            "resource \"aws_iam_role_policies_exclusive\" \"source\" {{\n  provider     = aws.registry\n  role_name    = local.action_role_name\n  policy_names = {names}\n}}\n"
        );
        std::fs::write(folder.path().join("list.tf"), list).unwrap();
        let outcome = rehearse(&Options::new(folder.path()), &mut |_| {});
        let outcome = outcome.unwrap_or_else(|p| panic!("{p:?}"));
        assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
        assert_eq!(outcome.passes(), passes, "{names}");
    };
    check("[aws_iam_role_policy.ecr_source.name]", true);
    check("[\"another\"]", false);
}

/// The text of a role's description shows what an expression is.
fn shown(document: &str, expression: &str) -> Result<String, String> {
    let main = format!(
        "data \"aws_iam_policy_document\" \"d\" {{\n{document}\n}}\nresource \"aws_ecr_repository\" \"r\" {{\n  name = \"app\"\n  lifecycle {{\n    postcondition {{\n      condition     = path.module == \"\"\n      error_message = \"<${{{expression}}}>\"\n    }}\n  }}\n}}\n"
    );
    let outcome = run(&[PROVIDER, ("main.tf", &main)], |_| {})?;
    Ok(outcome.failures[0].problem.message.clone())
}

#[test]
fn policy_documents_are_made_of_what_the_provider_knows() {
    let statement = "  policy_id = 5\n  statement {\n    sid       = 7\n    actions   = [\"s3:*\"]\n    resources = [\"*\"]\n  }";
    let text = shown(
        statement,
        "jsonencode(jsondecode(data.aws_iam_policy_document.d.json))",
    )
    .unwrap();
    assert!(
        text.contains("\"Id\":\"5\"") && text.contains("\"Sid\":\"7\""),
        "{text}"
    );
    let text = shown(
        statement,
        "data.aws_iam_policy_document.d.statement[0].effect",
    )
    .unwrap();
    assert!(text.contains("<Allow>"), "{text}");
    for (wrong, name) in [
        (
            "  statement {\n    action = [\"s3:*\"]\n  }",
            "`statement.action` is no argument of aws_iam_policy_document: did you mean `statement.actions`?",
        ),
        (
            "  statement {\n    actions = [\"s3:*\"]\n    conditions {}\n  }",
            "`statement.conditions` is no argument of aws_iam_policy_document: did you mean `statement.condition`?",
        ),
        (
            "  statements {}",
            "`statements` is no argument of aws_iam_policy_document: did you mean `statement`?",
        ),
        (
            "  statement {\n    condition {\n      test     = \"StringEquals\"\n      variable = \"aws:SourceAccount\"\n    }\n  }",
            "the argument `statement.condition.values` is required",
        ),
        (
            "  version = [\"x\"]",
            "the argument `version` of aws_iam_policy_document is not what it must be: string required",
        ),
        (
            "  statement {\n    effect = \"Permit\"\n  }",
            "`effect` is Allow or Deny, not Permit",
        ),
        (
            "  statement {\n    principals {\n      type = \"AWS\"\n      ids  = []\n    }\n  }",
            "the argument `statement.principals.identifiers` is required",
        ),
    ] {
        let said = shown(wrong, "1").unwrap_or_else(|e| e);
        assert!(said.contains(name), "{wrong}: {said}");
    }
}

/// Since its version 6 (AWS provider, "Enhanced region support").
#[test]
fn what_is_made_may_have_a_region_of_its_own() {
    let main = r#"
data "aws_region" "here" {}
data "aws_region" "there" { region = "ap-northeast-1" }
resource "aws_s3_bucket" "b" {
  region = data.aws_region.there.region
  bucket = "of-another-region"
}
resource "aws_s3_bucket_versioning" "b" {
  region = aws_s3_bucket.b.region
  bucket = aws_s3_bucket.b.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_kms_key" "k" { region = "us-west-2" }
resource "aws_kms_key" "own" {}
output "all" {
  value = [data.aws_region.here.region, aws_s3_bucket.b.bucket_region, aws_kms_key.k.region, aws_kms_key.own.region]
}
"#;
    let outcome = run(&[PROVIDER, ("main.tf", main)], |_| {}).unwrap();
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    let made = |address: &str, name: &str| outcome.made[address][name].clone();
    assert_eq!(
        made("aws_s3_bucket.b", "bucket_region"),
        json!("ap-northeast-1")
    );
    assert_eq!(made("aws_kms_key.own", "region"), json!("eu-west-1"));
    let arn = made("aws_kms_key.k", "arn").to_string();
    assert!(arn.contains(":us-west-2:"), "{arn}");
    // What is not made has its ARN.
    let topic = r#"
resource "aws_sns_topic" "t" {
  provider = aws.pipeline
  name     = "t"
  region   = "eu-central-1"
}
resource "aws_iam_role_policy" "t" {
  provider = aws.pipeline
  role     = aws_iam_role.codepipeline.id
  policy   = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sns:Publish", Resource = aws_sns_topic.t.arn }] })
}
"#;
    let outcome = example_with(topic).unwrap();
    let policy = outcome.made["aws_iam_role_policy.t"]["policy"].to_string();
    assert!(
        policy.contains("arn:aws:sns:eu-central-1:222222222222:t"),
        "{policy}"
    );
    // IAM is of no region.
    let role = "resource \"aws_iam_user\" \"u\" {\n  name = \"u\"\n  region = \"eu-west-1\"\n}\n";
    let outcome = run(&[PROVIDER, ("main.tf", role)], |_| {}).unwrap();
    let note = &outcome.notes[0].message;
    assert!(
        note.contains("the argument `region` of aws_iam_user"),
        "{note}"
    );
    // A bucket of another region is not there.
    let elsewhere = main.replace("region = aws_s3_bucket.b.region", "region = \"us-west-1\"");
    let outcome = run(&[PROVIDER, ("main.tf", &elsewhere)], |_| {}).unwrap();
    let failure = &outcome.failures[0].problem.message;
    assert!(failure.contains("PermanentRedirect"), "{failure}");
}

/// KMS API reference, DescribeKey: the key of a service is made when it is first asked for.
#[test]
fn keys_of_services_are_there() {
    let main = r#"
data "aws_kms_alias" "s3" { name = "alias/aws/s3" }
data "aws_kms_key" "s3" { key_id = "alias/aws/s3" }
data "aws_kms_alias" "none" { name = "alias/none" }
"#;
    let outcome = run(&[PROVIDER, ("main.tf", main)], |_| {}).unwrap();
    let of = |address: &str, name: &str| outcome.made[address][name].clone();
    let arn = of("data.aws_kms_alias.s3", "target_key_arn");
    assert!(
        arn.to_string().contains(":kms:eu-west-1:111111111111:key/"),
        "{arn}"
    );
    assert_eq!(of("data.aws_kms_key.s3", "arn"), arn);
    let failure = &outcome.failures[0];
    assert_eq!(failure.address, "data.aws_kms_alias.none");
}

/// What hashicorp/aws 5.100 reads back of every bucket, though no block says it.
#[test]
fn buckets_have_blocks_that_nobody_wrote() {
    let main = r#"
resource "aws_s3_bucket" "b" { bucket = "b-of-blocks" }
resource "aws_s3_bucket" "v" {
  bucket = "v-of-blocks"
  versioning { enabled = true }
}
output "all" {
  value = {
    versioning = [aws_s3_bucket.b.versioning[0].enabled, aws_s3_bucket.v.versioning[0].enabled]
    encryption = aws_s3_bucket.b.server_side_encryption_configuration[0].rule[0].apply_server_side_encryption_by_default[0].sse_algorithm
    grants     = [for b in [aws_s3_bucket.b, aws_s3_bucket.v] : [for g in b.grant : [g.permissions[0], g.type]]]
  }
}
"#;
    let outcome = run(&[PROVIDER, ("main.tf", main)], |_| {}).unwrap();
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    let wrong = main.replace("enabled, aws", "no, aws");
    let outcome = run(&[PROVIDER, ("main.tf", &wrong)], |_| {}).unwrap();
    assert!(!outcome.failures.is_empty());
    let own = &outcome.made["aws_s3_bucket.b"];
    assert_eq!(own["grant"][0]["permissions"], json!(["FULL_CONTROL"]));
    let versioned = &outcome.made["aws_s3_bucket.v"];
    assert_eq!(versioned["versioning"][0]["enabled"], json!(true));
    let rule = &own["server_side_encryption_configuration"][0]["rule"][0];
    let by_default = &rule["apply_server_side_encryption_by_default"][0];
    assert_eq!(by_default["sse_algorithm"], json!("AES256"));
}
