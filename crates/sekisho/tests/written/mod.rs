//! Configurations that are written for a test, and what comes of rehearsing them.

#![allow(dead_code, reason = "each file of tests uses some of it")]

use std::path::{Path, PathBuf};

use sekisho::rehearse::{Options, Outcome, rehearse};

pub(crate) fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

/// A directory with these files.
pub(crate) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

pub(crate) fn run(
    files: &[(&str, &str)],
    change: impl FnOnce(&mut Options),
) -> Result<Outcome, String> {
    let folder = folder(files);
    let mut options = Options::new(folder.path());
    change(&mut options);
    rehearse(&options, &mut |_| {}).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        lines
            .join("\n")
            .replace(folder.path().to_str().unwrap(), "")
    })
}

pub(crate) const PROVIDER: (&str, &str) = (
    "providers.tf",
    "provider \"aws\" {\n  region              = \"eu-west-1\"\n  allowed_account_ids = [\"111111111111\"]\n}\n",
);

/// The example, with more beside it that is not here.
pub(crate) fn example_with(more: &str) -> Result<Outcome, String> {
    let mut files: Vec<(String, String)> = Vec::new();
    for entry in std::fs::read_dir(examples().join("cross-account-ecr")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "tf") {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            files.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
    files.push(("more.tf".to_owned(), more.to_owned()));
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(n, t)| (n.as_str(), t.as_str()))
        .collect();
    run(&files, |_| {})
}

/// A delivery from a repository of Git, through CodeBuild or not.
pub(crate) const FROM_A_REPOSITORY: &str = r#"
resource "aws_codestarconnections_connection" "github" {
  name          = "github"
  provider_type = "GitHub"
}
resource "aws_s3_bucket" "artifacts" { bucket = "artifacts-222222222222" }
resource "aws_s3_bucket" "site" { bucket = "site-222222222222" }
resource "aws_iam_role" "p" {
  name = "p"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "codepipeline.amazonaws.com" } }] })
}
resource "aws_iam_role_policy_attachment" "p" {
  role       = aws_iam_role.p.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
resource "aws_iam_role_policy" "p" {
  role   = aws_iam_role.p.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = ["s3:PutObject"], Resource = "*" }, { Effect = "Allow", Action = "codestar-connections:UseConnection", Resource = aws_codestarconnections_connection.github.arn }] })
}
resource "aws_codepipeline" "p" {
  name          = "p"
  role_arn      = aws_iam_role.p.arn
  pipeline_type = "V2"
  artifact_store {
    type     = "S3"
    location = aws_s3_bucket.artifacts.bucket
  }
  trigger {
    provider_type = "CodeStarSourceConnection"
    git_configuration {
      source_action_name = "Git"
      push {
        branches { includes = ["main"] }
        file_paths { excludes = ["docs/**"] }
      }
      pull_request {
        events = ["OPEN"]
        branches { includes = ["main"] }
      }
    }
  }
  stage {
    name = "Source"
    action {
      name             = "Git"
      category         = "Source"
      owner            = "AWS"
      provider         = "CodeStarSourceConnection"
      version          = "1"
      output_artifacts = ["src"]
      configuration    = { ConnectionArn = aws_codestarconnections_connection.github.arn, FullRepositoryId = "o/r", BranchName = "main" }
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
      input_artifacts = ["src"]
      configuration   = { BucketName = aws_s3_bucket.site.bucket, Extract = "true" }
    }
  }
}
"#;
