//! Repairs that refer to what stands on the very block in which they are written, or change in which order things are made.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

mod edited;
mod repaired;

use repaired::{broken, repaired_of};
use sekisho::rehearse::{complete, fix, rehearse};

/// A delivery to a third account in one file, which passes.
const GOLDEN: (&str, &str, &str) = ("main.tf", "", include_str!("one_file/main.tf"));

/// A key is made after the role that its policy names from now on, and so its id becomes another key's.
#[test]
fn an_id_that_becomes_another_key_s_is_no_gift() {
    let lacks = (
        "main.tf",
        ", aws_iam_role.deploy.arn] } },\n    ]\n  })\n}\n\nresource \"aws_s3_bucket\" \"store\"",
        "] } },\n    ]\n  })\n}\n\nresource \"aws_s3_bucket\" \"store\"",
    );
    let diff = repaired_of(None, &["."], &[GOLDEN, lacks]);
    assert!(
        diff.contains("+      { Effect = \"Allow\", Principal = { AWS = aws_iam_role.deploy.arn }, Action = \"kms:Decrypt\", Resource = \"*\" },\n"),
        "{diff}"
    );
}

/// The bucket's own policy does not refer to the bucket, and everything else is referred to as ever.
#[test]
fn a_policy_inside_of_a_bucket_refers_to_the_others() {
    let own = "resource \"aws_s3_bucket_policy\" \"store\" {\n  provider = aws.b\n  bucket   = aws_s3_bucket.store.id\n  policy = jsonencode({\n    Version = \"2012-10-17\"\n    Statement = [\n      { Effect = \"Allow\", Action = [\"s3:Get*\", \"s3:Put*\"], Resource = \"${aws_s3_bucket.store.arn}/*\", Principal = { AWS = [aws_iam_role.source.arn, aws_iam_role.deploy.arn] } },\n    ]\n  })\n}\n";
    let inside = "  bucket   = \"store-${local.b}\"\n  policy = jsonencode({\n    Version = \"2012-10-17\"\n    Statement = [\n      { Effect = \"Allow\", Action = \"s3:Get*\", Resource = \"arn:aws:s3:::store-${local.b}/*\", Principal = { AWS = [aws_iam_role.source.arn, aws_iam_role.deploy.arn] } },\n    ]\n  })\n";
    let edits = [
        GOLDEN,
        ("main.tf", own, ""),
        ("main.tf", "    aws_s3_bucket_policy.store,\n", ""),
        ("main.tf", "  bucket   = \"store-${local.b}\"\n", inside),
    ];
    let diff = repaired_of(None, &["."], &edits);
    assert!(
        diff.contains("+      { Effect = \"Allow\", Principal = { AWS = aws_iam_role.source.arn }, Action = \"s3:PutObject\", Resource = \"arn:aws:s3:::store-${local.b}/release-app/image/*\" },\n"),
        "{diff}"
    );
}

/// The key's policy names the role, so that the role's own block cannot refer to the key: it is said which circle it would be.
#[test]
fn a_circle_is_named() {
    let policy = "resource \"aws_iam_role_policy\" \"source\" {\n  provider = aws.a\n  name     = \"source\"\n  role     = aws_iam_role.source.id\n  policy = jsonencode({\n";
    let inside = "resource \"aws_iam_role\" \"source\" {\n  provider = aws.a\n  name     = \"source\"\n  inline_policy {\n    name = \"source\"\n    policy = jsonencode({ Version = \"2012-10-17\", Statement = [\n      { Effect = \"Allow\", Action = \"ecr:DescribeImages\", Resource = aws_ecr_repository.app.arn },\n      { Effect = \"Allow\", Action = [\"s3:PutObject\", \"s3:PutObjectAcl\"], Resource = \"${aws_s3_bucket.store.arn}/*\" },\n    ] })\n  }\n";
    let (_, _, text) = GOLDEN;
    let start = text.find(policy).unwrap();
    let end = start + text[start..].find("\n}\n").unwrap() + 3;
    let edits = [
        GOLDEN,
        ("main.tf", &text[start..end], ""),
        ("main.tf", "    aws_iam_role_policy.source,\n", ""),
        (
            "main.tf",
            "resource \"aws_iam_role\" \"source\" {\n  provider = aws.a\n  name     = \"source\"\n",
            inside,
        ),
        // What else refers to the role stands on nothing.
        (
            "main.tf",
            "{ AWS = [aws_iam_role.source.arn, aws_iam_role.deploy.arn] } },\n    ]\n  })\n}\n\nresource \"aws_s3_bucket\" \"out\"",
            "{ AWS = [\"arn:aws:iam::${local.a}:root\", aws_iam_role.deploy.arn] } },\n    ]\n  })\n}\n\nresource \"aws_s3_bucket\" \"out\"",
        ),
    ];
    let (_folder, options) = broken(None, &["."], &edits);
    let outcome = rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"));
    let completion = complete(&options, &outcome).unwrap_or_else(|p| panic!("{p:?}"));
    let fixed = fix(&options, &completion).unwrap_or_else(|p| panic!("{p:?}"));
    let why: Vec<&str> = fixed
        .unwritten
        .iter()
        .map(|(_, why)| why.as_str())
        .collect();
    assert_eq!(why.len(), 1, "{why:?}");
    assert!(
        why[0].starts_with(
            "would have to refer to aws_kms_key.store, which itself stands on it: a circle."
        ),
        "{why:?}"
    );
}
