//! Files that Terraform reads and packs: what is made of them is in the delivery, and nothing is on the disk.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

mod written;

use sekisho::rehearse::{Options, rehearse};
use written::{PROVIDER, folder};

const MAIN: &str = r#"
data "local_file" "settings" {
  filename = "${path.module}/settings.json"
}
data "archive_file" "source" {
  type        = "zip"
  source_dir  = "${path.module}/app"
  excludes    = ["notes/*"]
  output_path = "${path.module}/build/source.zip"
}
resource "aws_s3_bucket" "sources" { bucket = jsondecode(data.local_file.settings.content).bucket }
resource "aws_s3_bucket_versioning" "sources" {
  bucket = aws_s3_bucket.sources.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_s3_object" "source" {
  bucket = aws_s3_bucket_versioning.sources.bucket
  key    = "source.zip"
  source = data.archive_file.source.output_path
  etag   = filemd5(data.archive_file.source.output_path)
}
resource "aws_s3_bucket" "site" { bucket = "site-111111111111" }
resource "aws_iam_role" "p" {
  name = "p"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "codepipeline.amazonaws.com" } }] })
}
resource "aws_iam_role_policy" "p" {
  role   = aws_iam_role.p.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] })
}
resource "aws_codepipeline" "p" {
  name       = "p"
  role_arn   = aws_iam_role.p.arn
  depends_on = [aws_iam_role_policy.p, aws_s3_object.source]
  artifact_store {
    location = aws_s3_bucket.site.bucket
    type     = "S3"
  }
  stage {
    name = "Source"
    action {
      name             = "Zip"
      category         = "Source"
      owner            = "AWS"
      provider         = "S3"
      version          = "1"
      output_artifacts = ["zip"]
      configuration    = { S3Bucket = aws_s3_bucket.sources.bucket, S3ObjectKey = "source.zip" }
    }
  }
  stage {
    name = "Deploy"
    action {
      name            = "Site"
      category        = "Deploy"
      owner           = "AWS"
      provider        = "S3"
      version         = "1"
      input_artifacts = ["zip"]
      configuration   = { BucketName = aws_s3_bucket.site.bucket, Extract = "true", ObjectKey = "www" }
    }
  }
}
output "same" {
  value = filebase64sha256(data.archive_file.source.output_path) == data.archive_file.source.output_base64sha256
}
"#;

#[test]
fn what_is_packed_is_delivered() {
    let folder = folder(&[
        ("main.tf", MAIN),
        PROVIDER,
        ("settings.json", "{\"bucket\": \"sources-111111111111\"}"),
        ("app/index.html", "<p>hello</p>"),
        ("app/css/site.css", "p {}"),
        ("app/notes/todo.md", "nothing"),
    ]);
    let options = Options::new(folder.path());
    let outcome = rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"));
    assert!(
        outcome.passes(),
        "{:?} {:?}",
        outcome.failures,
        outcome.denials
    );
    let checks = outcome.events.iter().flat_map(|e| &e.checks);
    let puts = checks.filter(|c| c.action == "s3:PutObject" && c.resource.contains("/www/"));
    let mut released: Vec<&str> = puts
        .filter_map(|c| c.resource.split("/www/").nth(1))
        .collect();
    released.sort_unstable();
    assert_eq!(released, ["css/site.css", "index.html"]);
    assert_eq!(
        outcome.made["data.archive_file.source"]["id"]
            .as_str()
            .unwrap()
            .len(),
        40
    );
    assert!(!folder.path().join("build").exists());
}

/// What has no end is not read, and what is too much is not packed.
#[cfg(unix)]
#[test]
fn what_has_no_end_is_left_out() {
    let folder = folder(&[
        ("main.tf", MAIN),
        PROVIDER,
        ("settings.json", "{\"bucket\": \"sources-111111111111\"}"),
        ("app/index.html", "<p>hello</p>"),
    ]);
    let pipe = folder.path().join("app/pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let options = Options::new(folder.path());
    let outcome = rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"));
    assert!(outcome.passes(), "{:?}", outcome.failures);
    // A file that is larger than what is packed is not read to find that out.
    std::fs::remove_file(&pipe).unwrap();
    let large = std::fs::File::create(folder.path().join("app/large")).unwrap();
    large.set_len(300 << 20).unwrap();
    let outcome = rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"));
    let said = &outcome.failures[0].problem.message;
    assert!(said.contains("leave some out with `excludes`"), "{said}");
}

/// What cannot be read or packed is said with the file.
#[test]
fn what_is_not_there_cannot_be_packed() {
    let said = |from: &str, to: &str| {
        let main = MAIN.replace(from, to);
        let folder = folder(&[
            ("main.tf", &main),
            PROVIDER,
            ("settings.json", "{\"bucket\": \"sources-111111111111\"}"),
        ]);
        let options = Options::new(folder.path());
        match rehearse(&options, &mut |_| {}) {
            Ok(outcome) => outcome.failures[0].problem.message.clone(),
            Err(problems) => problems[0].message.clone(),
        }
    };
    assert!(said("", "").contains("/app: No such file or directory"));
    assert!(said("/settings.json", "/setings.json").contains("/setings.json: No such file"));
    assert_eq!(
        said("\"zip\"\n", "\"tar.gz\"\n"),
        "data.archive_file.source: an archive of the type `tar.gz` is not supported yet"
    );
}

/// `terraform plan -out` writes an archive, of which no more can be read than that.
#[test]
fn a_plan_that_was_not_shown_is_told_from_one_that_was() {
    let folder = folder(&[PROVIDER]);
    let plan = folder.path().join("plan.bin");
    std::fs::write(&plan, b"PK\x03\x04...").unwrap();
    let mut options = Options::default();
    options.reading.directories = vec![plan];
    let problems = rehearse(&options, &mut |_| {}).unwrap_err();
    assert!(
        problems[0]
            .message
            .contains("give what `terraform show -json "),
        "{problems:?}"
    );
}

/// What is given stands for what a provider makes up, too; and a region that is none is said where it is written.
#[test]
fn what_is_given_of_made_up_names_counts() {
    let main = "resource \"random_id\" \"x\" {\n  byte_length = 2\n}\nresource \"aws_s3_bucket\" \"b\" {\n  bucket = \"b-${random_id.x.hex}\"\n}\n";
    let written = folder(&[PROVIDER, ("main.tf", main)]);
    let mut options = Options::default();
    options.reading.directories = vec![written.path().to_owned()];
    let given = ("random_id.x.hex".to_owned(), serde_json::json!("abcd"));
    options.reading.given.extend([given]);
    let outcome = rehearse(&options, &mut |_| {}).unwrap();
    assert_eq!(outcome.made["aws_s3_bucket.b"]["bucket"], "b-abcd");
    let (name, provider) = PROVIDER;
    let nowhere = provider.replace("eu-west-1", "eu-west1");
    let written = folder(&[(name, &nowhere), ("main.tf", main)]);
    options.reading.directories = vec![written.path().to_owned()];
    let problems = rehearse(&options, &mut |_| {}).unwrap_err();
    assert!(
        problems[0]
            .message
            .contains("`eu-west1` is no region of AWS"),
        "{problems:?}"
    );
}
