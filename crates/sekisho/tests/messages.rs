//! Every message as a whole: what a command prints, on both streams, with its exit code. `UPDATE=1 cargo test` writes
//! `messages/*.txt` anew; a change there is a change of what people read, and is reviewed as one.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says what it expects by failing"
)]

#[path = "message_cases/beyond.rs"]
mod beyond;
mod edited;

use std::path::{Path, PathBuf};
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

struct Case {
    name: &'static str,
    /// The example that is copied; none for an empty directory.
    example: Option<&'static str>,
    /// File, from, to; a file that is not there is made of `to`.
    edits: &'static [(&'static str, &'static str, &'static str)],
    /// `DIR` stands for the directory.
    arguments: &'static [&'static str],
}

const ECR: Option<&str> = Some("cross-account-ecr");
const TWO: Option<&str> = Some("two-directories");
const REHEARSE: &[&str] = &["rehearse", "-q", "DIR"];
const BOTH: &[&str] = &["rehearse", "-q", "DIR/registry", "DIR/pipeline"];

const fn broken(
    name: &'static str,
    edits: &'static [(&'static str, &'static str, &'static str)],
) -> Case {
    Case {
        name,
        example: ECR,
        edits,
        arguments: REHEARSE,
    }
}

const fn alone(
    name: &'static str,
    text: &'static [(&'static str, &'static str, &'static str)],
) -> Case {
    Case {
        name,
        example: None,
        edits: text,
        arguments: REHEARSE,
    }
}

/// The pipeline's role may not release.
const RELEASE: (&str, &str, &str) = (
    "pipeline.tf",
    "= [\"s3:PutObject\"]",
    "= [\"s3:PutObjectTagging\"]",
);
/// The action role's trust lets nobody take it.
const TRUST: (&str, &str, &str) = (
    "registry.tf",
    "actions = [\"sts:AssumeRole\"]",
    "actions = [\"sts:TagSession\"]",
);
/// A role with the same trust, which lacks nothing.
const AUDITOR: (&str, &str, &str) = (
    "auditor.tf",
    "",
    "resource \"aws_iam_role\" \"auditor\" {\n  provider           = aws.registry\n  name               = \"auditor\"\n  assume_role_policy = data.aws_iam_policy_document.ecr_source_trust.json\n}\n",
);

/// A stage whose action is not run here, before the release; the release takes what it makes.
const BUILD: &[(&str, &str, &str)] = &[
    (
        "pipeline.tf",
        "  stage {\n    name = \"Deploy\"\n",
        "  stage {\n    name = \"Build\"\n\n    action {\n      name             = \"Unpack\"\n      category         = \"Build\"\n      owner            = \"AWS\"\n      provider         = \"CodeBuild\"\n      version          = \"1\"\n      input_artifacts  = [local.image_artifacts_name]\n      output_artifacts = [\"unpacked\"]\n\n      configuration = {\n        ProjectName = \"unpack\"\n      }\n    }\n  }\n\n  stage {\n    name = \"Deploy\"\n",
    ),
    (
        "pipeline.tf",
        "      input_artifacts = [local.image_artifacts_name]\n\n      configuration = {\n        BucketName",
        "      input_artifacts = [\"unpacked\"]\n\n      configuration = {\n        BucketName",
    ),
    (
        "pipeline.tf",
        "= [\"s3:PutObject\"]",
        "= [\"s3:PutObjectTagging\"]",
    ),
];

