//! Repairs of configurations of every shape: each is written where the policy stands, as the file around it is written.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

mod diffs;
mod edited;

use std::path::{Path, PathBuf};

use diffs::{holds, lacks};
use sekisho::rehearse::{Fix, Options, complete, fix, rehearse};
use sekisho_iac::Assignment;

/// A copy of an example with edits, and how it is rehearsed.
fn broken(
    example: &str,
    directories: &[&str],
    edits: &[(&str, &str, &str)],
) -> (tempfile::TempDir, Options) {
    let folder = edited::edited(Some(example), edits);
    let mut options = Options::default();
    options.reading.directories = directories
        .iter()
        .map(|d| folder.path().join(d))
        .collect::<Vec<PathBuf>>();
    (folder, options)
}

/// Breaks an example and repairs it; the diff, without the folder's name.
fn repaired(example: &str, directories: &[&str], edits: &[(&str, &str, &str)]) -> String {
    let (folder, options) = broken(example, directories, edits);
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
            "+  bucket = aws_s3_bucket.this[\"artifacts\"].id",
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
            "Principal = { AWS = \"arn:aws:iam::222222222222:root\" }, Action = \"kms:*\"",
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
            "+    { Effect = \"Allow\", Principal = ",
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
            " }], [{ Effect = \"Allow\", Principal = ",
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
            "+    Statement = [{ Effect = \"Allow\", Principal = { AWS = \"arn:aws:iam::${var.accounts[\"delivery\"]}:root\" }, Action = \"kms:*\", Resource = \"*\" }, { Effect = \"Allow\", Principal = ",
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
            "+  policy = jsonencode({ Version = \"2012-10-17\", Statement = flatten([local.statements, { Effect = \"Allow\", Principal = ",
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
            "+++ b//override.tf",
            "+      { Effect = \"Allow\", Action = \"ecr:DescribeImages\"",
            "+++ b//trust_override.tf",
            "+    actions = [\"sts:AssumeRole\"]",
        ],
    );
    assert!(!diff.contains("registry.tf"), "{diff}");
}

/// A second role that lacks nothing, with `policy` and `trust` as the first has it.
const AUDITOR: &str = "resource \"aws_iam_role\" \"auditor\" {\n  provider           = aws.registry\n  name               = \"auditor\"\n  assume_role_policy = data.aws_iam_policy_document.ecr_source_trust.json\n}\n";

const LACKS: (&str, &str, &str) = (
    "registry.tf",
    "[\"ecr:DescribeImages\"]",
    "[\"ecr:ListImages\"]",
);

#[test]
fn what_another_role_has_as_well_is_left_alone() {
    let own = "+resource \"aws_iam_role_policy\" \"ecr_source_2\" {";
    let policy = "resource \"aws_iam_role_policy\" \"auditor\" {\n  provider = aws.registry\n  name     = \"access\"\n  role     = aws_iam_role.auditor.id\n  policy   = data.aws_iam_policy_document.ecr_source.json\n}\n";
    let document = repaired(
        "cross-account-ecr",
        &["."],
        &[LACKS, ("auditor.tf", "", &format!("{AUDITOR}{policy}"))],
    );
    holds(&document, &[own, "Action = \"ecr:DescribeImages\""]);
    lacks(&document, &["+  statement {"]);
    // A document that another one is made of.
    let made = "data \"aws_iam_policy_document\" \"auditor\" {\n  source_policy_documents = [data.aws_iam_policy_document.ecr_source.json]\n}\n";
    let policy = policy.replace("document.ecr_source.json", "document.auditor.json");
    let source = repaired(
        "cross-account-ecr",
        &["."],
        &[
            LACKS,
            ("auditor.tf", "", &format!("{AUDITOR}{made}{policy}")),
        ],
    );
    holds(&source, &[own]);
    lacks(&source, &["+  statement {"]);
    // A managed policy that both have.
    let inline = "resource \"aws_iam_role_policy\" \"ecr_source\" {\n  provider = aws.registry\n  name     = \"ecr-source\"\n  role     = aws_iam_role.ecr_source.id\n";
    let managed = "resource \"aws_iam_policy\" \"ecr_source\" {\n  provider = aws.registry\n  name     = \"ecr-source\"\n";
    let attachments = "resource \"aws_iam_role_policy_attachment\" \"both\" {\n  provider   = aws.registry\n  for_each   = toset([aws_iam_role.ecr_source.name, aws_iam_role.auditor.name])\n  role       = each.key\n  policy_arn = aws_iam_policy.ecr_source.arn\n}\n";
    let managed = repaired(
        "cross-account-ecr",
        &["."],
        &[
            LACKS,
            ("registry.tf", inline, managed),
            (
                "pipeline.tf",
                "    aws_iam_role_policy.ecr_source,\n",
                "    aws_iam_role_policy_attachment.both,\n",
            ),
            ("auditor.tf", "", &format!("{AUDITOR}{attachments}")),
        ],
    );
    holds(
        &managed,
        &[
            "+resource \"aws_iam_role_policy\" \"ecr_source\" {",
            "+    aws_iam_role_policy.ecr_source,",
        ],
    );
    lacks(&managed, &["+  statement {"]);
}

