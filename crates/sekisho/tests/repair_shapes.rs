//! Repairs of configurations of every shape: each is written where the policy stands, as the file around it is written.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

mod diffs;
mod edited;
mod repaired;

use std::path::Path;

use diffs::{holds, lacks};
use repaired::{RELEASE, broken, repaired, repaired_of};
use sekisho::rehearse::{Fix, Options, complete, fix, rehearse};

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
            "+++ b/modules/registry/main.tf",
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
            "+  bucket = aws_s3_bucket.this[\"artifacts\"].id",
            "Principal = { AWS = var.source_role_arn }",
            "Resource = \"${aws_s3_bucket.this[\"artifacts\"].arn}/${var.name}/image/*\"",
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
            "+++ b/policies/artifacts.json",
            "+++ b/policies/source-trust.json",
            "+++ b/policies/source.json.tftpl",
            "\"Resource\": \"${repository}\" }",
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

/// Neither directory could be applied first: the pipeline's reads what is made of the role, and AWS takes no role into its trust
/// that is not there.
#[test]
fn a_role_of_a_directory_that_waits_is_named_by_its_account() {
    let root = "\"arn:aws:iam::${var.pipeline_account}:root\"";
    let condition = "\n    condition {\n      test     = \"ArnLike\"\n      variable = \"aws:PrincipalArn\"\n      values   = [\"arn:aws:iam::${var.pipeline_account}:role/platform-pipeline*\"]\n    }\n";
    let edits = [
        (
            "registry/main.tf",
            root,
            "\"arn:aws:iam::111111111111:root\"",
        ),
        ("registry/main.tf", condition, ""),
    ];
    // In whichever order they are given.
    for directories in [["registry", "pipeline"], ["pipeline", "registry"]] {
        let diff = repaired("two-directories", &directories, &edits);
        holds(
            &diff,
            &[
                "+      identifiers = [\"arn:aws:iam::${var.pipeline_account}:root\"]",
                "+      variable = \"aws:PrincipalArn\"",
            ],
        );
    }
    let directories = ["pipeline", "registry"];
    let role = "\"arn:aws:iam::${var.pipeline_account}:role/platform-pipeline\"";
    let edits = [("registry/main.tf", root, role)];
    let (_folder, options) = broken(Some("two-directories"), &directories, &edits);
    let outcome = sekisho::rehearse::rehearse(&options, &mut |_| {}).unwrap();
    let failures: Vec<String> = outcome
        .failures
        .iter()
        .map(|f| f.problem.message.clone())
        .collect();
    assert!(
        matches!(failures.as_slice(), [one] if one.contains("so that neither directory can be applied first")),
        "{failures:?}"
    );
    assert!(!outcome.passes());
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
            "+++ b/registry/main.tf",
            "+    resources = [aws_ecr_repository.base.arn]",
            "+++ b/pipeline/main.tf",
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
            "+++ b/production.tf",
            "+      identifiers = [aws_iam_role.deploy.arn]",
        ],
    );
}

/// A document is found behind whatever gives its text.
#[test]
fn into_a_document_that_is_taken_in_any_way() {
    const JSON: &str = "data.aws_iam_policy_document.cross_account_key_policy.json";
    for taken in [
        "join(\"\", data.aws_iam_policy_document.cross_account_key_policy.*.json)",
        "one(data.aws_iam_policy_document.cross_account_key_policy[*].json)",
        "try(data.aws_iam_policy_document.cross_account_key_policy.json, null)",
        "coalesce(data.aws_iam_policy_document.cross_account_key_policy.json, \"{}\")",
        "var.name == \"\" ? \"{}\" : data.aws_iam_policy_document.cross_account_key_policy.json",
    ] {
        let diff = repaired(
            "cross-account-ecr",
            &["."],
            &[
                ("artifact_store.tf", JSON, taken),
                ("artifact_store.tf", "      \"kms:GenerateDataKey*\",\n", ""),
            ],
        );
        holds(&diff, &["+    actions   = [\"kms:GenerateDataKey\"]"]);
    }
}