const CASES: &[Case] = &[
    Case {
        name: "passes",
        example: ECR,
        edits: &[],
        arguments: REHEARSE,
    },
    broken(
        "values-that-nothing-reads",
        &[(
            "outputs.tf",
            "output \"pipeline_arn\" {",
            "locals {\n  owners = { for name in [\"a\", \"a\"] : name => 1 }\n}\n\noutput \"next\" {\n  value = 1 + \"a\"\n}\n\noutput \"not_known_here\" {\n  value = aws_codepipeline.this.trigger_all\n}\n\noutput \"pipeline_arn\" {",
        )],
    ),
    broken(
        "missing-identity-policy",
        &[(
            "registry.tf",
            "[\"ecr:DescribeImages\"]",
            "[\"ecr:ListImages\"]",
        )],
    ),
    broken(
        "repository-in-another-region",
        &[(
            "providers.tf",
            "  alias               = \"registry\"\n  region              = var.region\n",
            "  alias               = \"registry\"\n  region              = \"eu-west-1\"\n",
        )],
    ),
    broken(
        "boundary-of-somebody-else",
        &[(
            "registry.tf",
            "  description        = \"Assumed by the pipeline of account B to read the repository.\"\n",
            "  permissions_boundary = \"arn:aws:iam::111111111111:policy/team/boundary\"\n",
        )],
    ),
    broken(
        "boundary-that-is-given",
        &[
            (
                "registry.tf",
                "  description        = \"Assumed by the pipeline of account B to read the repository.\"\n",
                "  permissions_boundary = \"arn:aws:iam::111111111111:policy/team/boundary\"\n",
            ),
            (
                "sekisho.toml",
                "",
                "[policies]\n\"arn:aws:iam::111111111111:policy/team/boundary\" = \"boundary.json\"\n",
            ),
            (
                "boundary.json",
                "",
                "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Images\",\"Effect\":\"Allow\",\"Action\":[\"ecr:*\",\"s3:*\"],\"Resource\":\"*\"}]}",
            ),
        ],
    ),
    broken(
        "boundary-that-denies",
        &[
            (
                "registry.tf",
                "  description        = \"Assumed by the pipeline of account B to read the repository.\"\n",
                "  permissions_boundary = \"arn:aws:iam::111111111111:policy/team/boundary\"\n",
            ),
            (
                "sekisho.toml",
                "",
                "[policies]\n\"arn:aws:iam::111111111111:policy/team/boundary\" = \"boundary.json\"\n",
            ),
            (
                "boundary.json",
                "",
                "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"},\n    {\"Effect\": \"Deny\", \"Action\": \"kms:*\", \"Resource\": \"*\"}\n  ]\n}\n",
            ),
        ],
    ),
    broken(
        "organization-not-said",
        &[(
            "registry.tf",
            "      identifiers = [aws_iam_role.codepipeline.arn]\n    }\n",
            "      identifiers = [aws_iam_role.codepipeline.arn]\n    }\n    condition {\n      test     = \"StringEquals\"\n      variable = \"aws:PrincipalOrgID\"\n      values   = [\"o-a1b2c3d4e5\"]\n    }\n",
        )],
    ),
    broken(
        "organization",
        &[
            (
                "registry.tf",
                "      identifiers = [aws_iam_role.codepipeline.arn]\n    }\n",
                "      identifiers = [aws_iam_role.codepipeline.arn]\n    }\n    condition {\n      test     = \"StringEquals\"\n      variable = \"aws:PrincipalOrgID\"\n      values   = [data.aws_organizations_organization.own.id]\n    }\n",
            ),
            (
                "organization.tf",
                "",
                "data \"aws_organizations_organization\" \"own\" {\n  provider = aws.registry\n}\n",
            ),
            (
                "sekisho.toml",
                "",
                "[organization]\nid = \"o-a1b2c3d4e5\"\nmanagement_account = \"333333333333\"\nservice_control_policies = [\"scp.json\"]\n",
            ),
            (
                "scp.json",
                "",
                "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"NoRoot\",\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{\"ArnLike\":{\"aws:PrincipalArn\":\"arn:aws:iam::*:root\"}}}]}",
            ),
        ],
    ),
    broken(
        "organization-without-a-path",
        &[
            (
                "registry.tf",
                "      identifiers = [aws_iam_role.codepipeline.arn]\n    }\n",
                "      identifiers = [aws_iam_role.codepipeline.arn]\n    }\n    condition {\n      test     = \"ForAnyValue:StringLike\"\n      variable = \"aws:PrincipalOrgPaths\"\n      values   = [\"o-a1b2c3d4e5/r-ab12/*\"]\n    }\n",
            ),
            (
                "sekisho.toml",
                "",
                "[organization]\nid = \"o-a1b2c3d4e5\"\n[organization.members.444444444444]\n",
            ),
        ],
    ),
    broken(
        "organization-with-a-bad-policy",
        &[
            (
                "sekisho.toml",
                "",
                "[organization]\nid = \"o-a1b2c3d4e5\"\nservice_control_policies = [\"scp.json\"]\n",
            ),
            (
                "scp.json",
                "",
                "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"ecr:*\",\"Resource\":\"*\"}]}",
            ),
        ],
    ),
    broken(
        "organization-allows-too-little",
        &[
            (
                "sekisho.toml",
                "",
                "[organization]\nid = \"o-a1b2c3d4e5\"\n[organization.members.111111111111]\nservice_control_policies = [\"scp.json\"]\n[organization.members.222222222222]\n",
            ),
            (
                "scp.json",
                "",
                "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"s3:*\",\"ecr:*\",\"sts:*\"],\"Resource\":\"*\"}]}",
            ),
        ],
    ),
    broken(
        "organization-denies",
        &[
            (
                "sekisho.toml",
                "",
                "[organization]\nid = \"o-a1b2c3d4e5\"\nresource_control_policies = [\"rcp.json\"]\n",
            ),
            (
                "rcp.json",
                "",
                "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Perimeter\",\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"kms:*\",\"Resource\":\"*\",\"Condition\":{\"StringNotEqualsIfExists\":{\"aws:PrincipalOrgID\":\"o-another0rg\"},\"BoolIfExists\":{\"aws:PrincipalIsAWSService\":\"false\"}}}]}",
            ),
        ],
    ),
    broken(
        "missing-trust",
        &[(
            "registry.tf",
            "identifiers = [aws_iam_role.codepipeline.arn]",
            "identifiers = [\"arn:aws:iam::333333333333:root\"]",
        )],
    ),
    broken(
        "missing-bucket-policy",
        &[(
            "artifact_store.tf",
            "actions   = [\"s3:Get*\", \"s3:Put*\"]",
            "actions   = [\"s3:Get*\"]",
        )],
    ),
    broken(
        "missing-key-policy",
        &[(
            "artifact_store.tf",
            "        format(\"arn:aws:iam::%s:root\", var.registry_account_id),\n        aws_iam_role.codepipeline.arn,\n",
            "        aws_iam_role.codepipeline.arn,\n",
        )],
    ),
    broken(
        "several-at-once",
        &[
            (
                "registry.tf",
                "[\"ecr:DescribeImages\"]",
                "[\"ecr:ListImages\"]",
            ),
            ("registry.tf", "      \"s3:PutObject\",\n", ""),
            (
                "artifact_store.tf",
                "actions   = [\"s3:Get*\", \"s3:Put*\"]",
                "actions   = [\"s3:Get*\"]",
            ),
        ],
    ),
    broken(
        "explicit-deny",
        &[(
            "artifact_store.tf",
            "      values   = [\"aws:kms\"]",
            "      values   = [\"AES256\"]",
        )],
    ),
    broken(
        "policy-without-a-statement",
        &[(
            "registry.tf",
            "  policy   = data.aws_iam_policy_document.ecr_source.json",
            "  policy   = jsonencode({ Version = \"2012-10-17\", Statement = [] })",
        )],
    ),
    broken(
        "default-key",
        &[
            (
                "pipeline.tf",
                "    encryption_key {\n      id   = aws_kms_key.artifact_store.arn\n      type = \"KMS\"\n    }\n",
                "",
            ),
            (
                "artifact_store.tf",
                "      sse_algorithm     = \"aws:kms\"\n      kms_master_key_id = aws_kms_key.artifact_store.arn",
                "      sse_algorithm = \"aws:kms\"",
            ),
        ],
    ),
    broken(
        "bare-key-id",
        &[(
            "pipeline.tf",
            "      id   = aws_kms_key.artifact_store.arn",
            "      id   = aws_kms_key.artifact_store.key_id",
        )],
    ),
    broken(
        "alias-across-accounts",
        &[(
            "pipeline.tf",
            "      id   = aws_kms_key.artifact_store.arn",
            "      id   = aws_kms_alias.artifact_store.name",
        )],
    ),
    broken(
        "action-role-forgotten",
        &[(
            "pipeline.tf",
            "      role_arn         = aws_iam_role.ecr_source.arn\n",
            "",
        )],
    ),
    broken(
        "no-such-repository",
        &[(
            "pipeline.tf",
            "        RepositoryName = var.repository_name",
            "        RepositoryName = \"team/other\"",
        )],
    ),
    Case {
        name: "no-image",
        example: ECR,
        edits: &[],
        arguments: &["rehearse", "-q", "--no-image", "DIR"],
    },
    broken(
        "principal-that-does-not-exist",
        &[(
            "registry.tf",
            "identifiers = [aws_iam_role.codepipeline.arn]",
            "identifiers = [\"arn:aws:iam::222222222222:role/not-there\"]",
        )],
    ),
    broken(
        "principals-that-do-not-exist",
        &[(
            "registry.tf",
            "identifiers = [aws_iam_role.codepipeline.arn]",
            "identifiers = [\"arn:aws:iam::222222222222:role/dev\", \"arn:aws:iam::222222222222:role/prod\", \"arn:aws:iam::111111111111:user/ci\"]",
        )],
    ),
    broken(
        "principal-with-a-wildcard",
        &[(
            "registry.tf",
            "identifiers = [aws_iam_role.codepipeline.arn]",
            "identifiers = [\"arn:aws:sts::222222222222:assumed-role/delivery/*\"]",
        )],
    ),
    broken(
        "role-that-is-on-aws",
        &[
            (
                "pipeline.tf",
                "role_arn         = aws_iam_role.ecr_source.arn",
                "role_arn         = \"arn:aws:iam::111111111111:role/central/source\"",
            ),
            (
                "sekisho.toml",
                "",
                "roles = [\"arn:aws:iam::111111111111:role/central/source\"]\n",
            ),
        ],
    ),
    broken(
        "no-such-role",
        &[(
            "pipeline.tf",
            "role_arn         = aws_iam_role.ecr_source.arn",
            "role_arn         = replace(aws_iam_role.ecr_source.arn, \"source\", \"sorce\")",
        )],
    ),
    broken(
        "principal-that-was-deleted",
        &[(
            "artifact_store.tf",
            "format(\"arn:aws:iam::%s:root\", var.registry_account_id),",
            "\"AROAEXAMPLEEXAMPLE123\",",
        )],
    ),
    broken(
        "known-only-after-apply",
        &[(
            "outputs.tf",
            "",
            "resource \"aws_iam_user\" \"readers\" {\n  provider = aws.pipeline\n  for_each = toset([aws_kms_key.artifact_store.key_id])\n  name     = each.key\n}\n",
        )],
    ),
    broken(
        "id-of-a-role-made-again",
        &[(
            "registry.tf",
            "      identifiers = [aws_iam_role.codepipeline.arn]\n    }\n",
            "      identifiers = [aws_iam_role.codepipeline.arn]\n    }\n    condition {\n      test     = \"StringLike\"\n      variable = \"aws:userid\"\n      values   = [\"AROAEXAMPLEEXAMPLE123:*\"]\n    }\n",
        )],
    ),
    broken(
        "key-policy-that-locks-out",
        &[("artifact_store.tf", "      \"kms:Put*\",\n", "")],
    ),
    broken(
        "policy-too-late",
        &[("pipeline.tf", "    aws_iam_role_policy.ecr_source,\n", "")],
    ),
    Case {
        name: "two-foreign-accounts-that-pass",
        example: Some("cross-account-deploy"),
        edits: &[(
            "delivery.tf",
            "input_artifacts = [\"site\"]",
            "input_artifacts = [\"image\"]",
        )],
        arguments: REHEARSE,
    },
    Case {
        name: "two-foreign-accounts",
        example: Some("cross-account-deploy"),
        edits: &[
            ("delivery.tf", "BucketOwnerEnforced", "ObjectWriter"),
            (
                "delivery.tf",
                "input_artifacts = [\"site\"]",
                "input_artifacts = [\"image\"]",
            ),
        ],
        arguments: REHEARSE,
    },
    Case {
        name: "rejected",
        example: ECR,
        edits: &[],
        arguments: &["rehearse", "-q", "--approve", "no", "DIR"],
    },
    Case {
        name: "fix-check",
        example: ECR,
        edits: &[(
            "registry.tf",
            "[\"ecr:DescribeImages\"]",
            "[\"ecr:ListImages\"]",
        )],
        arguments: &["rehearse", "-q", "--fix", "--check", "DIR"],
    },
    Case {
        name: "fix",
        example: ECR,
        edits: &[(
            "registry.tf",
            "[\"ecr:DescribeImages\"]",
            "[\"ecr:ListImages\"]",
        )],
        arguments: &["rehearse", "-q", "--fix", "DIR"],
    },
    Case {
        name: "fix-that-others-have",
        example: ECR,
        edits: &[TRUST, AUDITOR],
        arguments: &["rehearse", "-q", "--fix", "DIR"],
    },
    Case {
        name: "fix-in-part",
        example: ECR,
        edits: &[RELEASE, TRUST, AUDITOR],
        arguments: &["rehearse", "-q", "--fix", "DIR"],
    },
    Case {
        name: "report-of-what-is-fixed-in-part",
        example: ECR,
        edits: &[RELEASE, TRUST, AUDITOR],
        arguments: &["rehearse", "-q", "DIR"],
    },
    Case {
        name: "fix-explicit-deny",
        example: ECR,
        edits: &[(
            "artifact_store.tf",
            "      values   = [\"aws:kms\"]",
            "      values   = [\"AES256\"]",
        )],
        arguments: &["rehearse", "-q", "--fix", "DIR"],
    },
    Case {
        name: "markdown",
        example: ECR,
        edits: &[(
            "registry.tf",
            "[\"ecr:DescribeImages\"]",
            "[\"ecr:ListImages\"]",
        )],
        arguments: &["rehearse", "-q", "--format", "markdown", "DIR"],
    },
    Case {
        name: "junit",
        example: ECR,
        edits: &[(
            "registry.tf",
            "[\"ecr:DescribeImages\"]",
            "[\"ecr:ListImages\"]",
        )],
        arguments: &["rehearse", "-q", "--format", "junit", "DIR"],
    },
    Case {
        name: "sarif",
        example: ECR,
        edits: &[(
            "registry.tf",
            "[\"ecr:DescribeImages\"]",
            "[\"ecr:ListImages\"]",
        )],
        arguments: &["rehearse", "-q", "--format", "sarif", "DIR"],
    },
    broken(
        "left-out",
        &[(
            "more.tf",
            "",
            "resource \"aws_sns_topic\" \"news\" {\n  provider = aws.pipeline\n}\n",
        )],
    ),
    broken(
        "not-supported",
        &[(
            "more.tf",
            "",
            "resource \"aws_organizations_policy\" \"guard\" {\n  provider = aws.pipeline\n  content  = \"{}\"\n}\n",
        )],
    ),
    Case {
        name: "unknown-variable",
        example: ECR,
        edits: &[],
        arguments: &["rehearse", "-q", "--var", "nmae=x", "DIR"],
    },
    Case {
        name: "unknown-provider",
        example: ECR,
        edits: &[],
        arguments: &["rehearse", "-q", "--account", "regstry=111111111111", "DIR"],
    },
    Case {
        name: "not-an-account",
        example: ECR,
        edits: &[],
        arguments: &["rehearse", "-q", "--account", "registry=1", "DIR"],
    },
    Case {
        name: "unused-image",
        example: ECR,
        edits: &[],
        arguments: &["rehearse", "-q", "--image", "team/other=/nowhere", "DIR"],
    },
    Case {
        name: "no-directory",
        example: None,
        edits: &[],
        arguments: &["rehearse", "-q", "DIR/nowhere"],
    },
    alone("no-files", &[("readme.txt", "", "")]),
    alone("syntax-error", &[("main.tf", "", "locals {\n  a =\n}\n")]),
    alone(
        "no-account",
        &[(
            "main.tf",
            "",
            "provider \"aws\" {\n  alias = \"a\"\n}\nresource \"aws_ecr_repository\" \"r\" {\n  provider = aws.a\n  name     = \"app\"\n}\n",
        )],
    ),
    alone(
        "no-account-of-a-profile",
        &[(
            "main.tf",
            "",
            "provider \"aws\" {\n  profile = \"prod\"\n}\nresource \"aws_ecr_repository\" \"r\" {\n  name = \"app\"\n}\n",
        )],
    ),
    alone(
        "no-pipeline",
        &[(
            "main.tf",
            "",
            "provider \"aws\" {\n  allowed_account_ids = [\"111111111111\"]\n}\nresource \"aws_ecr_repository\" \"r\" {\n  name = \"app\"\n}\n",
        )],
    ),
    alone("no-value", &[("main.tf", "", "variable \"name\" {}\n")]),
    alone(
        "wrong-type",
        &[(
            "main.tf",
            "",
            "variable \"names\" {\n  type    = list(string)\n  default = \"x\"\n}\n",
        )],
    ),
    alone(
        "not-valid",
        &[(
            "main.tf",
            "",
            "variable \"n\" {\n  default = 1\n  validation {\n    condition     = var.n > 1\n    error_message = \"It must be greater.\"\n  }\n}\n",
        )],
    ),
    alone(
        "cycle",
        &[(
            "main.tf",
            "",
            "resource \"aws_ecr_repository\" \"a\" {\n  name = aws_ecr_repository.b.name\n}\nresource \"aws_ecr_repository\" \"b\" {\n  name = aws_ecr_repository.a.name\n}\nresource \"aws_ecr_repository\" \"behind\" {\n  name = \"${aws_ecr_repository.a.name}-2\"\n}\n",
        )],
    ),
    alone(
        "undeclared",
        &[(
            "main.tf",
            "",
            "resource \"aws_ecr_repository\" \"a\" {\n  name = aws_ecr_repository.b.name\n}\n",
        )],
    ),
    alone(
        "module-not-here",
        &[(
            "main.tf",
            "",
            "module \"m\" {\n  source = \"acme/registry/aws\"\n}\n",
        )],
    ),
    alone(
        "unknown-argument",
        &[(
            "main.tf",
            "",
            "provider \"aws\" {\n  allowed_account_ids = [\"111111111111\"]\n}\nresource \"aws_ecr_repository\" \"r\" {\n  name  = \"app\"\n  color = \"red\"\n}\n",
        )],
    ),
    alone(
        "blocks-that-terraform-does-not-take",
        &[(
            "main.tf",
            "",
            "terraform {\n  requierd_version = \"1.11\"\n}\n\nvariable \"source\" {\n  default = 1\n}\n\noutput \"arn\" {\n  sensitve = true\n}\n\nresource \"aws_ecr_repository\" \"app\" {\n  name = \"app\"\n\n  lifecycle {\n    prevent_destory = true\n  }\n}\n\ncheck \"c\" {\n  asert {\n  }\n}\n",
        )],
    ),
    alone(
        "gone-and-declared-still",
        &[(
            "main.tf",
            "",
            "resource \"aws_ecr_repository\" \"app\" {\n  name = \"app\"\n}\n\nmoved {\n  from = aws_ecr_repository.app\n  to   = aws_ecr_repository.service\n}\n\nremoved {\n  from = aws_ecr_repository.app\n}\n",
        )],
    ),
    broken(
        "variables-that-nothing-declares",
        &[("more.auto.tfvars", "", "regoin = \"eu-west-1\"\n")],
    ),
    broken(
        "misspelt-attribute",
        &[(
            "outputs.tf",
            "output \"pipeline_arn\" {",
            "output \"repository\" {\n  value = aws_ecr_repository.app.repositry_url\n}\n\noutput \"pipeline_arn\" {",
        )],
    ),
    broken(
        "secrets-that-would-be-shown",
        &[(
            "outputs.tf",
            "output \"pipeline_arn\" {",
            "variable \"owners\" {\n  type      = set(string)\n  default   = [\"a\"]\n  sensitive = true\n}\n\nresource \"aws_iam_user\" \"owner\" {\n  provider = aws.registry\n  for_each = var.owners\n  name     = each.value\n}\n\noutput \"owners\" {\n  value = join(\",\", var.owners)\n}\n\noutput \"pipeline_arn\" {",
        )],
    ),
    broken(
        "variable-of-a-pipeline-without-value",
        &[(
            "pipeline.tf",
            "  stage {\n    name = \"Source\"\n",
            "  pipeline_type = \"V2\"\n\n  variable {\n    name = \"branch\"\n  }\n\n  stage {\n    name = \"Source\"\n",
        )],
    ),
    broken(
        "public-policy-refused",
        &[(
            "pipeline.tf",
            "resource \"aws_codepipeline\" \"this\" {",
            "resource \"aws_s3_bucket_policy\" \"releases\" {\n  provider = aws.pipeline\n  bucket   = aws_s3_bucket.releases.id\n  policy = jsonencode({\n    Version   = \"2012-10-17\"\n    Statement = [{ Effect = \"Allow\", Principal = \"*\", Action = \"s3:GetObject\", Resource = \"${aws_s3_bucket.releases.arn}/*\" }]\n  })\n}\n\nresource \"aws_codepipeline\" \"this\" {",
        )],
    ),
    alone(
        "misspelt-argument",
        &[(
            "main.tf",
            "",
            "provider \"aws\" {\n  allowed_account_ids = [\"111111111111\"]\n}\nresource \"aws_ecr_repository\" \"r\" {\n  name                  = \"app\"\n  image_tag_mutabilitty = null\n}\nresource \"aws_s3_bucket_versioning\" \"v\" {\n  bucket = \"b\"\n  versioning_configuration {\n    statu = \"Enabled\"\n  }\n}\n",
        )],
    ),
    alone(
        "refused-by-aws",
        &[(
            "main.tf",
            "",
            "provider \"aws\" {\n  allowed_account_ids = [\"111111111111\"]\n}\nresource \"aws_ecr_repository\" \"r\" {\n  name = \"App!\"\n}\n",
        )],
    ),
    alone(
        "data-of-something-else",
        &[(
            "main.tf",
            "",
            "provider \"aws\" {\n  allowed_account_ids = [\"111111111111\"]\n}\ndata \"aws_iam_role\" \"admin\" {\n  name = \"admin\"\n}\n",
        )],
    ),
    alone(
        "settings",
        &[
            ("sekisho.toml", "", "[acounts]\na = \"1\"\n"),
            ("main.tf", "", "locals {}\n"),
        ],
    ),
    alone(
        "settings-with-a-secret",
        &[
            (
                "sekisho.toml",
                "",
                "[variables]\nteam = \"a\"\ntoken = \"hunter2\n",
            ),
            ("main.tf", "", "locals {}\n"),
        ],
    ),
    broken(
        "settings-with-an-unknown-variable",
        &[(
            "sekisho.toml",
            "",
            "[variables]\nrepositry_name = \"team/app\"\n",
        )],
    ),
    Case {
        name: "file-for-a-directory",
        example: ECR,
        edits: &[],
        arguments: &["rehearse", "-q", "DIR/pipeline.tf"],
    },
    Case {
        name: "accounts-of-each-directory",
        example: TWO,
        edits: &[
            (
                "registry/main.tf",
                "  allowed_account_ids = [\"111111111111\"]\n",
                "",
            ),
            (
                "registry/sekisho.toml",
                "",
                "[accounts]\naws = \"111111111111\"\n",
            ),
            (
                "pipeline/main.tf",
                "  allowed_account_ids = [\"222222222222\"]\n",
                "",
            ),
            (
                "pipeline/sekisho.toml",
                "",
                "[accounts]\naws = \"222222222222\"\n",
            ),
        ],
        arguments: BOTH,
    },
    Case {
        name: "directories-of-different-organizations",
        example: TWO,
        edits: &[
            (
                "registry/sekisho.toml",
                "",
                "[organization]\nid = \"o-a1b2c3d4e5\"\nservice_control_policies = [\"scp.json\"]\n",
            ),
            (
                "registry/scp.json",
                "",
                "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"ecr:*\",\"Resource\":\"*\"}]}",
            ),
            (
                "pipeline/sekisho.toml",
                "",
                "[organization]\nid = \"o-a1b2c3d4e5\"\n",
            ),
        ],
        arguments: BOTH,
    },
    Case {
        name: "explain-an-explicit-deny-of-its-own",
        example: ECR,
        edits: &[],
        arguments: &[
            "explain",
            "User: arn:aws:sts::111111111111:assumed-role/delivery-ecr-source/1 is not authorized to perform: s3:PutObject on resource: \"arn:aws:s3:::delivery-artifacts-222222222222/delivery/ImageDefin/k\" with an explicit deny in a resource-based policy",
            "DIR",
        ],
    },
    Case {
        name: "explain-an-explicit-deny-elsewhere",
        example: ECR,
        edits: &[],
        arguments: &[
            "explain",
            "User: arn:aws:sts::111111111111:assumed-role/delivery-ecr-source/1 is not authorized to perform: s3:PutObject on resource: \"arn:aws:s3:::another/k\" with an explicit deny in a resource-based policy",
            "DIR",
        ],
    },
    Case {
        name: "explain-what-is-never-called",
        example: ECR,
        edits: &[],
        arguments: &[
            "explain",
            "User: arn:aws:sts::222222222222:assumed-role/delivery-codepipeline/1 is not authorized to perform: sns:Publish on resource: arn:aws:sns:us-east-1:222222222222:t because no identity-based policy allows the sns:Publish action",
            "DIR",
        ],
    },
    Case {
        name: "explain-what-is-encoded",
        example: ECR,
        edits: &[],
        arguments: &[
            "explain",
            "You are not authorized to perform this operation. Encoded authorization failure message: abcDEF",
            "DIR",
        ],
    },
    Case {
        name: "explain-an-event-that-was-not-denied",
        example: ECR,
        edits: &[],
        arguments: &[
            "explain",
            "{\"eventSource\": \"s3.amazonaws.com\", \"eventName\": \"GetObject\", \"errorCode\": \"NoSuchKey\"}",
            "DIR",
        ],
    },
    Case {
        name: "explain-no-such-file",
        example: ECR,
        edits: &[],
        arguments: &["explain", "event.json", "DIR"],
    },
    Case {
        name: "with-no-such-program",
        example: ECR,
        edits: &[],
        arguments: &["rehearse", "-q", "--with", "no-such-terraform", "DIR"],
    },
    Case {
        name: "with-a-program-that-fails",
        example: ECR,
        edits: &[],
        arguments: &["rehearse", "-q", "--with", "false", "DIR"],
    },
    Case {
        name: "new-with-a-bad-name",
        example: ECR,
        edits: &[],
        arguments: &[
            "new",
            "cross-account-ecr",
            "DIR/new",
            "--registry-account",
            "111111111111",
            "--pipeline-account",
            "222222222222",
            "--region",
            "us-east-1",
            "--name",
            "Delivery",
            "--repository",
            "team/app",
        ],
    },
    Case {
        name: "new-in-no-region",
        example: ECR,
        edits: &[],
        arguments: &[
            "new",
            "cross-account-ecr",
            "DIR/new",
            "--registry-account",
            "111111111111",
            "--pipeline-account",
            "222222222222",
            "--region",
            "mars-1",
            "--name",
            "delivery",
            "--repository",
            "team/app",
        ],
    },
    Case {
        name: "new-in-another-partition",
        example: ECR,
        edits: &[],
        arguments: &[
            "new",
            "cross-account-ecr",
            "DIR/new",
            "--registry-account",
            "111111111111",
            "--pipeline-account",
            "222222222222",
            "--region",
            "us-gov-west-1",
            "--name",
            "delivery",
            "--repository",
            "team/app",
        ],
    },
    Case {
        name: "no-plan",
        example: ECR,
        edits: &[("plan.json", "", "{}")],
        arguments: &["rehearse", "-q", "DIR/plan.json"],
    },
    Case {
        name: "an-account-that-the-provider-refuses",
        example: ECR,
        edits: &[],
        arguments: &[
            "rehearse",
            "-q",
            "--account",
            "pipeline=333333333333",
            "DIR",
        ],
    },
    Case {
        name: "what-changes-of-are-ignored",
        example: ECR,
        edits: &[(
            "pipeline.tf",
            "  tags = local.tags\n\n  # The first",
            "  lifecycle {\n    ignore_changes = [stage]\n  }\n\n  # The first",
        )],
        arguments: &["rehearse", "-q", "DIR"],
    },
    Case {
        name: "a-check-that-does-not-hold",
        example: ECR,
        edits: &[(
            "more.tf",
            "",
            "check \"named\" {\n  assert {\n    condition     = aws_codepipeline.this.name == \"x\"\n    error_message = \"it is called otherwise\"\n  }\n}\n",
        )],
        arguments: &["rehearse", "-q", "DIR"],
    },
    Case {
        name: "explain-nothing",
        example: ECR,
        edits: &[],
        arguments: &["explain", "hello", "DIR"],
    },
    Case {
        name: "explain-allowed",
        example: ECR,
        edits: &[],
        arguments: &[
            "explain",
            "User: arn:aws:sts::111111111111:assumed-role/delivery-ecr-source/1 is not authorized to perform: ecr:DescribeImages on resource: arn:aws:ecr:us-east-1:111111111111:repository/team/app because no identity-based policy allows the ecr:DescribeImages action",
            "DIR",
        ],
    },
    Case {
        name: "explain-denied",
        example: ECR,
        edits: &[(
            "registry.tf",
            "[\"ecr:DescribeImages\"]",
            "[\"ecr:ListImages\"]",
        )],
        arguments: &[
            "explain",
            "User: arn:aws:sts::111111111111:assumed-role/delivery-ecr-source/1 is not authorized to perform: ecr:DescribeImages",
            "DIR",
        ],
    },
    Case {
        name: "explain-what-the-console-shows",
        example: ECR,
        edits: &[RELEASE],
        arguments: &[
            "explain",
            "You don't have permission to s3:PutObject.\n\nUser: arn:aws:sts::222222222222:assumed-role/delivery-codepipeline/1\nAction: s3:PutObject\nOn resource(s): arn:aws:s3:::delivery-releases-222222222222/releases/...\nContext: no identity-based policy allows the action",
            "DIR",
        ],
    },
    Case {
        name: "explain-a-failed-action",
        example: ECR,
        edits: &[],
        arguments: &[
            "explain",
            "{\"errorDetails\": {\"code\": \"PermissionError\", \"message\": \"The service role or action role doesn't have the permissions required to access the Amazon ECR repository named team/app. Update the IAM role permissions, and then try again.\"}}",
            "DIR",
        ],
    },
    Case {
        name: "policy-that-nobody-has",
        example: ECR,
        edits: &[
            (
                "registry.tf",
                "[\"ecr:DescribeImages\"]",
                "[\"ecr:ListImages\"]",
            ),
            (
                "idle.tf",
                "",
                "resource \"aws_iam_policy\" \"describe\" {\n  provider = aws.registry\n  name     = \"describe\"\n  policy = jsonencode({\n    Version = \"2012-10-17\"\n    Statement = [{ Effect = \"Allow\", Action = \"ecr:Describe*\", Resource = \"*\" }]\n  })\n}\nresource \"aws_iam_policy\" \"other\" {\n  provider = aws.pipeline\n  name     = \"other\"\n  policy   = aws_iam_policy.describe.policy\n}\n",
            ),
        ],
        arguments: REHEARSE,
    },
    broken(
        "key-disabled",
        &[(
            "artifact_store.tf",
            "  enable_key_rotation     = true\n",
            "  enable_key_rotation     = true\n  is_enabled              = false\n",
        )],
    ),
    broken(
        "key-of-another-region",
        &[(
            "artifact_store.tf",
            "  enable_key_rotation     = true\n",
            "  enable_key_rotation     = true\n  region                  = \"us-west-2\"\n",
        )],
    ),
    broken(
        "bucket-of-another-region",
        &[
            (
                "artifact_store.tf",
                "  bucket        = local.artifact_bucket\n",
                "  bucket        = local.artifact_bucket\n  region        = \"us-west-2\"\n",
            ),
            (
                "artifact_store.tf",
                "  enable_key_rotation     = true\n",
                "  enable_key_rotation     = true\n  region                  = \"us-west-2\"\n",
            ),
            (
                "artifact_store.tf",
                "resource \"aws_s3_bucket_ownership_controls\" \"artifact_store\" {\n",
                "resource \"aws_s3_bucket_ownership_controls\" \"artifact_store\" {\n  region   = \"us-west-2\"\n",
            ),
            (
                "artifact_store.tf",
                "resource \"aws_s3_bucket_public_access_block\" \"artifact_store\" {\n",
                "resource \"aws_s3_bucket_public_access_block\" \"artifact_store\" {\n  region   = \"us-west-2\"\n",
            ),
            (
                "artifact_store.tf",
                "resource \"aws_s3_bucket_server_side_encryption_configuration\" \"artifact_store\" {\n",
                "resource \"aws_s3_bucket_server_side_encryption_configuration\" \"artifact_store\" {\n  region   = \"us-west-2\"\n",
            ),
            (
                "artifact_store.tf",
                "resource \"aws_s3_bucket_policy\" \"artifact_store\" {\n",
                "resource \"aws_s3_bucket_policy\" \"artifact_store\" {\n  region   = \"us-west-2\"\n",
            ),
            (
                "artifact_store.tf",
                "resource \"aws_kms_alias\" \"artifact_store\" {\n",
                "resource \"aws_kms_alias\" \"artifact_store\" {\n  region        = \"us-west-2\"\n",
            ),
        ],
    ),
    broken(
        "two-write-one-policy",
        &[(
            "artifact_store.tf",
            "resource \"aws_s3_bucket_policy\" \"artifact_store\" {\n",
            "resource \"aws_s3_bucket_policy\" \"a_tls\" {\n  provider = aws.pipeline\n  bucket   = aws_s3_bucket.artifact_store.id\n  policy = jsonencode({\n    Version   = \"2012-10-17\"\n    Statement = [{ Effect = \"Deny\", Principal = \"*\", Action = \"s3:*\", Resource = \"${aws_s3_bucket.artifact_store.arn}/*\", Condition = { Bool = { \"aws:SecureTransport\" = \"false\" } } }]\n  })\n}\n\nresource \"aws_s3_bucket_policy\" \"artifact_store\" {\n",
        )],
    ),
    broken(
        "taken-away-when-applied-again",
        &[
            AUDITOR,
            (
                "auditor.tf",
                "registry\n  name ",
                "registry\n  inline_policy {}\n  name ",
            ),
            (
                "auditor_policy.tf",
                "",
                "resource \"aws_iam_role_policy\" \"auditor\" {\n  provider = aws.registry\n  name     = \"reads\"\n  role     = aws_iam_role.auditor.name\n  policy   = data.aws_iam_policy_document.ecr_source.json\n}\n",
            ),
        ],
    ),
    broken(
        "bucket-without-acls",
        &[(
            "pipeline.tf",
            "        Extract    = \"true\"\n",
            "        Extract    = \"true\"\n        CannedACL  = \"public-read\"\n",
        )],
    ),
    broken(
        "variable-without-value",
        &[("pipeline.tf", "#{Image.ImageTag}", "#{Image.Tag}")],
    ),
    Case {
        name: "explain-what-is-named-otherwise",
        example: ECR,
        edits: &[
            (
                "artifact_store.tf",
                "bucket        = local.artifact_bucket",
                "bucket_prefix = \"delivery-artifacts-\"",
            ),
            (
                "artifact_store.tf",
                "[\"s3:Get*\", \"s3:Put*\"]",
                "[\"s3:Get*\"]",
            ),
        ],
        arguments: &[
            "explain",
            "User: arn:aws:sts::111111111111:assumed-role/delivery-ecr-source/1 is not authorized to perform: s3:PutObject on resource: \"arn:aws:s3:::delivery-artifacts-20240102030405678900000007/delivery/ImageDefin/Ab1xYz9\" because no resource-based policy allows the s3:PutObject action",
            "DIR",
        ],
    },
    Case {
        name: "action-not-run",
        example: ECR,
        edits: BUILD,
        arguments: REHEARSE,
    },
    Case {
        name: "action-skipped",
        example: ECR,
        edits: BUILD,
        arguments: &["rehearse", "-q", "--skip", "Build/Unpack", "DIR"],
    },
    Case {
        name: "markdown-skipped",
        example: ECR,
        edits: BUILD,
        arguments: &[
            "rehearse",
            "-q",
            "--format",
            "markdown",
            "--skip",
            "Build/Unpack",
            "DIR",
        ],
    },
    Case {
        name: "junit-skipped",
        example: ECR,
        edits: BUILD,
        arguments: &[
            "rehearse",
            "-q",
            "--format",
            "junit",
            "--skip",
            "Build/Unpack",
            "DIR",
        ],
    },
    Case {
        name: "sarif-not-rehearsed",
        example: ECR,
        edits: &[(
            "outputs.tf",
            "aws_codepipeline.this.arn",
            "aws_codepipeline.that.arn",
        )],
        arguments: &["rehearse", "-q", "--format", "sarif", "DIR"],
    },
    Case {
        name: "junit-not-rehearsed",
        example: ECR,
        edits: &[(
            "outputs.tf",
            "aws_codepipeline.this.arn",
            "aws_codepipeline.that.arn",
        )],
        arguments: &["rehearse", "-q", "--format", "junit", "DIR"],
    },
    Case {
        name: "markdown-not-rehearsed",
        example: ECR,
        edits: &[(
            "outputs.tf",
            "aws_codepipeline.this.arn",
            "aws_codepipeline.that.arn",
        )],
        arguments: &["rehearse", "-q", "--format", "markdown", "DIR"],
    },
    Case {
        name: "junit-no-pipeline",
        example: TWO,
        edits: &[],
        arguments: &["rehearse", "-q", "--format", "junit", "DIR/registry"],
    },
    Case {
        name: "sarif-no-pipeline",
        example: TWO,
        edits: &[],
        arguments: &["rehearse", "-q", "--format", "sarif", "DIR/registry"],
    },
    Case {
        name: "condition-that-does-not-hold",
        example: ECR,
        edits: &[(
            "registry.tf",
            "      identifiers = [aws_iam_role.codepipeline.arn]\n    }\n",
            "      identifiers = [aws_iam_role.codepipeline.arn]\n    }\n\n    condition {\n      test     = \"StringEquals\"\n      variable = \"sts:ExternalId\"\n      values   = [\"delivery\"]\n    }\n",
        )],
        arguments: &["rehearse", "DIR", "--fix", "--check"],
    },
    Case {
        name: "fix-past-a-condition",
        example: ECR,
        edits: &[(
            "registry.tf",
            "      identifiers = [aws_iam_role.codepipeline.arn]\n    }\n",
            "      identifiers = [aws_iam_role.codepipeline.arn]\n    }\n\n    condition {\n      test     = \"StringEquals\"\n      variable = \"sts:ExternalId\"\n      values   = [\"delivery\"]\n    }\n",
        )],
        arguments: &["rehearse", "DIR", "--fix"],
    },
    Case {
        name: "public-bucket-that-is-restricted",
        example: ECR,
        edits: &[
            (
                "artifact_store.tf",
                "identifiers = [format(\"arn:aws:iam::%s:root\", var.registry_account_id)]",
                "identifiers = [\"*\"]",
            ),
            (
                "artifact_store.tf",
                "block_public_policy     = true",
                "block_public_policy     = false",
            ),
        ],
        arguments: REHEARSE,
    },
    broken(
        "source-that-may-say-no-acl",
        &[("registry.tf", "      \"s3:PutObjectAcl\",\n", "")],
    ),
    Case {
        name: "public-acl-refused",
        example: ECR,
        edits: &[
            (
                "pipeline.tf",
                "        Extract    = \"true\"\n",
                "        Extract    = \"true\"\n        CannedACL  = \"public-read\"\n",
            ),
            (
                "pipeline.tf",
                "= [\"s3:PutObject\"]",
                "= [\"s3:PutObject\", \"s3:PutObjectAcl\"]",
            ),
            (
                "writer.tf",
                "",
                "resource \"aws_s3_bucket_ownership_controls\" \"releases\" {\n  provider = aws.pipeline\n  bucket   = aws_s3_bucket.releases.id\n\n  rule {\n    object_ownership = \"ObjectWriter\"\n  }\n}\n",
            ),
        ],
        arguments: REHEARSE,
    },
    Case {
        name: "action-not-run-behind-a-denial",
        example: ECR,
        edits: &[
            BUILD[0],
            BUILD[1],
            (
                "pipeline.tf",
                "\"codepipeline.amazonaws.com\"",
                "\"codebuild.amazonaws.com\"",
            ),
        ],
        arguments: REHEARSE,
    },
    Case {
        name: "approval-that-notifies",
        example: ECR,
        edits: &[(
            "pipeline.tf",
            "        CustomData = ",
            "        NotificationArn = \"arn:aws:sns:us-east-1:222222222222:releases\"\n        CustomData = ",
        )],
        arguments: REHEARSE,
    },
    Case {
        name: "skip-of-nothing",
        example: ECR,
        edits: &[],
        arguments: &[
            "rehearse",
            "-q",
            "--skip",
            "Build/Unpack",
            "--skip",
            "Deploy/Release",
            "DIR",
        ],
    },
    Case {
        name: "skip-in-settings",
        example: ECR,
        edits: &[("sekisho.toml", "", "skip = [\"Unpack\"]\n")],
        arguments: REHEARSE,
    },
    // A policy that could not be made is not asked for again.
    broken(
        "policy-that-waits",
        &[
            (
                "registry.tf",
                "    resources = [\"${aws_s3_bucket.artifact_store.arn}/*\"]\n  }\n",
                "    resources = [\"${aws_s3_bucket.artifact_store.arn}/*\", data.aws_s3_bucket.site.arn]\n  }\n",
            ),
            ("pipeline.tf", "    aws_iam_role_policy.ecr_source,\n", ""),
            (
                "site.tf",
                "",
                "data \"aws_s3_bucket\" \"site\" {\n  provider = aws.registry\n  bucket   = \"site-that-is-on-aws\"\n}\n",
            ),
        ],
    ),
];

