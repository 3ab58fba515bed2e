# Account A: the repository, and the role that the pipeline of account B assumes to read it.

resource "aws_ecr_repository" "app" {
  provider             = aws.registry
  name                 = var.repository_name
  image_tag_mutability = "MUTABLE"

  image_scanning_configuration {
    scan_on_push = false
  }

  tags = local.tags
}

# Lets account B pull images.
data "aws_iam_policy_document" "cross_account_pull_policy" {
  statement {
    actions = [
      "ecr:GetDownloadUrlForLayer",
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
    ]

    principals {
      type        = "AWS"
      identifiers = [format("arn:aws:iam::%s:root", var.pipeline_account_id)]
    }
  }
}

resource "aws_ecr_repository_policy" "app" {
  provider   = aws.registry
  repository = aws_ecr_repository.app.name
  policy     = data.aws_iam_policy_document.cross_account_pull_policy.json
}

data "aws_iam_policy_document" "ecr_source_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.codepipeline.arn]
    }
  }
}

resource "aws_iam_role" "ecr_source" {
  provider           = aws.registry
  name               = local.action_role_name
  description        = "Assumed by the pipeline of account B to read the repository."
  assume_role_policy = data.aws_iam_policy_document.ecr_source_trust.json
  tags               = local.tags
}

# The role reads the repository here, and writes what it read into the artifact store of account B, under the
# key of account B.
data "aws_iam_policy_document" "ecr_source" {
  statement {
    sid       = "DescribeImages"
    actions   = ["ecr:DescribeImages"]
    resources = [local.repository_arn]
  }

  statement {
    sid = "UseArtifactStore"
    actions = [
      "s3:GetObject*",
      "s3:PutObject",
      "s3:PutObjectAcl",
    ]
    resources = ["${aws_s3_bucket.artifact_store.arn}/*"]
  }

  statement {
    sid = "UseArtifactStoreEncryptionKey"
    actions = [
      "kms:DescribeKey",
      "kms:GenerateDataKey*",
      "kms:Encrypt",
      "kms:ReEncrypt*",
      "kms:Decrypt",
    ]
    resources = [aws_kms_key.artifact_store.arn]
  }
}

resource "aws_iam_role_policy" "ecr_source" {
  provider = aws.registry
  name     = "ecr-source"
  role     = aws_iam_role.ecr_source.id
  policy   = data.aws_iam_policy_document.ecr_source.json
}
