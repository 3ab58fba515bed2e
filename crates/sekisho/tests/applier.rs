//! Who applies a configuration: policies that name it, policies that exempt it, and what it may not be taken for.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

mod written;

use serde_json::json;
use written::{folder, run};

/// The account's only provider assumes a role, and the policies that it writes name that role, or whoever applies.
const OF_A_ROLE: &str = r#"
provider "aws" {
  region = "us-east-1"
  assume_role {
    role_arn = "arn:aws:iam::111111111111:role/ops/Terraform"
  }
}
data "aws_caller_identity" "me" {}
data "aws_iam_session_context" "me" { arn = data.aws_caller_identity.me.arn }
resource "aws_ecr_repository" "app" { name = "app" }
resource "aws_s3_bucket" "store" { bucket = "store-111111111111" }
resource "aws_kms_key" "store" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Sid = "Admin", Effect = "Allow", Principal = { AWS = ADMIN }, Action = "kms:*", Resource = "*" },
      # GRANT
    ]
  })
}
resource "aws_iam_role" "pipeline" {
  name               = "pipeline"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "codepipeline.amazonaws.com" } }] })
}
resource "aws_iam_role_policy" "pipeline" {
  role   = aws_iam_role.pipeline.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = ["ecr:DescribeImages", "s3:PutObject", "kms:GenerateDataKey"], Resource = "*" }] })
}
resource "aws_codepipeline" "p" {
  name     = "p"
  role_arn = aws_iam_role.pipeline.arn
  artifact_store {
    type     = "S3"
    location = aws_s3_bucket.store.id
    encryption_key {
      type = "KMS"
      id   = aws_kms_key.store.arn
    }
  }
  stage {
    name = "Source"
    action {
      name             = "Image"
      category         = "Source"
      owner            = "AWS"
      provider         = "ECR"
      version          = "1"
      output_artifacts = ["i"]
      configuration    = { RepositoryName = aws_ecr_repository.app.name }
    }
  }
  stage {
    name = "Ok"
    action {
      name     = "Ok"
      category = "Approval"
      owner    = "AWS"
      provider = "Manual"
      version  = "1"
    }
  }
  depends_on = [aws_iam_role_policy.pipeline]
}
"#;

/// A principal that is the account's root hands on what it has to the account's IAM policies, and no other does (KMS
/// developer guide, "Default key policy"): who applies must not be taken for it.
#[test]
fn who_applies_is_not_the_account() {
    let role = "\"arn:aws:iam::111111111111:role/ops/Terraform\"";
    let applies = [
        "data.aws_caller_identity.me.arn",
        "data.aws_iam_session_context.me.issuer_arn",
        role,
    ];
    for admin in applies {
        let text = OF_A_ROLE.replace("ADMIN", admin);
        let outcome = run(&[("main.tf", &text)], |_| {}).unwrap();
        assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
        let denied = &outcome.denials[0];
        assert_eq!(denied.cause.action, "kms:GenerateDataKey", "{admin}");
        assert_eq!(denied.cause.side, "key policy", "{admin}");
        let grant = "{ Effect = \"Allow\", Principal = { AWS = aws_iam_role.pipeline.arn }, Action = \"kms:GenerateDataKey\", Resource = \"*\" }";
        let outcome = run(&[("main.tf", &text.replace("# GRANT", grant))], |_| {}).unwrap();
        assert!(outcome.passes(), "{admin}: {:?}", outcome.denials);
    }
    // The account itself is what it was.
    let account = OF_A_ROLE.replace("ADMIN", "\"arn:aws:iam::111111111111:root\"");
    assert!(run(&[("main.tf", &account)], |_| {}).unwrap().passes());
    // Nobody who applies could change this one any more.
    let other = OF_A_ROLE.replace("ADMIN", "aws_iam_role.pipeline.arn");
    let outcome = run(&[("main.tf", &other)], |_| {}).unwrap();
    let failure = &outcome.failures[0].problem.message;
    assert!(
        failure.contains("will not allow you to update the key policy"),
        "{failure}"
    );
}

/// What denies everybody but who applies lets it make things.
#[test]
fn who_applies_is_the_role_that_the_provider_assumes() {
    let deny = r#"
resource "aws_s3_bucket_policy" "store" {
  bucket = aws_s3_bucket.store.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Effect = "Deny", Principal = "*", Action = "s3:*", Resource = [aws_s3_bucket.store.arn, "${aws_s3_bucket.store.arn}/*"]
    Condition = { ArnNotLike = { "aws:PrincipalArn" = [aws_iam_role.pipeline.arn, "arn:aws:iam::111111111111:role/ops/Terraform"] } }
  }] })
}
resource "aws_s3_bucket_versioning" "store" {
  bucket = aws_s3_bucket_policy.store.bucket
  versioning_configuration { status = "Enabled" }
}
"#;
    let text = OF_A_ROLE.replace("ADMIN", "\"arn:aws:iam::111111111111:root\"") + deny;
    let outcome = run(&[("main.tf", &text)], |_| {}).unwrap();
    assert!(
        outcome.passes(),
        "{:?} {:?}",
        outcome.failures,
        outcome.denials
    );
    // Whoever is exempted by name applies, where the provider does not say who.
    let own = "  allowed_account_ids = [111111111111]\n";
    let start = text.find("  assume_role {").unwrap();
    let rest = text.find("data \"aws_caller").unwrap();
    let anybody = format!("{}{own}}}\n{}", &text[..start], &text[rest..]);
    let exempt = anybody.replace("role/ops/Terraform\"]", "root\"]");
    let outcome = run(&[("main.tf", &exempt)], |_| {}).unwrap();
    assert!(outcome.passes());
    // What denies is on record: it did not count.
    let checks = outcome.events.iter().flat_map(|e| &e.checks);
    let waived: Vec<_> = checks.filter(|c| c.waived).collect();
    assert!(!waived.is_empty() && waived.iter().all(|c| c.decision == "explicit_deny"));
    let outcome = run(&[("main.tf", &anybody)], |_| {}).unwrap();
    let failure = &outcome.failures[0].problem.message;
    assert!(
        failure.contains("assumed-role/sekisho-applier/terraform"),
        "{failure}"
    );
}