#[test]
fn a_module_that_is_called_for_others_too_is_left_alone() {
    let module = "variable \"name\" {}\nvariable \"trust\" {}\nvariable \"actions\" {}\n\nresource \"aws_iam_role\" \"this\" {\n  name               = var.name\n  assume_role_policy = var.trust\n}\n\nresource \"aws_iam_role_policy\" \"this\" {\n  name   = \"access\"\n  role   = aws_iam_role.this.id\n  policy = jsonencode({\n    Version   = \"2012-10-17\"\n    Statement = [{ Effect = \"Allow\", Action = var.actions, Resource = \"*\" }]\n  })\n}\n\noutput \"arn\" { value = aws_iam_role.this.arn }\noutput \"id\" { value = aws_iam_role.this.id }\n";
    let call = |name: &str, role: &str, actions: &str| {
        format!(
            "module \"{name}\" {{\n  source    = \"./modules/role\"\n  providers = {{ aws = aws.registry }}\n  name      = {role}\n  trust     = data.aws_iam_policy_document.ecr_source_trust.json\n  actions   = {actions}\n}}\n"
        )
    };
    let role = "resource \"aws_iam_role\" \"ecr_source\" {\n  provider           = aws.registry\n  name               = local.action_role_name\n  description        = \"Assumed by the pipeline of account B to read the repository.\"\n  assume_role_policy = data.aws_iam_policy_document.ecr_source_trust.json\n  tags               = local.tags\n}\n";
    let actions = "[\"s3:PutObject\", \"kms:GenerateDataKey\"]";
    let calls = call("reader", "local.action_role_name", actions);
    let policy = "resource \"aws_iam_role_policy\" \"ecr_source\" {\n  provider = aws.registry\n  name     = \"ecr-source\"\n  role     = aws_iam_role.ecr_source.id\n  policy   = data.aws_iam_policy_document.ecr_source.json\n}\n";
    let edits = [
        ("modules/role/main.tf", "", module),
        ("registry.tf", role, &*calls),
        ("registry.tf", policy, ""),
        (
            "pipeline.tf",
            "aws_iam_role.ecr_source.arn",
            "module.reader.arn",
        ),
        (
            "pipeline.tf",
            "aws_iam_role_policy.ecr_source",
            "module.reader",
        ),
    ];
    // Alone, it is in its module that the statement belongs.
    let alone = repaired("cross-account-ecr", &["."], &edits);
    holds(
        &alone,
        &["+++ b//modules/role/main.tf", "\"ecr:DescribeImages\""],
    );
    let other = call("auditor", "\"auditor\"", "[\"ecr:ListImages\"]");
    let both = [&edits[..], &[("auditor.tf", "", &*other)]].concat();
    let both = repaired("cross-account-ecr", &["."], &both);
    lacks(&both, &["modules/role"]);
    holds(
        &both,
        &[
            "+resource \"aws_iam_role_policy\" \"reader\" {\n+  provider = aws.registry\n",
            "+  role     = module.reader.id\n",
            "Resource = aws_ecr_repository.app.arn",
            "+    aws_iam_role_policy.reader,",
        ],
    );
}

