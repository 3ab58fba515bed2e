# The account that delivers.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

data "aws_caller_identity" "this" {}

locals {
  account = data.aws_caller_identity.this.account_id
  buckets = { for use in ["artifacts", "releases"] : use => "${var.name}-${use}-${local.account}" }
}

resource "aws_s3_bucket" "this" {
  for_each = local.buckets

  bucket        = each.value
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "releases" {
  bucket = aws_s3_bucket.this["releases"].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_iam_role" "service" {
  name = "${var.name}-pipeline"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { Service = "codepipeline.amazonaws.com" }
      },
    ]
  })
}

data "aws_iam_policy_document" "service" {
  statement {
    actions   = ["sts:AssumeRole"]
    resources = [var.source_role_arn]
  }

  statement {
    actions   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
    resources = ["${aws_s3_bucket.this["artifacts"].arn}/*"]
  }

  statement {
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.this["releases"].arn}/*"]
  }
}

resource "aws_iam_role_policy" "service" {
  name   = "service"
  role   = aws_iam_role.service.id
  policy = data.aws_iam_policy_document.service.json
}

# Two statements: the account's own administration, and the use of the key by the two roles that share artifacts.
data "aws_iam_policy_document" "key" {
  statement {
    sid       = "Administration"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${local.account}:root"]
    }
  }

  statement {
    sid       = "Use"
    actions   = ["kms:GenerateDataKey*", "kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.service.arn, var.source_role_arn]
    }
  }
}

resource "aws_kms_key" "artifacts" {
  description             = "Artifacts of ${var.name}"
  deletion_window_in_days = 7
  policy                  = data.aws_iam_policy_document.key.json
}

data "aws_iam_policy_document" "artifacts" {
  statement {
    sid       = "RegistryWrites"
    actions   = ["s3:PutObject", "s3:PutObjectAcl"]
    resources = ["${aws_s3_bucket.this["artifacts"].arn}/*"]

    principals {
      type        = "AWS"
      identifiers = [var.source_role_arn]
    }
  }
}

resource "aws_s3_bucket_policy" "artifacts" {
  bucket = aws_s3_bucket.this["artifacts"].id
  policy = data.aws_iam_policy_document.artifacts.json
}

# What the registry's account writes must belong to this one.
resource "aws_s3_bucket_ownership_controls" "artifacts" {
  bucket = aws_s3_bucket.this["artifacts"].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_codepipeline" "this" {
  name     = var.name
  role_arn = aws_iam_role.service.arn

  artifact_store {
    type     = "S3"
    location = aws_s3_bucket.this["artifacts"].bucket

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
      role_arn         = var.granted_source_role_arn
      output_artifacts = ["image"]

      configuration = {
        RepositoryName = var.repository.name
        ImageTag       = var.repository.tag
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
        BucketName = aws_s3_bucket.this["releases"].bucket
        Extract    = "true"
      }
    }
  }

  depends_on = [
    aws_iam_role_policy.service,
    aws_s3_bucket_ownership_controls.artifacts,
    aws_s3_bucket_policy.artifacts,
  ]
}
