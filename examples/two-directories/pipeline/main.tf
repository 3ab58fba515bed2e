# The pipeline's team applies this directory after the registry's, in its own account, and reads the outputs of the other
# from its state.

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["222222222222"]
}

data "terraform_remote_state" "registry" {
  backend = "local"

  config = {
    path = "../registry/terraform.tfstate"
  }
}

data "aws_caller_identity" "this" {}

locals {
  registry = data.terraform_remote_state.registry.outputs
  account  = data.aws_caller_identity.this.account_id
}

resource "aws_s3_bucket" "artifacts" {
  bucket        = "platform-artifacts-${local.account}"
  force_destroy = true
}

resource "aws_s3_bucket_ownership_controls" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket" "releases" {
  bucket        = "platform-releases-${local.account}"
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "releases" {
  bucket = aws_s3_bucket.releases.id

  versioning_configuration {
    status = "Enabled"
  }
}

data "aws_iam_policy_document" "artifacts" {
  statement {
    actions   = ["s3:PutObject", "s3:PutObjectAcl"]
    resources = ["${aws_s3_bucket.artifacts.arn}/*"]

    principals {
      type        = "AWS"
      identifiers = [local.registry.source_role_arn]
    }
  }
}

resource "aws_s3_bucket_policy" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id
  policy = data.aws_iam_policy_document.artifacts.json
}

data "aws_iam_policy_document" "key" {
  statement {
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${local.account}:root"]
    }
  }

  statement {
    actions   = ["kms:GenerateDataKey*", "kms:Encrypt", "kms:Decrypt"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [local.registry.source_role_arn]
    }
  }
}

resource "aws_kms_key" "artifacts" {
  deletion_window_in_days = 7
  policy                  = data.aws_iam_policy_document.key.json
}

data "aws_iam_policy_document" "service_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["codepipeline.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "service" {
  name               = "platform-pipeline"
  assume_role_policy = data.aws_iam_policy_document.service_trust.json
}

data "aws_iam_policy_document" "service" {
  statement {
    actions   = ["sts:AssumeRole"]
    resources = [local.registry.source_role_arn]
  }

  statement {
    actions   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
    resources = ["${aws_s3_bucket.artifacts.arn}/*"]
  }

  statement {
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.releases.arn}/*"]
  }

  # The key policy leaves this account's own principals to IAM.
  statement {
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.artifacts.arn]
  }
}

resource "aws_iam_role_policy" "service" {
  name   = "service"
  role   = aws_iam_role.service.id
  policy = data.aws_iam_policy_document.service.json
}

resource "aws_codepipeline" "base" {
  name     = "platform-base"
  role_arn = aws_iam_role.service.arn

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
      name             = "BaseImage"
      category         = "Source"
      owner            = "AWS"
      provider         = "ECR"
      version          = "1"
      role_arn         = local.registry.source_role_arn
      output_artifacts = ["image"]

      configuration = {
        RepositoryName = local.registry.repository
        ImageTag       = "current"
      }
    }
  }

  stage {
    name = "Deploy"

    action {
      name            = "Record"
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
    aws_iam_role_policy.service,
    aws_s3_bucket_ownership_controls.artifacts,
    aws_s3_bucket_policy.artifacts,
  ]
}