/// A key without a policy of its own gets one that keeps what the default one said.
#[test]
fn a_key_policy_where_there_is_none() {
    let diff = repaired(
        "cross-account-ecr",
        &["."],
        &[(
            "artifact_store.tf",
            "  policy                  = data.aws_iam_policy_document.cross_account_key_policy.json\n",
            "",
        )],
    );
    holds(
        &diff,
        &[
            "+resource \"aws_kms_key_policy\" \"artifact_store\" {",
            "Principal = { AWS = \"arn:aws:iam::${var.pipeline_account_id}:root\" }, Action = \"kms:*\"",
            "Principal = { AWS = aws_iam_role.ecr_source.arn }",
        ],
    );
}

/// The lines of a file keep their own ending, and a patch is whole where its last line is blank.
#[test]
fn into_a_file_with_carriage_returns() {
    let folder = edited::edited(Some("cross-account-ecr"), &[]);
    let file = folder.path().join("registry.tf");
    let text = std::fs::read_to_string(&file).unwrap();
    let text = text.replace("[\"ecr:DescribeImages\"]", "[\"ecr:ListImages\"]");
    std::fs::write(&file, text.replace('\n', "\r\n")).unwrap();
    let mut options = Options::default();
    options.reading.directories = vec![folder.path().to_owned()];
    let outcome = rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"));
    let completion = complete(&options, &outcome).unwrap_or_else(|p| panic!("{p:?}"));
    let fixed: Fix = fix(&options, &completion).unwrap_or_else(|p| panic!("{p:?}"));
    // A file that was changed meanwhile is left alone, and so are the others.
    let before = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{before}# more\r\n")).unwrap();
    let said = fixed.write().unwrap_err();
    assert!(
        said.contains("was changed while it was rehearsed"),
        "{said}"
    );
    std::fs::write(&file, &before).unwrap();
    fixed.write().unwrap();
    let after = std::fs::read_to_string(&file).unwrap();
    assert!(after.len() > before.len());
    assert_eq!(after.matches('\n').count(), after.matches("\r\n").count());
}

/// The key policy of an example, with its statements written in another way, and without the users.
fn key_policy(of_key: &str, locals: &str) -> String {
    const OLD: &str = r#"  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Administration"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${var.accounts["delivery"]}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "Use"
        Effect    = "Allow"
        Principal = { AWS = sort(local.key_users) }
        Action    = ["kms:GenerateDataKey*", "kms:Encrypt", "kms:Decrypt"]
        Resource  = "*"
      },
    ]
  })
}
"#;
    repaired(
        "for-each-accounts",
        &["."],
        &[("delivery.tf", OLD, &format!("{of_key}}}\n\n{locals}"))],
    )
}

#[test]
fn into_statements_that_have_a_name() {
    let diff = key_policy(
        "  policy = jsonencode({ Version = \"2012-10-17\", Statement = local.statements })\n",
        "locals {\n  statements = [\n    { Effect = \"Allow\", Principal = { AWS = \"arn:aws:iam::${var.accounts[\"delivery\"]}:root\" }, Action = \"kms:*\", Resource = \"*\" },\n  ]\n}\n",
    );
    holds(
        &diff,
        &[
            "     { Effect = \"Allow\", Principal = { AWS = \"arn:aws:iam::${var.accounts[\"delivery\"]}:root\" }, Action = \"kms:*\", Resource = \"*\" },",
            "+  ], [for key, value in aws_iam_role.source : { Effect = \"Allow\", Principal = ",
        ],
    );
}

