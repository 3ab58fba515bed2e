# Policies composed of documents: one that every bucket of the organization starts from, what this delivery adds, and what
# overrides it. A Deny of the base stays in force whatever is added.

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

locals {
  images   = "111111111111"
  delivery = "222222222222"
  role     = "arn:aws:iam::%s:role/%s"
}

provider "aws" {
  alias               = "images"
  region              = "eu-north-1"
  allowed_account_ids = [local.images]
}

provider "aws" {
  alias               = "delivery"
  region              = "eu-north-1"
  allowed_account_ids = [local.delivery]
}

data "aws_partition" "this" {
  provider = aws.delivery
}

resource "aws_ecr_repository" "search" {
  provider     = aws.images
  name         = "search/indexer"
  force_delete = true
}

resource "aws_iam_role" "source" {
  provider = aws.images
  name     = "search-source"

  assume_role_policy = data.aws_iam_policy_document.source_trust.json
}

data "aws_iam_policy_document" "source_trust" {
  statement {
    sid     = "ThePipelineAndNobodyElse"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.pipeline.arn]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalAccount"
      values   = [local.delivery]
    }
  }
}

data "aws_iam_policy_document" "read_images" {
  statement {
    sid       = "ReadImages"
    actions   = ["ecr:DescribeImages"]
    resources = [aws_ecr_repository.search.arn]
  }
}

data "aws_iam_policy_document" "use_artifacts" {
  statement {
    sid       = "Objects"
    actions   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:PutObjectAcl"]
    resources = ["${aws_s3_bucket.artifacts.arn}/*"]
  }

  statement {
    sid       = "Key"
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    resources = [aws_kms_key.artifacts.arn]
  }
}

# Both roles use artifacts; the source role only writes them.
data "aws_iam_policy_document" "source" {
  source_policy_documents = [
    data.aws_iam_policy_document.read_images.json,
    data.aws_iam_policy_document.use_artifacts.json,
  ]

  override_policy_documents = [data.aws_iam_policy_document.write_only.json]
}

data "aws_iam_policy_document" "write_only" {
  statement {
    sid       = "Objects"
    actions   = ["s3:PutObject", "s3:PutObjectAcl"]
    resources = ["${aws_s3_bucket.artifacts.arn}/*"]
  }
}

resource "aws_iam_role_policy" "source" {
  provider = aws.images
  name     = "source"
  role     = aws_iam_role.source.id
  policy   = data.aws_iam_policy_document.source.json
}

resource "aws_iam_role" "pipeline" {
  provider = aws.delivery
  name     = "search-pipeline"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = {
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "codepipeline.amazonaws.com" }
    }
  })
}

data "aws_iam_policy_document" "pipeline" {
  source_policy_documents = [data.aws_iam_policy_document.use_artifacts.json]

  statement {
    sid       = "AssumeSource"
    actions   = ["sts:AssumeRole"]
    resources = [format(local.role, local.images, "search-source")]
  }

  statement {
    sid       = "Release"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.releases.arn}/*"]
  }
}

resource "aws_iam_policy" "pipeline" {
  provider = aws.delivery
  name     = "search-pipeline"
  policy   = data.aws_iam_policy_document.pipeline.json
}

resource "aws_iam_role_policy_attachment" "pipeline" {
  provider   = aws.delivery
  role       = aws_iam_role.pipeline.name
  policy_arn = aws_iam_policy.pipeline.arn
}

data "aws_iam_policy_document" "key" {
  statement {
    sid         = "Administration"
    not_actions = ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    resources   = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.this.partition}:iam::${local.delivery}:root"]
    }
  }

  statement {
    sid       = "Use"
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.source.arn, aws_iam_role.pipeline.arn]
    }
  }
}

resource "aws_kms_key" "artifacts" {
  provider                = aws.delivery
  deletion_window_in_days = 7
  policy                  = data.aws_iam_policy_document.key.json
}

resource "aws_s3_bucket" "artifacts" {
  provider      = aws.delivery
  bucket        = "search-artifacts-${local.delivery}"
  force_destroy = true
}

# What every bucket starts from.
data "aws_iam_policy_document" "baseline" {
  statement {
    sid       = "DenyInsecureTransport"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.artifacts.arn, "${aws_s3_bucket.artifacts.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

data "aws_iam_policy_document" "artifacts" {
  source_policy_documents = [data.aws_iam_policy_document.baseline.json]

  statement {
    sid       = "SourceRoleWrites"
    actions   = ["s3:PutObject", "s3:PutObjectAcl"]
    resources = ["${aws_s3_bucket.artifacts.arn}/*"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.source.arn]
    }
  }
}

resource "aws_s3_bucket_policy" "artifacts" {
  provider = aws.delivery
  bucket   = aws_s3_bucket.artifacts.id
  policy   = data.aws_iam_policy_document.artifacts.json
}

resource "aws_s3_bucket_ownership_controls" "artifacts" {
  provider = aws.delivery
  bucket   = aws_s3_bucket.artifacts.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket" "releases" {
  provider      = aws.delivery
  bucket        = "search-releases-${local.delivery}"
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "releases" {
  provider = aws.delivery
  bucket   = aws_s3_bucket.releases.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_codepipeline" "search" {
  provider = aws.delivery
  name     = "search"
  role_arn = aws_iam_role.pipeline.arn

  artifact_store {
    type     = "S3"
    location = aws_s3_bucket.artifacts.bucket

    encryption_key {
      type = "KMS"
      id   = aws_kms_key.artifacts.arn
    }
  }

  stage {
    name = "Source"

    action {
      name             = "Image"
      category         = "Source"
      owner            = "AWS"
      provider         = "ECR"
      version          = "1"
      role_arn         = aws_iam_role.source.arn
      output_artifacts = ["image"]

      configuration = {
        RepositoryName = aws_ecr_repository.search.name
        ImageTag       = "v1"
      }
    }
  }

  stage {
    name = "Deploy"

    action {
      name            = "Release"
      category        = "Deploy"
      owner           = "AWS"
      provider        = "S3"
      version         = "1"
      input_artifacts = ["image"]

      configuration = {
        BucketName = aws_s3_bucket.releases.bucket
        Extract    = "true"
      }
    }
  }

  depends_on = [
    aws_iam_role_policy.source,
    aws_iam_role_policy_attachment.pipeline,
    aws_s3_bucket_ownership_controls.artifacts,
    aws_s3_bucket_policy.artifacts,
  ]
}
