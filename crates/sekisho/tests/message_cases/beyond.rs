//! Messages about what another change than a statement mends, and about what stands only until the next apply.

use super::{Case, broken};

const ALIAS: (&str, &str, &str) = (
    "pipeline.tf",
    "aws_kms_key.artifact_store.arn",
    "aws_kms_alias.artifact_store.arn",
);

pub(super) const CASES: &[Case] = &[
    broken(
        "attached-by-two",
        &[
            (
                "attached.tf",
                "",
                "resource \"aws_iam_policy\" \"reads\" {\n  provider = aws.registry\n  name     = \"reads\"\n  policy   = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Action = \"ecr:ListImages\", Resource = \"*\" }] })\n}\n\nresource \"aws_iam_policy_attachment\" \"auditors\" {\n  provider   = aws.registry\n  name       = \"auditors\"\n  policy_arn = aws_iam_policy.reads.arn\n  roles      = [aws_iam_role.auditor.name]\n}\n\nresource \"aws_iam_role_policy_attachment\" \"source\" {\n  provider   = aws.registry\n  role       = aws_iam_role.ecr_source.name\n  policy_arn = aws_iam_policy.reads.arn\n}\n",
            ),
            super::AUDITOR,
            (
                "pipeline.tf",
                "  depends_on = [\n",
                "  depends_on = [\n    aws_iam_role_policy_attachment.source,\n",
            ),
        ],
    ),
    broken(
        "organization-asked-by-a-given-policy",
        &[
            (
                "sekisho.toml",
                "",
                "[organization]\nid = \"o-a1b2c3d4e5\"\nservice_control_policies = [\"scp.json\"]\n",
            ),
            (
                "scp.json",
                "",
                "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"},\n    {\"Effect\": \"Deny\", \"Action\": \"s3:PutObject\", \"Resource\": \"*\", \"Condition\": {\"ForAnyValue:StringNotLike\": {\"aws:ResourceOrgPaths\": \"o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*\"}}}\n  ]\n}\n",
            ),
        ],
    ),
    broken(
        "more-policies-than-aws-attaches",
        &[(
            "attached.tf",
            "",
            "resource \"aws_iam_policy\" \"many\" {\n  count    = 11\n  provider = aws.registry\n  name     = \"many-${count.index}\"\n  policy   = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Action = \"ecr:ListImages\", Resource = \"*\" }] })\n}\n\nresource \"aws_iam_role_policy_attachment\" \"many\" {\n  count      = 11\n  provider   = aws.registry\n  role       = aws_iam_role.ecr_source.name\n  policy_arn = aws_iam_policy.many[count.index].arn\n}\n",
        )],
    ),
    broken(
        "quota-that-is-not-known",
        &[("sekisho.toml", "", "[quotas]\nPolicies = 20\n")],
    ),
    broken(
        "alias-that-both-accounts-have",
        &[
            ALIAS,
            (
                "own_key.tf",
                "",
                "resource \"aws_kms_key\" \"own\" {\n  provider = aws.registry\n}\n\nresource \"aws_kms_alias\" \"own\" {\n  provider      = aws.registry\n  name          = \"alias/${var.name}-artifacts\"\n  target_key_id = aws_kms_key.own.key_id\n}\n",
            ),
        ],
    ),
    broken(
        "managed-key-of-a-source-bucket",
        &[
            (
                "source.tf",
                "",
                "resource \"aws_s3_bucket\" \"source\" {\n  provider = aws.registry\n  bucket   = \"delivery-source-111111111111\"\n}\n\nresource \"aws_s3_bucket_versioning\" \"source\" {\n  provider = aws.registry\n  bucket   = aws_s3_bucket.source.id\n\n  versioning_configuration {\n    status = \"Enabled\"\n  }\n}\n\nresource \"aws_s3_bucket_server_side_encryption_configuration\" \"source\" {\n  provider = aws.registry\n  bucket   = aws_s3_bucket.source.id\n\n  rule {\n    apply_server_side_encryption_by_default {\n      sse_algorithm = \"aws:kms\"\n    }\n  }\n}\n\nresource \"aws_s3_bucket_policy\" \"source\" {\n  provider = aws.registry\n  bucket   = aws_s3_bucket.source.id\n  policy   = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Principal = { AWS = aws_iam_role.codepipeline.arn }, Action = [\"s3:Get*\", \"s3:ListBucket\"], Resource = [aws_s3_bucket.source.arn, \"${aws_s3_bucket.source.arn}/*\"] }] })\n}\n\nresource \"aws_iam_role_policy\" \"source\" {\n  provider = aws.pipeline\n  name     = \"source\"\n  role     = aws_iam_role.codepipeline.id\n  policy   = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Action = [\"s3:Get*\", \"s3:ListBucket\"], Resource = [aws_s3_bucket.source.arn, \"${aws_s3_bucket.source.arn}/*\"] }, { Effect = \"Allow\", Action = [\"s3:PutObject\"], Resource = \"${aws_s3_bucket.artifact_store.arn}/*\" }, { Effect = \"Allow\", Action = [\"kms:GenerateDataKey\", \"kms:Decrypt\"], Resource = \"*\" }] })\n}\n",
            ),
            (
                "pipeline.tf",
                "  stage {\n    name = \"Source\"\n",
                "  stage {\n    name = \"Source\"\n\n    action {\n      name             = \"Code\"\n      category         = \"Source\"\n      owner            = \"AWS\"\n      provider         = \"S3\"\n      version          = \"1\"\n      output_artifacts = [\"code\"]\n\n      configuration = {\n        S3Bucket             = aws_s3_bucket.source.bucket\n        S3ObjectKey          = \"code.zip\"\n        PollForSourceChanges = \"false\"\n      }\n    }\n",
            ),
        ],
    ),
    broken(
        "public-policy-under-the-block-of-the-account",
        &[
            (
                "artifact_store.tf",
                "  block_public_acls       = true\n  block_public_policy     = true\n  ignore_public_acls      = true\n  restrict_public_buckets = true\n",
                "  block_public_acls       = false\n  block_public_policy     = false\n  ignore_public_acls      = false\n  restrict_public_buckets = false\n",
            ),
            (
                "artifact_store.tf",
                "    actions   = [\"s3:Get*\", \"s3:Put*\"]\n    resources = [\"${aws_s3_bucket.artifact_store.arn}/*\"]\n\n    principals {\n      type        = \"AWS\"\n      identifiers = [format(\"arn:aws:iam::%s:root\", var.registry_account_id)]\n",
                "    actions   = [\"s3:Get*\", \"s3:Put*\"]\n    resources = [\"${aws_s3_bucket.artifact_store.arn}/*\"]\n\n    principals {\n      type        = \"AWS\"\n      identifiers = [\"*\"]\n",
            ),
            (
                "account.tf",
                "",
                "resource \"aws_s3_account_public_access_block\" \"own\" {\n  provider                = aws.pipeline\n  restrict_public_buckets = true\n}\n",
            ),
        ],
    ),
    broken(
        "exempt-by-not-principal",
        &[(
            "artifact_store.tf",
            "data \"aws_iam_policy_document\" \"artifact_store\" {\n",
            "data \"aws_iam_policy_document\" \"artifact_store\" {\n  statement {\n    sid       = \"OthersWriteNothing\"\n    effect    = \"Deny\"\n    actions   = [\"s3:PutObject\"]\n    resources = [\"${aws_s3_bucket.artifact_store.arn}/*\"]\n\n    not_principals {\n      type        = \"AWS\"\n      identifiers = [aws_iam_role.ecr_source.arn]\n    }\n  }\n\n",
        )],
    ),
    broken(
        "default-key-by-its-name",
        &[(
            "releases_key.tf",
            "",
            "resource \"aws_kms_key\" \"releases\" {\n  provider = aws.registry\n}\n\nresource \"aws_s3_bucket_server_side_encryption_configuration\" \"releases\" {\n  provider = aws.pipeline\n  bucket   = aws_s3_bucket.releases.id\n\n  rule {\n    apply_server_side_encryption_by_default {\n      sse_algorithm     = \"aws:kms\"\n      kms_master_key_id = aws_kms_key.releases.key_id\n    }\n  }\n}\n",
        )],
    ),
    broken(
        "boundary-of-aws",
        &[(
            "registry.tf",
            "  description        = \"Assumed by the pipeline of account B to read the repository.\"\n",
            "  permissions_boundary = \"arn:aws:iam::aws:policy/AmazonS3FullAccess\"\n",
        )],
    ),
    Case {
        name: "inline-policies-that-are-listed",
        example: super::ECR,
        edits: &[
            (
                "registry.tf",
                "resource \"aws_iam_role_policy\" \"ecr_source\" {\n  provider = aws.registry\n  name     = \"ecr-source\"\n  role     = aws_iam_role.ecr_source.id\n  policy   = data.aws_iam_policy_document.ecr_source.json\n}\n",
                "resource \"aws_iam_role_policies_exclusive\" \"ecr_source\" {\n  provider     = aws.registry\n  role_name    = aws_iam_role.ecr_source.name\n  policy_names = []\n}\n",
            ),
            ("pipeline.tf", "    aws_iam_role_policy.ecr_source,\n", ""),
        ],
        arguments: &["rehearse", "-q", "--fix", "--check", "DIR"],
    },
    Case {
        name: "inline-policies-in-the-block",
        example: super::ECR,
        edits: &[
            (
                "registry.tf",
                "resource \"aws_iam_role_policy\" \"ecr_source\" {\n  provider = aws.registry\n  name     = \"ecr-source\"\n  role     = aws_iam_role.ecr_source.id\n  policy   = data.aws_iam_policy_document.ecr_source.json\n}\n",
                "",
            ),
            (
                "registry.tf",
                "  description        = \"Assumed by the pipeline of account B to read the repository.\"\n",
                "  inline_policy {}\n",
            ),
            ("pipeline.tf", "    aws_iam_role_policy.ecr_source,\n", ""),
        ],
        arguments: &["rehearse", "-q", "--fix", "--check", "DIR"],
    },
    Case {
        name: "inline-policies-that-are-taken-away",
        example: super::ECR,
        edits: &[(
            "exclusive.tf",
            "",
            "resource \"aws_iam_role_policies_exclusive\" \"ecr_source\" {\n  provider     = aws.registry\n  role_name    = aws_iam_role.ecr_source.name\n  policy_names = []\n\n  depends_on = [aws_iam_role_policy.ecr_source]\n}\n",
        )],
        arguments: &["rehearse", "-q", "--fix", "--check", "DIR"],
    },
    broken(
        "principal-of-an-empty-account",
        &[(
            "artifact_store.tf",
            "identifiers = [format(\"arn:aws:iam::%s:root\", var.registry_account_id)]",
            "identifiers = [\"arn:aws:iam:::root\"]",
        )],
    ),
    broken(
        "principal-by-its-name",
        &[(
            "registry.tf",
            "identifiers = [aws_iam_role.codepipeline.arn]",
            "identifiers = [aws_iam_role.codepipeline.name]",
        )],
    ),
    broken(
        "principal-of-a-short-account",
        &[(
            "registry.tf",
            "identifiers = [aws_iam_role.codepipeline.arn]",
            "identifiers = [\"2222222222\"]",
        )],
    ),
    broken(
        "principal-with-a-region",
        &[(
            "registry.tf",
            "identifiers = [aws_iam_role.codepipeline.arn]",
            "identifiers = [\"arn:aws:iam:us-east-1:222222222222:root\"]",
        )],
    ),
    broken(
        "principal-that-is-none",
        &[(
            "registry.tf",
            "identifiers = [aws_iam_role.codepipeline.arn]",
            "identifiers = [\"arn:aws:iam:222222222222:root\"]",
        )],
    ),
    Case {
        name: "sarif-of-wrong-settings",
        example: super::ECR,
        edits: &[("sekisho.toml", "", "[quotas]\nPolicies = 20\n")],
        arguments: &["rehearse", "-q", "--format", "sarif", "DIR"],
    },
    Case {
        name: "sarif-without-files",
        example: None,
        edits: &[("notes.txt", "", "nothing\n")],
        arguments: &["rehearse", "-q", "--format", "sarif", "DIR"],
    },
];