#[test]
fn into_statements_that_are_made_of_something() {
    let diff = key_policy(
        "  policy = jsonencode({\n    Version   = \"2012-10-17\"\n    Statement = [for account in [var.accounts[\"delivery\"]] : { Effect = \"Allow\", Principal = { AWS = \"arn:aws:iam::${account}:root\" }, Action = \"kms:*\", Resource = \"*\" }]\n  })\n",
        "",
    );
    holds(
        &diff,
        &[
            "+    Statement = concat([for account in ",
            " }], [for key, value in aws_iam_role.source : { Effect = \"Allow\", Principal = ",
        ],
    );
}

#[test]
fn into_objects_that_are_put_together() {
    let diff = key_policy(
        "  policy = jsonencode(merge({ Version = \"2012-10-17\" }, {\n    Statement = [{ Effect = \"Allow\", Principal = { AWS = \"arn:aws:iam::${var.accounts[\"delivery\"]}:root\" }, Action = \"kms:*\", Resource = \"*\" }]\n  }))\n",
        "",
    );
    holds(
        &diff,
        &[
            "+    Statement = concat([{ Effect = \"Allow\", Principal = { AWS = \"arn:aws:iam::${var.accounts[\"delivery\"]}:root\" }, Action = \"kms:*\", Resource = \"*\" }], [for key, value in aws_iam_role.source : { Effect = \"Allow\", Principal = ",
        ],
    );
}

/// What several things use is not changed for one of them.
#[test]
fn beside_statements_that_others_use() {
    let diff = key_policy(
        "  policy = jsonencode({ Version = \"2012-10-17\", Statement = local.statements })\n",
        "locals {\n  statements = [\n    { Effect = \"Allow\", Principal = { AWS = \"arn:aws:iam::${var.accounts[\"delivery\"]}:root\" }, Action = \"kms:*\", Resource = \"*\" },\n  ]\n}\noutput \"administration\" {\n  value = local.statements[0].Action\n}\n",
    );
    holds(
        &diff,
        &[
            "+  policy = jsonencode({ Version = \"2012-10-17\", Statement = flatten([local.statements, [for key, value in aws_iam_role.source : { Effect = \"Allow\", Principal = ",
        ],
    );
}