#[test]
fn a_role_that_writes_its_inline_policies_itself_has_no_others() {
    let inline = "  tags               = local.tags\n\n  inline_policy {\n    name   = \"ecr-source\"\n    policy = data.aws_iam_policy_document.ecr_source.json\n  }\n}\n\n# The role reads";
    let policy = "resource \"aws_iam_role_policy\" \"ecr_source\" {\n  provider = aws.registry\n  name     = \"ecr-source\"\n  role     = aws_iam_role.ecr_source.id\n  policy   = data.aws_iam_policy_document.ecr_source.json\n}\n";
    let diff = repaired(
        "cross-account-ecr",
        &["."],
        &[
            LACKS,
            (
                "registry.tf",
                "  tags               = local.tags\n}\n\n# The role reads",
                inline,
            ),
            ("registry.tf", policy, ""),
            ("pipeline.tf", "    aws_iam_role_policy.ecr_source,\n", ""),
        ],
    );
    holds(
        &diff,
        &[
            "+  statement {",
            "+    actions   = [\"ecr:DescribeImages\"]",
        ],
    );
    lacks(&diff, &["+resource"]);
}

/// However somebody else comes by the document, it is left alone.
#[test]
fn what_somebody_else_has_in_any_way_is_left_alone() {
    let open = AUDITOR.strip_suffix("}\n").unwrap();
    let ways = [
        // By way of a map.
        format!(
            "{AUDITOR}locals {{\n  audits = {{ audit = {{ policy = data.aws_iam_policy_document.ecr_source.json }} }}\n}}\nresource \"aws_iam_role_policy\" \"audit\" {{\n  provider = aws.registry\n  for_each = local.audits\n  role     = aws_iam_role.auditor.name\n  policy   = each.value.policy\n}}\n"
        ),
        // Read and written again.
        format!(
            "{AUDITOR}resource \"aws_iam_role_policy\" \"audit\" {{\n  provider = aws.registry\n  role     = aws_iam_role.auditor.name\n  policy   = jsonencode(jsondecode(data.aws_iam_policy_document.ecr_source.json))\n}}\n"
        ),
        // In repeated blocks.
        format!(
            "{open}\n  dynamic \"inline_policy\" {{\n    for_each = {{ audit = data.aws_iam_policy_document.ecr_source.json }}\n    content {{\n      name   = inline_policy.key\n      policy = inline_policy.value\n    }}\n  }}\n}}\n"
        ),
        // A group, be it one that is not made here.
        "resource \"aws_iam_group\" \"auditors\" {\n  provider = aws.registry\n  name     = \"auditors\"\n}\n\nresource \"aws_iam_group_policy\" \"audit\" {\n  provider = aws.registry\n  group    = aws_iam_group.auditors.name\n  policy   = data.aws_iam_policy_document.ecr_source.json\n}\n".to_owned(),
        "resource \"aws_iam_group_policy\" \"audit\" {\n  provider = aws.registry\n  group    = \"auditors\"\n  policy   = data.aws_iam_policy_document.ecr_source.json\n}\n".to_owned(),
    ];
    for way in &ways {
        let edits = [LACKS, ("auditor.tf", "", way)];
        let diff = repaired("cross-account-ecr", &["."], &edits);
        lacks(&diff, &["+  statement {"]);
        holds(
            &diff,
            &["+resource \"aws_iam_role_policy\" \"ecr_source_2\" {"],
        );
    }
}

