//! Repairs of configurations of every shape: each is written where the policy stands, as the file around it is written.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

use std::path::{Path, PathBuf};

use sekisho::rehearse::{Fix, Options, complete, fix, rehearse};

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            std::fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

/// Breaks an example and repairs it; the diff, without the folder's name.
fn repaired(example: &str, directories: &[&str], edits: &[(&str, &str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples")
        .join(example);
    copy(&from, folder.path());
    for (file, from, to) in edits {
        let path = folder.path().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} does not hold {from}");
        std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
    }
    let mut options = Options::default();
    options.reading.directories = directories
        .iter()
        .map(|d| folder.path().join(d))
        .collect::<Vec<PathBuf>>();
    let outcome = rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"));
    assert!(!outcome.passes(), "{example}: {edits:?} breaks nothing");
    let completion = complete(&options, &outcome).unwrap_or_else(|p| panic!("{p:?}"));
    assert!(
        completion.passes,
        "{:?} {:?}",
        completion.stuck, completion.failing
    );
    let fixed: Fix = fix(&options, &completion).unwrap_or_else(|p| panic!("{p:?}"));
    let diff = fixed
        .diff()
        .replace(folder.path().to_str().unwrap().trim_start_matches('/'), "");
    assert!(fixed.passes, "{diff}\n{:?}", fixed.unwritten);
    fixed.write().unwrap();
    let again = rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"));
    assert!(again.passes(), "{diff}");
    diff
}

#[track_caller]
fn holds(diff: &str, lines: &[&str]) {
    for line in lines {
        assert!(diff.contains(line), "{line} is not in\n{diff}");
    }
}

#[test]
fn into_documents_of_modules() {
    let diff = repaired(
        "modules",
        &["."],
        &[
            (
                "modules/registry/main.tf",
                "\"ecr:DescribeImages\"",
                "\"ecr:ListImages\"",
            ),
            (
                "modules/registry/main.tf",
                "    resources = [var.artifact_key_arn]",
                "    resources = [\"arn:aws:kms:eu-central-1:222222222222:key/x\"]",
            ),
            (
                "modules/pipeline/main.tf",
                "identifiers = [aws_iam_role.service.arn, var.source_role_arn]",
                "identifiers = [aws_iam_role.service.arn]",
            ),
        ],
    );
    holds(
        &diff,
        &[
            "+++ b//modules/registry/main.tf",
            "+    actions   = [\"ecr:DescribeImages\"]",
            "+    resources = [aws_ecr_repository.this.arn]",
            "+    resources = [var.artifact_key_arn]",
            "+      identifiers = [var.source_role_arn]",
        ],
    );
}

#[test]
fn a_new_policy_in_a_module() {
    let diff = repaired(
        "modules",
        &["."],
        &[
            (
                "modules/pipeline/main.tf",
                "resource \"aws_s3_bucket_policy\" \"artifacts\" {\n  bucket = aws_s3_bucket.this[\"artifacts\"].id\n  policy = data.aws_iam_policy_document.artifacts.json\n}\n",
                "",
            ),
            (
                "modules/pipeline/main.tf",
                "    aws_s3_bucket_policy.artifacts,\n",
                "",
            ),
        ],
    );
    holds(
        &diff,
        &[
            "+resource \"aws_s3_bucket_policy\" \"this_artifacts\" {",
            "+  bucket   = aws_s3_bucket.this[\"artifacts\"].id",
            "Principal = { AWS = var.source_role_arn }",
            "Resource = \"${aws_s3_bucket.this[\"artifacts\"].arn}/shop/image/*\"",
            "+    aws_s3_bucket_policy.this_artifacts,",
        ],
    );
}

#[test]
fn into_policies_that_are_made_for_each() {
    let diff = repaired(
        "for-each-accounts",
        &["."],
        &[
            ("images.tf", "\"ecr:DescribeImages\"", "\"ecr:ListImages\""),
            (
                "delivery.tf",
                "        Action   = \"sts:AssumeRole\"\n        Resource = aws_iam_role.source[each.key].arn",
                "        Action   = \"sts:TagSession\"\n        Resource = aws_iam_role.source[each.key].arn",
            ),
        ],
    );
    holds(
        &diff,
        &[
            "+    resources = [aws_ecr_repository.service[each.key].arn]",
            "Action = \"sts:AssumeRole\", Resource = aws_iam_role.source[each.key].arn }",
        ],
    );
    assert_eq!(
        diff.matches("+    actions   = [\"ecr:DescribeImages\"]")
            .count(),
        1,
        "{diff}"
    );
}

#[test]
fn into_heredocs() {
    let diff = repaired(
        "heredocs",
        &["."],
        &[
            (
                "main.tf",
                "\"Action\": \"ecr:DescribeImages\"",
                "\"Action\": \"ecr:ListImages\"",
            ),
            (
                "main.tf",
                "          \"Action\": [\"kms:Decrypt\", \"kms:GenerateDataKey*\"],\n",
                "          \"Action\": \"kms:ListKeys\",\n",
            ),
            (
                "main.tf",
                "          \"Action\": [\"s3:PutObject\", \"s3:PutObjectAcl\"],\n          \"Resource\": \"${aws_s3_bucket.artifacts.arn}/*\"\n        }\n      ]\n    }\n  POLICY\n}\n\nresource \"aws_s3_bucket_ownership",
                "          \"Action\": \"s3:PutObjectAcl\",\n          \"Resource\": \"${aws_s3_bucket.artifacts.arn}/*\"\n        }\n      ]\n    }\n  POLICY\n}\n\nresource \"aws_s3_bucket_ownership",
            ),
        ],
    );
    holds(
        &diff,
        &[
            "+        { \"Effect\": \"Allow\", \"Action\": \"ecr:DescribeImages\", \"Resource\": \"${aws_ecr_repository.web.arn}\" }",
            "\"Action\": \"kms:Decrypt\", \"Resource\": \"${aws_kms_key.artifacts.arn}\" }",
            "\"Resource\": \"${aws_s3_bucket.artifacts.arn}/web/image/*\" }",
        ],
    );
}

#[test]
fn into_files() {
    let diff = repaired(
        "policy-files",
        &["."],
        &[
            ("policies/artifacts.json", "\"s3:PutObject\", ", ""),
            (
                "policies/source-trust.json",
                "\"sts:AssumeRole\"",
                "\"sts:TagSession\"",
            ),
            (
                "policies/source.json.tftpl",
                "\"ecr:DescribeImages\"",
                "\"ecr:ListImages\"",
            ),
        ],
    );
    holds(
        &diff,
        &[
            "+++ b//policies/artifacts.json",
            "+++ b//policies/source-trust.json",
            "+++ b//policies/source.json.tftpl",
            "\"Resource\": \"arn:aws:ecr:us-west-2:111111111111:repository/backend\" }",
        ],
    );
}

/// A document that is made of others has its own statements too, and one statement alone becomes a list.
#[test]
fn into_documents_that_are_made_of_others() {
    let diff = repaired(
        "document-composition",
        &["."],
        &[
            (
                "main.tf",
                "    actions   = [\"s3:PutObject\", \"s3:PutObjectAcl\"]\n    resources = [\"${aws_s3_bucket.artifacts.arn}/*\"]\n  }\n}\n\nresource",
                "    actions   = [\"s3:PutObjectAcl\"]\n    resources = [\"${aws_s3_bucket.artifacts.arn}/*\"]\n  }\n}\n\nresource",
            ),
            (
                "main.tf",
                "      Action    = \"sts:AssumeRole\"",
                "      Action    = \"sts:TagSession\"",
            ),
        ],
    );
    holds(
        &diff,
        &[
            "+    Statement = [{",
            "+    }, { Effect = \"Allow\", Principal = { Service = \"codepipeline.amazonaws.com\" }, Action = \"sts:AssumeRole\" }]",
        ],
    );
}

#[test]
fn into_the_directory_of_the_account() {
    let diff = repaired(
        "two-directories",
        &["registry", "pipeline"],
        &[
            (
                "registry/main.tf",
                "\"ecr:DescribeImages\"",
                "\"ecr:ListImages\"",
            ),
            (
                "pipeline/main.tf",
                "    actions   = [\"kms:Decrypt\", \"kms:GenerateDataKey\"]",
                "    actions   = [\"kms:ListKeys\"]",
            ),
        ],
    );
    holds(
        &diff,
        &[
            "+++ b//registry/main.tf",
            "+    resources = [aws_ecr_repository.base.arn]",
            "+++ b//pipeline/main.tf",
            "+    resources = [aws_kms_key.artifacts.arn]",
        ],
    );
}

#[test]
fn into_a_third_account() {
    let diff = repaired(
        "cross-account-deploy",
        &["."],
        &[
            (
                "production.tf",
                "    actions   = [\"kms:Decrypt\"]",
                "    actions   = [\"kms:Encrypt\"]",
            ),
            (
                "delivery.tf",
                "      identifiers = local.readers",
                "      identifiers = local.writers",
            ),
        ],
    );
    holds(
        &diff,
        &[
            "+++ b//production.tf",
            "+      identifiers = [aws_iam_role.deploy.arn]",
        ],
    );
}