#[test]
fn into_override_files() {
    let role_policy = "resource \"aws_iam_role_policy\" \"ecr_source\" {
  policy = jsonencode({
    Version = \"2012-10-17\"
    Statement = [
      { Effect = \"Allow\", Action = [\"s3:PutObject\", \"s3:PutObjectAcl\"], Resource = \"${aws_s3_bucket.artifact_store.arn}/*\" },
      { Effect = \"Allow\", Action = [\"kms:GenerateDataKey\"], Resource = aws_kms_key.artifact_store.arn },
    ]
  })
}
";
    let document = "
data \"aws_iam_policy_document\" \"ecr_source_trust\" {
  statement {
    actions = [\"sts:TagSession\"]

    principals {
      type        = \"AWS\"
      identifiers = [aws_iam_role.codepipeline.arn]
    }
  }
}
";
    let diff = repaired(
        "cross-account-ecr",
        &["."],
        &[
            ("override.tf", "", role_policy),
            ("trust_override.tf", "", document),
        ],
    );
    holds(
        &diff,
        &[
            "+++ b/override.tf",
            "+      { Effect = \"Allow\", Action = \"ecr:DescribeImages\"",
            "+++ b/trust_override.tf",
            "+    actions = [\"sts:AssumeRole\"]",
        ],
    );
    assert!(!diff.contains("registry.tf"), "{diff}");
}

const BROKEN_TRUST: (&str, &str, &str) = (
    "registry.tf",
    "identifiers = [aws_iam_role.codepipeline.arn]",
    "identifiers = [\"arn:aws:iam::333333333333:root\"]",
);

/// What is not made has no policy, and what has a role's name has not its trust policy.
#[test]
fn beside_attachments_that_are_not_made() {
    for count in ["count = 0", ""] {
        let attachment = format!(
            "resource \"aws_iam_role_policy_attachment\" \"more\" {{\n  {count}\n  provider = aws.registry\n  role = aws_iam_role.ecr_source.name\n  policy_arn = \"arn:aws:iam::aws:policy/job-function/ViewOnlyAccess\"\n}}\n"
        );
        let edits = [BROKEN_TRUST, ("more.tf", "", attachment.as_str())];
        let edits = if count.is_empty() {
            &edits[..1]
        } else {
            &edits[..]
        };
        let diff = repaired("cross-account-ecr", &["."], edits);
        holds(
            &diff,
            &["+      identifiers = [aws_iam_role.codepipeline.arn]"],
        );
    }
}

/// Of what a condition, `coalesce` or `try` chooses from, the statement goes into what is chosen.
#[test]
fn into_the_document_that_is_taken() {
    let other = "variable \"mfa\" {\n  default = false\n}\ndata \"aws_iam_policy_document\" \"mfa\" {\n  count = var.mfa ? 1 : 0\n  statement {\n    actions = [\"sts:AssumeRole\"]\n    principals {\n      type        = \"AWS\"\n      identifiers = [aws_iam_role.codepipeline.arn]\n    }\n  }\n}\n";
    let trust = "data.aws_iam_policy_document.ecr_source_trust.json";
    for written in [
        format!("var.mfa ? data.aws_iam_policy_document.mfa[0].json : {trust}"),
        format!("coalesce(null, try(data.aws_iam_policy_document.mfa[0].json, {trust}))"),
    ] {
        let assigned = format!(
            "assume_role_policy = {trust}\n  tags               = local.tags\n}}\n\n# The role reads"
        );
        let chosen = assigned.replace(trust, &written);
        let edits = [
            BROKEN_TRUST,
            ("registry.tf", assigned.as_str(), chosen.as_str()),
            ("mfa.tf", "", other),
        ];
        let diff = repaired("cross-account-ecr", &["."], &edits);
        holds(
            &diff,
            &[
                "+++ b/registry.tf",
                "+      identifiers = [aws_iam_role.codepipeline.arn]",
            ],
        );
        lacks(&diff, &["mfa.tf"]);
    }
}

/// A file may say a part of a statement by an expression.
#[test]
fn into_files_with_expressions_between_their_texts() {
    let diff = repaired(
        "policy-files",
        &["."],
        &[("policies/key.json.tftpl", "\"kms:GenerateDataKey*\", ", "")],
    );
    holds(
        &diff,
        &["+++ b/policies/key.json.tftpl", "\"kms:GenerateDataKey\""],
    );
}

/// A module that puts documents together is others' as well: the statement goes into the one that it was given.
/// The example with its bucket policy in a module, which is handed `policy`.
fn with_a_handed_policy(policy: &str) -> String {
    let module = "variable \"bucket\" {\n  type = string\n}\nvariable \"policy\" {\n  type    = string\n  default = \"\"\n}\ndata \"aws_iam_policy_document\" \"combined\" {\n  source_policy_documents = compact([var.policy])\n}\nresource \"aws_s3_bucket_policy\" \"this\" {\n  bucket = var.bucket\n  policy = data.aws_iam_policy_document.combined.json\n}\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples/cross-account-ecr/artifact_store.tf");
    let text = std::fs::read_to_string(path).unwrap();
    let begin = text
        .find("resource \"aws_s3_bucket_policy\" \"artifact_store\"")
        .unwrap();
    let old = &text[begin..];
    let old = &old[..old.find("\n}\n").unwrap() + 3];
    let call = format!(
        "module \"store_policy\" {{\n  source    = \"./modules/policy\"\n  providers = {{ aws = aws.pipeline }}\n  bucket    = aws_s3_bucket.artifact_store.id\n  policy    = {policy}\n}}\n"
    );
    let pipeline = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/cross-account-ecr/pipeline.tf"),
    )
    .unwrap();
    let waits = "aws_s3_bucket_policy.artifact_store";
    assert!(pipeline.contains(waits));
    let diff = repaired(
        "cross-account-ecr",
        &["."],
        &[
            ("modules/policy/main.tf", "", module),
            ("artifact_store.tf", old, &call),
            ("pipeline.tf", waits, "module.store_policy"),
            (
                "artifact_store.tf",
                "\"s3:Get*\", \"s3:Put*\"",
                "\"s3:Get*\"",
            ),
        ],
    );
    holds(&diff, &["+++ b/artifact_store.tf"]);
    lacks(&diff, &["+++ b/modules"]);
    diff
}