/// Nor does a managed policy grow that somebody else has, be it as a boundary.
#[test]
fn a_managed_policy_that_somebody_else_has_is_left_alone() {
    const MANAGED: &str = "resource \"aws_iam_policy\" \"read\" {\n  provider = aws.registry\n  name     = \"read\"\n  policy   = data.aws_iam_policy_document.ecr_source.json\n}\n\nresource \"aws_iam_role_policy_attachment\" \"ecr_source\" {\n  provider   = aws.registry\n  role       = aws_iam_role.ecr_source.name\n  policy_arn = aws_iam_policy.read.arn\n}\n";
    let policy = "resource \"aws_iam_role_policy\" \"ecr_source\" {\n  provider = aws.registry\n  name     = \"ecr-source\"\n  role     = aws_iam_role.ecr_source.id\n  policy   = data.aws_iam_policy_document.ecr_source.json\n}\n";
    let user = "resource \"aws_iam_user\" \"auditor\" {\n  provider = aws.registry\n  name     = \"auditor\"\n}\n";
    let attached = format!(
        "{user}resource \"aws_iam_user_policy_attachment\" \"audit\" {{\n  provider   = aws.registry\n  user       = aws_iam_user.auditor.name\n  policy_arn = aws_iam_policy.read.arn\n}}\n"
    );
    let group = attached.replace("user", "group");
    let boundary = user.replace(
        "\"auditor\"\n}",
        "\"auditor\"\n  permissions_boundary = aws_iam_policy.read.arn\n}",
    );
    for other in ["", &*attached, &*group, &*boundary] {
        let all = format!("{MANAGED}{other}");
        let edits = [
            LACKS,
            ("registry.tf", policy, &*all),
            (
                "pipeline.tf",
                "aws_iam_role_policy.ecr_source",
                "aws_iam_role_policy_attachment.ecr_source",
            ),
        ];
        let diff = repaired("cross-account-ecr", &["."], &edits);
        match other {
            // Alone, it takes the statement.
            "" => holds(&diff, &["+  statement {"]),
            _ => {
                lacks(&diff, &["+  statement {"]);
                holds(
                    &diff,
                    &["+resource \"aws_iam_role_policy\" \"ecr_source\" {"],
                );
            }
        }
    }
}

/// Several new resources of one name, and policies that have the name already.
#[test]
fn new_resources_and_policies_have_names_of_their_own() {
    let policy = "\nresource \"aws_iam_role_policy\" \"source\" {\n  provider = aws.images\n  for_each = aws_iam_role.source\n  name     = \"source\"\n  role     = each.value.id\n  policy   = data.aws_iam_policy_document.source[each.key].json\n}\n";
    let diff = repaired(
        "for-each-accounts",
        &["."],
        &[
            ("images.tf", policy, ""),
            ("delivery.tf", "    aws_iam_role_policy.source,\n", ""),
            ("main.tf", "api    =", "api-v1 ="),
            ("main.tf", "worker =", "api_v1 ="),
        ],
    );
    holds(
        &diff,
        &[
            "+resource \"aws_iam_role_policy\" \"source_api_v1\" {",
            "+resource \"aws_iam_role_policy\" \"source_api_v1_2\" {",
        ],
    );
    let named = format!(
        "{AUDITOR}resource \"aws_iam_role_policy\" \"auditor\" {{\n  provider = aws.registry\n  name     = \"needed\"\n  role     = aws_iam_role.auditor.id\n  policy   = data.aws_iam_policy_document.ecr_source.json\n}}\n"
    );
    let diff = repaired(
        "cross-account-ecr",
        &["."],
        &[LACKS, ("auditor.tf", "", &named)],
    );
    holds(&diff, &["+  name     = \"needed-2\"\n"]);
}

/// Who lacks the same action lacks it on something else: what is added for one is not added for the other.
#[test]
fn what_another_lacks_elsewhere_is_left_alone() {
    let copied = "resource \"aws_iam_role_policy\" \"copied\" {\n  provider = aws.pipeline\n  name     = \"copied\"\n  role     = aws_iam_role.codepipeline.id\n  policy   = jsonencode(jsondecode(data.aws_iam_policy_document.ecr_source.json))\n}\n";
    let diff = repaired(
        "cross-account-ecr",
        &["."],
        &[
            (
                "registry.tf",
                "      \"s3:PutObject\",\n      \"s3:PutObjectAcl\"",
                "      \"s3:PutObjectAcl\"",
            ),
            (
                "pipeline.tf",
                "    actions   = [\"s3:PutObject\"]\n",
                "    actions   = [\"s3:GetObject\"]\n",
            ),
            ("copied.tf", "", copied),
        ],
    );
    holds(
        &diff,
        &[
            "+resource \"aws_iam_role_policy\" \"ecr_source_2\" {",
            "Action = \"s3:PutObject\", Resource = \"${aws_s3_bucket.artifact_store.arn}/${var.name}/ImageDefin/*\"",
            "+    actions   = [\"s3:PutObject\"]\n+    resources = [\"${aws_s3_bucket.releases.arn}/",
        ],
    );
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
                "+++ b//registry.tf",
                "+      identifiers = [aws_iam_role.codepipeline.arn]",
            ],
        );
        lacks(&diff, &["mfa.tf"]);
    }
}

