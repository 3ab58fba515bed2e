# Policies as JSON files beside the configuration: as they are where every name is known, as templates where not.

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
  alias               = "tools"
  region              = local.region
  allowed_account_ids = [local.tools_account]
}

provider "aws" {
  alias               = "delivery"
  region              = local.region
  allowed_account_ids = [local.delivery_account]
}

locals {
  region           = "us-west-2"
  tools_account    = "111111111111"
  delivery_account = "222222222222"

  # The names that the policy files have in them.
  names = jsondecode(file("${path.module}/names.json"))
}

resource "aws_ecr_repository" "backend" {
  provider     = aws.tools
  name         = local.names.repository
  force_delete = true
}

resource "aws_iam_role" "source" {
  provider           = aws.tools
  name               = local.names.source_role
  assume_role_policy = file("${path.module}/policies/source-trust.json")

  # The trust names the pipeline's role, which must exist.
  depends_on = [aws_iam_role.pipeline]
}

resource "aws_iam_role_policy" "source" {
  provider = aws.tools
  name     = "source"
  role     = aws_iam_role.source.name

  policy = templatefile("${path.module}/policies/source.json.tftpl", {
    repository = aws_ecr_repository.backend.arn
    bucket     = aws_s3_bucket.artifacts.arn
    key        = aws_kms_key.artifacts.arn
  })
}

resource "aws_iam_role" "pipeline" {
  provider           = aws.delivery
  name               = local.names.pipeline_role
  assume_role_policy = file("${path.module}/policies/pipeline-trust.json")
}

resource "aws_iam_role_policy" "pipeline" {
  provider = aws.delivery
  name     = "pipeline"
  role     = aws_iam_role.pipeline.name
  policy   = file("${path.module}/policies/pipeline.json")
}

resource "aws_kms_key" "artifacts" {
  provider                = aws.delivery
  deletion_window_in_days = 7

  policy = templatefile("${path.module}/policies/key.json.tftpl", {
    account = local.delivery_account
    users   = [aws_iam_role.source.arn, aws_iam_role.pipeline.arn]
  })
}

resource "aws_s3_bucket" "artifacts" {
  provider      = aws.delivery
  bucket        = local.names.artifact_bucket
  force_destroy = true
}

resource "aws_s3_bucket_policy" "artifacts" {
  provider = aws.delivery
  bucket   = aws_s3_bucket.artifacts.id
  policy   = file("${path.module}/policies/artifacts.json")

  # The policy names the role of the other account, which must exist.
  depends_on = [aws_iam_role.source]
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
  bucket        = local.names.release_bucket
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "releases" {
  provider = aws.delivery
  bucket   = aws_s3_bucket.releases.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_codepipeline" "backend" {
  provider = aws.delivery
  name     = "backend"
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
        RepositoryName = aws_ecr_repository.backend.name
        ImageTag       = "main"
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
    aws_iam_role_policy.pipeline,
    aws_iam_role_policy.source,
    aws_s3_bucket_ownership_controls.artifacts,
    aws_s3_bucket_policy.artifacts,
  ]
}