#[test]
fn into_documents_that_a_module_was_given() {
    with_a_handed_policy("data.aws_iam_policy_document.artifact_store.json");
}

#[test]
fn into_policies_that_a_module_was_given() {
    let policy = "jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Action = \"s3:Get*\", Principal = { AWS = \"arn:aws:iam::${var.registry_account_id}:root\" }, Resource = \"${aws_s3_bucket.artifact_store.arn}/*\" }] })";
    let diff = with_a_handed_policy(policy);
    holds(
        &diff,
        &[", { Effect = \"Allow\", Principal = { AWS = aws_iam_role.ecr_source.arn }"],
    );
}

/// What is made only when it is applied does not decide beforehand which of two policies is meant.
#[test]
fn into_what_a_made_value_chooses() {
    let from = "  policy   = data.aws_iam_policy_document.codepipeline.json";
    let to = "  policy   = try(aws_kms_key.artifact_store.arn, \"\") != \"\" ? data.aws_iam_policy_document.codepipeline.json : jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Action = \"s3:Nothing\", Resource = \"*\" }] })";
    let diff = repaired(
        "cross-account-ecr",
        &["."],
        &[RELEASE[0], ("pipeline.tf", from, to)],
    );
    holds(&diff, &["+  statement {"]);
}

#[test]
fn as_the_file_is_indented() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/cross-account-ecr/registry.tf");
    let old = std::fs::read_to_string(path).unwrap();
    let wide: String = old
        .replace("[\"ecr:DescribeImages\"]", "[\"ecr:ListImages\"]")
        .split_inclusive('\n')
        .map(|line| {
            let rest = line.trim_start_matches(' ');
            format!("{}{rest}", "  ".repeat(line.len() - rest.len()))
        })
        .collect();
    let diff = repaired("cross-account-ecr", &["."], &[("registry.tf", &old, &wide)]);
    holds(
        &diff,
        &[
            "+    statement {\n+        actions   = [\"ecr:DescribeImages\"]\n+        resources = [aws_ecr_repository.app.arn]\n+    }\n",
        ],
    );
}

/// What is said behind a statement, on its line, is said of that one.
#[test]
fn comments_stay_with_what_they_are_about() {
    for (comma, expected) in [
        (
            "",
            "}, # the last\n+      { Effect = \"Allow\", Principal = { AWS = aws_iam_role.ecr_source.arn }",
        ),
        (
            ",",
            "\n       { Effect = \"Allow\", Principal = { AWS = var.registry_account_id }, Action = \"s3:GetObject\", Resource = \"${aws_s3_bucket.artifact_store.arn}/*\" }, # the last\n+      { Effect = \"Allow\", Principal = { AWS = aws_iam_role.ecr_source.arn }",
        ),
    ] {
        let policy = format!(
            "policy   = jsonencode({{\n    Version = \"2012-10-17\"\n    Statement = [\n      {{ Effect = \"Allow\", Principal = {{ AWS = var.registry_account_id }}, Action = \"s3:GetObject\", Resource = \"${{aws_s3_bucket.artifact_store.arn}}/*\" }}{comma} # the last\n    ]\n  }})"
        );
        let diff = repaired(
            "cross-account-ecr",
            &["."],
            &[(
                "artifact_store.tf",
                "policy   = data.aws_iam_policy_document.artifact_store.json",
                &policy,
            )],
        );
        holds(&diff, &[expected]);
    }
}