/// Without what differs from run to run.
fn steady(text: &str, folder: &Path) -> String {
    let folder = folder.to_str().unwrap();
    let text = text
        .replace(folder, "<dir>")
        .replace(folder.trim_start_matches('/'), "<dir>");
    let session = regex_lite::Regex::new("([/:])1[0-9]{12}\\b").unwrap();
    let time = regex_lite::Regex::new("time=\"[0-9.]+\"").unwrap();
    let text = session.replace_all(&text, "${1}<session>");
    let text = time.replace_all(&text, "time=\"<time>\"");
    // Of a message with a path in it.
    let print = regex_lite::Regex::new("\"text/v1\": \"[0-9a-f]{16}\"").unwrap();
    print
        .replace_all(&text, "\"text/v1\": \"<fingerprint>\"")
        .into_owned()
}

fn run(case: &Case) -> String {
    let folder = edited::edited(case.example, case.edits);
    let arguments = case.arguments.iter().map(|a| match *a {
        "-q" => a.to_string(),
        other => other.replace("DIR", folder.path().to_str().unwrap()),
    });
    let mut command = Command::new(env!("CARGO_BIN_EXE_sekisho"));
    command
        .args(arguments)
        .env_remove("AWS_REGION")
        .env("NO_COLOR", "1")
        .env("HOME", "/nonexistent")
        .env_remove("AWS_CONFIG_FILE");
    let done = command.output().unwrap();
    let text = format!(
        "$ sekisho {}\n{}--- standard error\n{}--- exit code {}\n",
        case.arguments.join(" "),
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr),
        done.status.code().unwrap()
    );
    steady(&text, folder.path())
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the environment says whether the messages are written"
)]
fn every_message_is_as_it_was_read() {
    let mut wrong = Vec::new();
    for case in CASES.iter().chain(beyond::CASES) {
        let text = run(case);
        let path = PathBuf::from(ROOT)
            .join("tests/messages")
            .join(format!("{}.txt", case.name));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        // GitHub takes no file with a result that stands nowhere.
        assert!(!text.contains("\"locations\": []"), "{}: {text}", case.name);
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        if kept != text {
            let diff = similar::TextDiff::from_lines(&kept, &text);
            wrong.push(format!("{}:\n{}", case.name, diff.unified_diff()));
        }
    }
    assert!(
        wrong.is_empty(),
        "UPDATE=1 writes them anew:\n{}",
        wrong.join("\n")
    );
}
