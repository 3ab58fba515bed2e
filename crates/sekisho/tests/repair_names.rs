//! What repairs call things, so that they hold for other executions, values and orders.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

mod diffs;
mod edited;
mod repaired;

use diffs::{holds, lacks};
use repaired::{AUDITOR, LACKS, broken, repaired, repaired_of};
use sekisho::rehearse::{complete, fix, rehearse};
use sekisho_iac::Assignment;

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
            // What is written over several lines is not written twice.
            (
                "images.tf",
                "  for_each           = var.services\n  name               = \"source-${each.key}\"\n",
                "  for_each = {\n    for name, service in var.services : name => service\n  }\n  name               = \"source-${each.key}\"\n",
            ),
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

/// The path of an artifact has the beginnings of two names in it: where these are made of variables, so is the path.
#[test]
fn the_path_of_an_artifact_is_made_of_its_names() {
    let made = |name: &str| {
        repaired(
            "cross-account-ecr",
            &["."],
            &[
                ("variables.tf", "\"ImageDefinition\"", name),
                ("registry.tf", "      \"s3:PutObject\",\n", ""),
            ],
        )
    };
    let told = made("\"image-of-${var.name}\"");
    holds(
        &told,
        &["/${substr(local.image_artifacts_name, 0, 10)}/*\"]"],
    );
    let plain = made("\"image-of-it\"");
    holds(&plain, &["/image-of-i/*\"]"]);
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
            "values   = [\"arn:aws:iam::${var.registry_account_id}:role/${local.action_role_name}\"]",
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
    // A local value that says what is there in any case is better than an empty text.
    let diff = repaired("cross-account-ecr", &["."], &edits);
    holds(&diff, &["+    resources = [local.repository_arn]"]);
    let mut alone = edits.to_vec();
    alone.push(("variables.tf", ":repository/%s\"", ":repository/%s*\""));
    let diff = repaired("cross-account-ecr", &["."], &alone);
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
    let (folder, options) = broken(Some("cross-account-ecr"), &["."], &edits);
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

/// What has a key of its own is compared by its address, of which the key is a part.
#[test]
fn a_document_that_names_what_is_made_for_each_can_be_added_to() {
    let (folder, options) = broken(
        Some("cross-account-ecr"),
        &["."],
        &[("registry.tf", "      \"kms:GenerateDataKey*\",\n", "")],
    );
    for file in ["artifact_store.tf", "pipeline.tf", "registry.tf"] {
        let path = folder.path().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        let block = "resource \"aws_kms_key\" \"artifact_store\" {\n";
        let text = text
            .replace(
                "aws_kms_key.artifact_store.",
                "aws_kms_key.artifact_store[\"x\"].",
            )
            .replace(block, &format!("{block}  for_each = toset([\"x\"])\n"));
        std::fs::write(path, text).unwrap();
    }
    let outcome = rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"));
    let completion = complete(&options, &outcome).unwrap();
    let fixed = fix(&options, &completion).unwrap();
    assert!(fixed.passes, "{}\n{:?}", fixed.diff(), fixed.unwritten);
    holds(
        &fixed.diff(),
        &["+    resources = [aws_kms_key.artifact_store[\"x\"].arn]"],
    );
    lacks(&fixed.diff(), &["+resource"]);
}

/// What a provider makes up is another on AWS.
#[test]
fn what_is_made_up_at_random_is_named() {
    let read = "      \"s3:GetObject\",\n";
    let edits = [
        ("pipeline.tf", read, ""),
        (
            "pipeline.tf",
            "  name     = var.name\n",
            "  name     = random_pet.name.id\n",
        ),
        ("random.tf", "", "resource \"random_pet\" \"name\" {}\n"),
        // That a tag says the same is chance.
        (
            "variables.tf",
            "Project = var.name",
            "Project = random_pet.name.id",
        ),
    ];
    let diff = repaired("cross-account-ecr", &["."], &edits);
    holds(
        &diff,
        &["artifact_store.arn}/${random_pet.name.id}/ImageDefin/*\"]"],
    );
}

/// The index of one block says nothing of another.
#[test]
fn an_index_is_of_its_own_block() {
    let edits = [
        LACKS,
        (
            "registry.tf",
            "resource \"aws_ecr_repository\" \"app\" {\n",
            "resource \"aws_ecr_repository\" \"app\" {\n  count                = length([\"app\"])\n",
        ),
        (
            "registry.tf",
            "  repository = aws_ecr_repository.app.name\n",
            "  repository = aws_ecr_repository.app[0].name\n",
        ),
        (
            "outputs.tf",
            "aws_ecr_repository.app.repository_url",
            "aws_ecr_repository.app[0].repository_url",
        ),
        (
            "registry.tf",
            "data \"aws_iam_policy_document\" \"ecr_source\" {\n",
            "data \"aws_iam_policy_document\" \"ecr_source\" {\n  count = var.name == \"\" ? 0 : 1\n",
        ),
        (
            "registry.tf",
            "data.aws_iam_policy_document.ecr_source.json",
            "data.aws_iam_policy_document.ecr_source[0].json",
        ),
    ];
    let diff = repaired("cross-account-ecr", &["."], &edits);
    holds(&diff, &["+    resources = [aws_ecr_repository.app[0].arn]"]);
    lacks(&diff, &["count.index"]);
}

/// The id of a key is another on AWS: it is named through whatever module has it, or not at all.
#[test]
fn the_id_of_a_key_is_never_written() {
    let key = "resource \"aws_kms_key\" \"artifact_store\" {\n  provider                = aws.pipeline\n  description             = \"Encrypts the artifacts that cross accounts.\"\n  deletion_window_in_days = 7\n  enable_key_rotation     = true\n  policy                  = data.aws_iam_policy_document.cross_account_key_policy.json\n  tags                    = local.tags\n}\n";
    for (repeated, name, outputs, written) in [
        (
            "count = 1",
            "module.key[0]",
            true,
            Some("module.key[0].arn"),
        ),
        (
            "for_each = toset([\"a\"])",
            "module.key[\"a\"]",
            true,
            Some("module.key[\"a\"].arn"),
        ),
        // The only one of a list has a name, too; of several none is meant.
        (
            "count = 1",
            "module.key[0]",
            false,
            Some("module.key[0].arns[0]"),
        ),
        ("count = 1", "module.key[0].several", false, None),
    ] {
        let call = format!(
            "module \"key\" {{\n  source    = \"./key\"\n  {repeated}\n  policy    = data.aws_iam_policy_document.cross_account_key_policy.json\n  providers = {{ aws = aws.pipeline }}\n}}\n"
        );
        let output = if outputs {
            "output \"arn\" {\n  value = aws_kms_key.this.arn\n}\n"
        } else {
            "output \"arns\" {\n  value = [aws_kms_key.this.arn]\n}\noutput \"several\" {\n  value = { arns = [aws_kms_key.this.arn, \"arn:aws:kms:us-east-1:111111111111:key/x\"], id = aws_kms_key.this.key_id }\n}\n"
        };
        let module = format!(
            "terraform {{\n  required_providers {{\n    aws = {{ source = \"hashicorp/aws\" }}\n  }}\n}}\nvariable \"policy\" {{}}\nresource \"aws_kms_key\" \"this\" {{\n  policy = var.policy\n}}\noutput \"id\" {{\n  value = aws_kms_key.this.key_id\n}}\n{output}"
        );
        let arn = if outputs {
            format!("{name}.arn")
        } else {
            format!("{name}.arns[0]")
        };
        let id = format!("{name}.id");
        let module = match written {
            Some(_) => module,
            None => module.replace("  value = [aws_kms_key.this.arn]\n", "  value = []\n"),
        };
        let edits = [
            ("artifact_store.tf", key, call.as_str()),
            (
                "artifact_store.tf",
                "aws_kms_key.artifact_store.key_id",
                id.as_str(),
            ),
            (
                "artifact_store.tf",
                "aws_kms_key.artifact_store.arn",
                arn.as_str(),
            ),
            (
                "pipeline.tf",
                "aws_kms_key.artifact_store.arn",
                arn.as_str(),
            ),
            (
                "registry.tf",
                "aws_kms_key.artifact_store.arn",
                arn.as_str(),
            ),
            ("registry.tf", "      \"kms:GenerateDataKey*\",\n", ""),
            ("key/main.tf", "", module.as_str()),
        ];
        let (_folder, options) = broken(Some("cross-account-ecr"), &["."], &edits);
        let outcome = rehearse(&options, &mut |_| {}).unwrap();
        let completion = complete(&options, &outcome).unwrap();
        let fixed = fix(&options, &completion).unwrap();
        lacks(&fixed.diff(), &["key/"]);
        assert_eq!(fixed.passes, written.is_some(), "{:?}", fixed.unwritten);
        if let Some(written) = written {
            holds(&fixed.diff(), &[&format!("+    resources = [{written}]")]);
        }
    }
}

/// What people indent as they like stays so, and what is added stands as what is there does.
#[test]
fn indentation_is_the_user_s() {
    let document = [
        LACKS,
        (
            "registry.tf",
            "    resources = [aws_kms_key.artifact_store.arn]\n  }\n}\n",
            "    resources = [aws_kms_key.artifact_store.arn]\n  }\n }\n",
        ),
    ];
    let diff = repaired("cross-account-ecr", &["."], &document);
    holds(&diff, &["\n   }\n+\n+  statement {", "\n+  }\n  }\n"]);
    let heredoc = [(
        "pipeline.tf",
        "  policy   = data.aws_iam_policy_document.codepipeline.json\n",
        "  policy   = <<-EOF\n  {\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n        {\n          \"Effect\": \"Allow\",\n          \"Action\": [\"s3:*\", \"kms:*\"],\n          \"Resource\": \"*\"\n        }\n  ]\n  }\n  EOF\n",
    )];
    let diff = repaired("cross-account-ecr", &["."], &heredoc);
    holds(
        &diff,
        &["\n+        },\n+        { \"Effect\": \"Allow\", \"Action\": \"sts:AssumeRole\""],
    );
}

/// The name of a pipeline for each of several, in the policy of a role that all of them have.
#[test]
fn the_name_of_one_of_several_pipelines_is_made_of_its_key() {
    let config = |repeated: &str, name: &str| {
        format!(
            r#"provider "aws" {{
  region              = "eu-west-1"
  allowed_account_ids = ["111111111111"]
}}
variable "env" {{
  default = "dev"
}}
resource "aws_s3_bucket" "store" {{
  bucket = "store-111111111111"
}}
resource "aws_ecr_repository" "r" {{
  name = "app"
}}
resource "aws_iam_role" "p" {{
  name               = "p"
  assume_role_policy = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Action = "sts:AssumeRole", Principal = {{ Service = "codepipeline.amazonaws.com" }} }}] }})
}}
resource "aws_iam_role_policy" "p" {{
  role   = aws_iam_role.p.id
  policy = jsonencode({{ Version = "2012-10-17", Statement = [
    {{ Effect = "Allow", Action = "ecr:DescribeImages", Resource = "*" }},
  ] }})
}}
resource "aws_codepipeline" "p" {{
  {repeated}
  name     = {name}
  role_arn = aws_iam_role.p.arn
  artifact_store {{
    location = aws_s3_bucket.store.bucket
    type     = "S3"
  }}
  stage {{
    name = "Source"
    action {{
      name             = "Source"
      category         = "Source"
      owner            = "AWS"
      provider         = "ECR"
      version          = "1"
      output_artifacts = ["src"]
      configuration    = {{ RepositoryName = aws_ecr_repository.r.name, ImageTag = "latest" }}
    }}
  }}
  stage {{
    name = "Approve"
    action {{
      name     = "Ok"
      category = "Approval"
      owner    = "AWS"
      provider = "Manual"
      version  = "1"
    }}
  }}
}}
"#
        )
    };
    for (repeated, name, expected) in [
        (
            "for_each = toset([\"api\", \"web\"])",
            "\"${each.key}-${var.env}\"",
            ["/api-${var.env}/src/*\"", "/web-${var.env}/src/*\""],
        ),
        (
            "count = 2",
            "\"app-${var.env}-${count.index}\"",
            ["/app-${var.env}-0/src/*\"", "/app-${var.env}-1/src/*\""],
        ),
        (
            "for_each = { api = 1, web = 2 }",
            "format(\"%s-%s\", each.key, var.env)",
            [
                "/${format(\"%s-%s\", \"api\", var.env)}/src/*\"",
                "/${format(\"%s-%s\", \"web\", var.env)}/src/*\"",
            ],
        ),
        // Nothing but the key is the text that it is.
        (
            "for_each = toset([\"api\", \"web\"])",
            "each.key",
            ["/api/src/*\"", "/web/src/*\""],
        ),
    ] {
        let text = config(repeated, name);
        let diff = repaired_of(None, &["."], &[("main.tf", "", &text)]);
        let store = "Resource = \"${aws_s3_bucket.store.arn}";
        let expected = expected.map(|path| format!("{store}{path}"));
        holds(&diff, &[&expected[0], &expected[1]]);
    }
}