/// What a name has under a key is that, and not all that it has.
#[test]
fn into_the_part_of_a_value_that_counts() {
    let statements = "{\n    app = [\n      { Effect = \"Allow\", Principal = { AWS = var.registry_account_id }, Action = \"s3:GetObject\", Resource = \"${aws_s3_bucket.artifact_store.arn}/*\" },\n    ]\n    other = []\n  }";
    let locals = format!(
        "variable \"which\" {{\n  default = \"app\"\n}}\n\nlocals {{\n  statements = {statements}\n}}\n"
    );
    for (key, expected) in [
        (
            "[\"app\"]",
            "      { Effect = \"Allow\", Principal = { AWS = var.registry_account_id }, Action = \"s3:GetObject\", Resource = \"${aws_s3_bucket.artifact_store.arn}/*\" },\n+      { Effect = \"Allow\", Principal = { AWS = aws_iam_role.ecr_source.arn }",
        ),
        (
            ".app",
            "+      { Effect = \"Allow\", Principal = { AWS = aws_iam_role.ecr_source.arn }",
        ),
        // Which it is depends on what is asked for.
        (
            "[var.which]",
            "Statement = flatten([local.statements[var.which], { Effect = \"Allow\", Principal = { AWS = aws_iam_role.ecr_source.arn }",
        ),
    ] {
        let policy = format!(
            "policy   = jsonencode({{ Version = \"2012-10-17\", Statement = local.statements{key} }})"
        );
        let diff = repaired(
            "cross-account-ecr",
            &["."],
            &[
                ("statements.tf", "", &locals),
                (
                    "artifact_store.tf",
                    "policy   = data.aws_iam_policy_document.artifact_store.json",
                    &policy,
                ),
            ],
        );
        holds(&diff, &[expected]);
    }
}

/// The role stands in one directory, and its policy in another one, which only names it.
#[test]
fn into_the_policy_of_a_role_of_another_directory() {
    let role = r#"provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["111111111111"]
}
resource "aws_iam_role" "p" {
  name               = "delivers"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "codepipeline.amazonaws.com" } }] })
}
"#;
    let pipeline = r#"provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["111111111111"]
}
data "aws_iam_role" "p" {
  name = "delivers"
}
resource "aws_iam_role_policy" "p" {
  role   = data.aws_iam_role.p.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "s3:PutObject", Resource = "*" },
  ] })
}
resource "aws_s3_bucket" "store" {
  bucket = "store-111111111111"
}
resource "aws_ecr_repository" "r" {
  name = "app"
}
resource "aws_codepipeline" "p" {
  name     = "app"
  role_arn = data.aws_iam_role.p.arn
  artifact_store {
    location = aws_s3_bucket.store.bucket
    type     = "S3"
  }
  stage {
    name = "Source"
    action {
      name             = "Source"
      category         = "Source"
      owner            = "AWS"
      provider         = "ECR"
      version          = "1"
      output_artifacts = ["src"]
      configuration    = { RepositoryName = aws_ecr_repository.r.name, ImageTag = "latest" }
    }
  }
  stage {
    name = "Approve"
    action {
      name     = "Ok"
      category = "Approval"
      owner    = "AWS"
      provider = "Manual"
      version  = "1"
    }
  }
}
"#;
    let diff = repaired_of(
        None,
        &["a", "b"],
        &[("a/main.tf", "", role), ("b/main.tf", "", pipeline)],
    );
    holds(
        &diff,
        &[
            "+++ b/b/main.tf",
            "+    { Effect = \"Allow\", Action = \"ecr:DescribeImages\", Resource = aws_ecr_repository.r.arn },",
        ],
    );
    lacks(&diff, &["a/a/main.tf", "+resource"]);
}