/// Nothing is known of that role but its name: no delivery gets it, and no data source reads what it says.
#[test]
fn the_role_that_applies_is_nobody_s() {
    let root = "\"arn:aws:iam::111111111111:root\"";
    let text = OF_A_ROLE.replace("ADMIN", root);
    let acts = text.replace(
        "output_artifacts = [\"i\"]",
        "output_artifacts = [\"i\"]\n      role_arn         = \"arn:aws:iam::111111111111:role/ops/Terraform\"",
    );
    let outcome = run(&[("main.tf", &acts)], |_| {}).unwrap();
    let hints = outcome.hints.iter().map(|h| h.message.clone());
    let hints = hints.collect::<Vec<_>>().join("\n");
    assert!(
        hints.contains("role/ops/Terraform is taken to be on AWS"),
        "{hints}"
    );
    let reads = format!(
        "{text}data \"aws_iam_role\" \"t\" {{ name = \"Terraform\" }}\noutput \"t\" {{ value = data.aws_iam_role.t.arn }}\ndata \"aws_iam_roles\" \"all\" {{}}\nresource \"aws_ecr_repository\" \"count\" {{ name = \"roles-${{length(data.aws_iam_roles.all.names)}}\" }}\n"
    );
    let outcome = run(&[("main.tf", &reads)], |_| {}).unwrap();
    let arn = json!("arn:aws:iam::111111111111:role/ops/Terraform");
    assert_eq!(outcome.made["data.aws_iam_role.t"]["arn"], arn);
    assert!(
        outcome.made["data.aws_iam_role.t"]
            .get("assume_role_policy")
            .is_none()
    );
    assert_eq!(
        outcome.made["aws_ecr_repository.count"]["name"],
        json!("roles-1")
    );
    // One that the configuration makes is no stranger.
    let made = format!(
        "{text}resource \"aws_iam_role\" \"t\" {{\n  name = \"terraform\"\n  path = \"/ops/\"\n  assume_role_policy = aws_iam_role.pipeline.assume_role_policy\n}}\n"
    );
    let outcome = run(&[("main.tf", &made)], |_| {}).unwrap();
    assert!(
        outcome.passes(),
        "{:?} {:?}",
        outcome.failures,
        outcome.denials
    );
}

/// What is lacked while a key is made, by a policy that only who applies may change, and in a region of its own.
#[test]
fn what_a_key_lacks_is_found_whoever_may_change_it() {
    let text = OF_A_ROLE
        .replace("ADMIN", "data.aws_caller_identity.me.arn")
        .replace(
            "resource \"aws_kms_key\" \"store\" {",
            "resource \"aws_kms_key\" \"store\" {\n  enable_key_rotation = true",
        )
        .replace(
            "Action = \"kms:*\"",
            "Action = [\"kms:PutKeyPolicy\", \"kms:TagResource\"]",
        );
    let folder = folder(&[("main.tf", &text)]);
    let options = sekisho::rehearse::Options::new(folder.path());
    let outcome = sekisho::rehearse::rehearse(&options, &mut |_| {}).unwrap();
    let all = sekisho::rehearse::complete(&options, &outcome).unwrap();
    let lacked = all
        .patches
        .iter()
        .map(|p| (p.side.as_str(), p.statement["Action"].clone()));
    let lacked: Vec<_> = lacked.collect();
    assert_eq!(
        lacked,
        [
            ("key policy", json!("kms:EnableKeyRotation")),
            ("key policy", json!("kms:GenerateDataKey"))
        ]
    );
    assert!(all.passes);
}

/// A repository policy that locks everybody out but somebody is no lock-out of whoever is made up; one that locks out everybody
/// is.
#[test]
fn a_repository_policy_may_exempt_who_applies() {
    let configuration = |condition: &str| {
        format!(
            r#"
provider "aws" {{
  region              = "us-east-1"
  allowed_account_ids = ["111111111111"]
}}
resource "aws_ecr_repository" "app" {{ name = "app" }}
resource "aws_ecr_repository_policy" "app" {{
  repository = aws_ecr_repository.app.name
  policy = jsonencode({{
    Version   = "2012-10-17"
    Statement = [{{ Effect = "Deny", Principal = "*", Action = "ecr:SetRepositoryPolicy"{condition} }}]
  }})
}}
"#
        )
    };
    let exempt = ", Condition = { ArnNotLike = { \"aws:PrincipalArn\" = \"arn:aws:iam::111111111111:role/terraform\" } }";
    for (condition, expected) in [(exempt, 0), ("", 1)] {
        let files = [("main.tf", &*configuration(condition))];
        let outcome = run(&files, |_| {}).unwrap();
        let refused = outcome.failures.iter();
        let refused = refused.filter(|f| f.problem.message.contains("set another one"));
        assert_eq!(
            refused.count(),
            expected,
            "{condition}: {:?}",
            outcome.failures
        );
    }
}