/// What is granted is for every execution: placeholders, variables and the files of an archive are another each time.
#[test]
fn for_every_execution() {
    let release = "\n  statement {\n    sid       = \"Release\"\n    actions   = [\"s3:PutObject\"]\n    resources = [\"${aws_s3_bucket.releases.arn}/*\"]\n  }\n";
    for (key, extract, expected) in [
        ("releases/#{Image.ImageTag}", "true", "releases/latest/*"),
        ("releases/#{Image.ImageDigest}", "true", "releases/*/*"),
        (
            "#{codepipeline.PipelineExecutionId}/x-{datetime}.zip",
            "false",
            "*/x-*.zip",
        ),
        // As long as the end of an artifact's key, in another bucket.
        ("d/prod/app.zip", "false", "d/prod/app.zip"),
    ] {
        let configuration = format!("Extract    = \"{extract}\"\n        ObjectKey  = \"{key}\"");
        let edits = [
            ("pipeline.tf", release, ""),
            (
                "pipeline.tf",
                "Extract    = \"true\"\n        ObjectKey  = \"releases/#{Image.ImageTag}\"",
                configuration.as_str(),
            ),
        ];
        let edits: Vec<(&str, &str, &str)> = edits
            .into_iter()
            .map(|(file, from, to)| (file, from, if to.is_empty() { "\n" } else { to }))
            .collect();
        let diff = repaired("cross-account-ecr", &["."], &edits);
        let line = format!("+    resources = [\"${{aws_s3_bucket.releases.arn}}/{expected}\"]");
        holds(&diff, &[line.as_str()]);
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
        &["+++ b//policies/key.json.tftpl", "\"kms:GenerateDataKey\""],
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
    holds(&diff, &["+++ b//artifact_store.tf"]);
    lacks(&diff, &["+++ b//modules"]);
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

const RELEASE: &[(&str, &str, &str)] = &[(
    "pipeline.tf",
    "= [\"s3:PutObject\"]",
    "= [\"s3:PutObjectTagging\"]",
)];

/// A group that another run of Terraform makes does not get what the role lacks.
#[test]
fn beside_what_another_run_gives_to_others() {
    let group = "variable \"production\" {
  default = false
}

resource \"aws_iam_group_policy\" \"shared\" {
  provider = aws.pipeline
  count    = var.production ? 1 : 0
  name     = \"shared\"
  group    = \"operators\"
  policy   = data.aws_iam_policy_document.codepipeline.json
}
";
    let diff = repaired(
        "cross-account-ecr",
        &["."],
        &[RELEASE[0], ("group.tf", "", group)],
    );
    holds(
        &diff,
        &["+resource \"aws_iam_role_policy\" \"codepipeline_2\" {"],
    );
    // What no run makes is nobody.
    let never = group.replace("var.production ? 1 : 0", "0");
    let diff = repaired(
        "cross-account-ecr",
        &["."],
        &[RELEASE[0], ("group.tf", "", &never)],
    );
    assert!(!diff.contains("+resource"), "{diff}");
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
fn a_role_that_is_made_after_the_policy_is_named_by_its_account() {
    let role = "  assume_role_policy = data.aws_iam_policy_document.ecr_source_trust.json\n";
    let inline = format!(
        "{role}  inline_policy {{\n    name   = \"ecr-source\"\n    policy = data.aws_iam_policy_document.ecr_source.json\n  }}\n"
    );
    let separate = "resource \"aws_iam_role_policy\" \"ecr_source\" {\n  provider = aws.registry\n  name     = \"ecr-source\"\n  role     = aws_iam_role.ecr_source.id\n  policy   = data.aws_iam_policy_document.ecr_source.json\n}\n";
    let diff = repaired(
        "cross-account-ecr",
        &["."],
        &[
            ("registry.tf", role, &inline),
            ("registry.tf", separate, ""),
            ("pipeline.tf", "    aws_iam_role_policy.ecr_source,\n", ""),
            // The role's own policy refers to the key all the same.
            ("registry.tf", "      \"kms:GenerateDataKey*\",\n", ""),
            (
                "artifact_store.tf",
                "        format(\"arn:aws:iam::%s:root\", var.registry_account_id),\n        aws_iam_role.codepipeline.arn,\n",
                "        aws_iam_role.codepipeline.arn,\n",
            ),
        ],
    );
    holds(
        &diff,
        &[
            "identifiers = [\"arn:aws:iam::${var.registry_account_id}:root\"]",
            "variable = \"aws:PrincipalArn\"",
            "+    actions   = [\"kms:GenerateDataKey\"]\n+    resources = [aws_kms_key.artifact_store.arn]",
            "values   = [\"arn:aws:iam::${var.registry_account_id}:role/${var.name}-ecr-source\"]",
        ],
    );
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

/// What may be there or not is named so that nothing fails where it is not.
#[test]
fn what_there_may_be_none_of_is_named_all_the_same() {
    let edits = [
        LACKS,
        (
            "registry.tf",
            "resource \"aws_ecr_repository\" \"app\" {\n",
            "variable \"make\" {\n  default = true\n}\n\nresource \"aws_ecr_repository\" \"app\" {\n  count                = var.make ? 1 : 0\n",
        ),
        (
            "registry.tf",
            "  repository = aws_ecr_repository.app.name\n",
            "  count      = var.make ? 1 : 0\n  repository = aws_ecr_repository.app[count.index].name\n",
        ),
        (
            "outputs.tf",
            "aws_ecr_repository.app.repository_url",
            "one(aws_ecr_repository.app[*].repository_url)",
        ),
    ];
    let diff = repaired("cross-account-ecr", &["."], &edits);
    holds(
        &diff,
        &["+    resources = [join(\"\", aws_ecr_repository.app[*].arn)]"],
    );
    // A number that is written down is one.
    let mut one = edits;
    one[1].2 = "resource \"aws_ecr_repository\" \"app\" {\n  count                = 1\n";
    one[2].2 = "  repository = aws_ecr_repository.app[0].name\n";
    let diff = repaired("cross-account-ecr", &["."], &one);
    holds(&diff, &["+    resources = [aws_ecr_repository.app[0].arn]"]);
}

/// What is written holds for other values of the variables, too.
#[test]
fn a_repair_names_variables_that_have_a_text_of_their_own() {
    let release = "\n  statement {\n    sid       = \"Release\"\n    actions   = [\"s3:PutObject\"]\n    resources = [\"${aws_s3_bucket.releases.arn}/*\"]\n  }\n";
    let edits = [
        LACKS,
        ("pipeline.tf", release, "\n"),
        ("registry.tf", "      \"s3:PutObject\",\n", ""),
    ];
    let (folder, options) = broken("cross-account-ecr", &["."], &edits);
    let outcome = rehearse(&options, &mut |_| {}).unwrap();
    let completion = complete(&options, &outcome).unwrap();
    let fixed = fix(&options, &completion).unwrap();
    holds(
        &fixed.diff(),
        &["artifact_store.arn}/${var.name}/ImageDefin/*"],
    );
    lacks(&fixed.diff(), &["delivery", "111111111111"]);
    fixed.write().unwrap();
    for (name, value) in [("name", "another"), ("repository_name", "team/other")] {
        let mut other = options.clone();
        let assigned = Assignment::Variable(name.to_owned(), value.to_owned());
        other.reading.assignments.push(assigned);
        let again = rehearse(&other, &mut |_| {}).unwrap();
        assert!(again.passes(), "{name} = {value}: {:?}", again.denials);
    }
    drop(folder);
    // What an ARN's parts and services are called is no variable's, whatever its value.
    let trust = [
        (
            "variables.tf",
            "",
            "\nvariable \"of\" {\n  default = \"codepipeline\"\n}\n\nvariable \"kind\" {\n  default = \"repository\"\n}\n",
        ),
        (
            "pipeline.tf",
            "Principal = { Service = \"codepipeline.amazonaws.com\" }",
            "Principal = { Service = \"ec2.amazonaws.com\" }",
        ),
    ];
    let diff = repaired("cross-account-ecr", &["."], &trust);
    holds(&diff, &["\"codepipeline.amazonaws.com\""]);
    lacks(&diff, &["var.of", "var.kind"]);
}