/// What happens to have the same text tells nothing of what a statement is about: what the delivery is made of does. A part of a
/// map that is looked up by a variable is the one of today.
#[test]
fn names_are_of_what_a_delivery_is_made_of() {
    let elsewhere = "variable \"branch\" {\n  default = \"delivery-main\"\n}\nvariable \"teams\" {\n  default = { a = \"delivery-main\", b = \"other\" }\n}\nvariable \"team\" {\n  default = \"a\"\n}\noutput \"team\" {\n  value = \"${var.branch} ${var.teams[var.team]}\"\n}\n";
    let name = "  name     = var.name\n  role_arn";
    let diff = repaired(
        "cross-account-ecr",
        &["."],
        &[
            ("elsewhere.tf", "", elsewhere),
            (
                "pipeline.tf",
                name,
                "  name     = join(\"-\", [var.name, \"main\"])\n  role_arn",
            ),
            (
                "pipeline.tf",
                "      \"s3:GetObject\",\n      \"s3:GetObjectVersion\",\n      \"s3:PutObject\",\n    ]\n    resources = [\"${aws_s3_bucket.artifact_store.arn}/*\"]",
                "      \"s3:PutObject\",\n    ]\n    resources = [\"${aws_s3_bucket.artifact_store.arn}/*\"]",
            ),
        ],
    );
    lacks(&diff, &["var.branch", "var.teams", "var.team"]);
    let accounts = "variable \"env\" {\n  default = \"dev\"\n}\nvariable \"accounts\" {\n  default = { dev = \"222222222222\", prod = \"444444444444\" }\n}\nlocals {\n  account_id = var.accounts[var.env]\n}\n";
    let diff = repaired(
        "cross-account-ecr",
        &["."],
        &[
            ("accounts.tf", "", accounts),
            (
                "providers.tf",
                "[var.pipeline_account_id]",
                "[local.account_id]",
            ),
            (
                "artifact_store.tf",
                "  policy                  = data.aws_iam_policy_document.cross_account_key_policy.json\n",
                "",
            ),
        ],
    );
    holds(
        &diff,
        &["+resource \"aws_kms_key_policy\" \"artifact_store\" {"],
    );
    lacks(&diff, &["var.accounts", "iam::222222222222:root"]);
}
