terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  alias               = "a"
  region              = "us-east-1"
  allowed_account_ids = [local.a]
}

provider "aws" {
  alias               = "b"
  region              = "us-east-1"
  allowed_account_ids = [local.b]
}

locals {
  a = "111111111111"
  b = "222222222222"
}

resource "aws_ecr_repository" "app" {
  provider = aws.a
  name     = "team/app"
}

resource "aws_iam_role" "source" {
  provider = aws.a
  name     = "source"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = aws_iam_role.pipeline.arn }
    }]
  })
}

resource "aws_iam_role_policy" "source" {
  provider = aws.a
  name     = "source"
  role     = aws_iam_role.source.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "ecr:DescribeImages", Resource = aws_ecr_repository.app.arn },
      { Effect = "Allow", Action = ["s3:PutObject", "s3:PutObjectAcl"], Resource = "${aws_s3_bucket.store.arn}/*" },
      { Effect = "Allow", Action = ["kms:GenerateDataKey", "kms:Decrypt"], Resource = aws_kms_key.store.arn },
    ]
  })
}

resource "aws_iam_role" "pipeline" {
  provider = aws.b
  name     = "pipeline"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "codepipeline.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "pipeline" {
  provider = aws.b
  name     = "pipeline"
  role     = aws_iam_role.pipeline.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "sts:AssumeRole", Resource = ["arn:aws:iam::${local.a}:role/source", aws_iam_role.deploy.arn] },
      { Effect = "Allow", Action = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"], Resource = ["${aws_s3_bucket.store.arn}/*", "${aws_s3_bucket.out.arn}/*"] },
      { Effect = "Allow", Action = ["s3:GetBucketVersioning", "s3:GetBucketAcl", "s3:GetBucketLocation"], Resource = aws_s3_bucket.store.arn },
    ]
  })
}

resource "aws_kms_key" "store" {
  provider = aws.b
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "kms:*", Resource = "*", Principal = { AWS = "arn:aws:iam::${local.b}:root" } },
      { Effect = "Allow", Action = ["kms:Decrypt", "kms:GenerateDataKey*"], Resource = "*", Principal = { AWS = [aws_iam_role.pipeline.arn, aws_iam_role.source.arn, aws_iam_role.deploy.arn] } },
    ]
  })
}

resource "aws_s3_bucket" "store" {
  provider = aws.b
  bucket   = "store-${local.b}"
}

resource "aws_s3_bucket_policy" "store" {
  provider = aws.b
  bucket   = aws_s3_bucket.store.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["s3:Get*", "s3:Put*"], Resource = "${aws_s3_bucket.store.arn}/*", Principal = { AWS = [aws_iam_role.source.arn, aws_iam_role.deploy.arn] } },
    ]
  })
}

resource "aws_s3_bucket" "out" {
  provider = aws.b
  bucket   = "out-${local.b}"
}

resource "aws_s3_bucket_versioning" "out" {
  provider = aws.b
  bucket   = aws_s3_bucket.out.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_codepipeline" "this" {
  provider = aws.b
  name     = "release-app"
  role_arn = aws_iam_role.pipeline.arn

  artifact_store {
    type     = "S3"
    location = aws_s3_bucket.store.bucket
    encryption_key {
      id   = aws_kms_key.store.arn
      type = "KMS"
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
        RepositoryName = aws_ecr_repository.app.name
        ImageTag       = "main"
      }
    }
  }

  stage {
    name = "Release"
    action {
      name            = "Copy"
      category        = "Deploy"
      owner           = "AWS"
      provider        = "S3"
      version         = "1"
      input_artifacts = ["image"]
      role_arn        = aws_iam_role.deploy.arn
      configuration = {
        BucketName = aws_s3_bucket.live.bucket
        Extract    = "true"
      }
    }
  }

  depends_on = [
    aws_iam_role_policy.pipeline,
    aws_iam_role_policy.source,
    aws_s3_bucket_policy.store,
    aws_iam_role_policy.deploy,
    aws_s3_bucket_server_side_encryption_configuration.live,
  ]
}

provider "aws" {
  alias               = "c"
  region              = "us-east-1"
  allowed_account_ids = ["444444444444"]
}
resource "aws_s3_bucket" "live" {
  provider = aws.c
  bucket   = "live-444"
}
resource "aws_s3_bucket_versioning" "live" {
  provider = aws.c
  bucket   = aws_s3_bucket.live.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_kms_key" "live" {
  provider = aws.c
}
resource "aws_s3_bucket_server_side_encryption_configuration" "live" {
  provider = aws.c
  bucket   = aws_s3_bucket.live.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.live.arn
    }
    bucket_key_enabled = true
  }
}
resource "aws_iam_role" "deploy" {
  provider           = aws.c
  name_prefix        = "deploy-"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "arn:aws:iam::222222222222:role/pipeline" } }] })
  depends_on         = [aws_iam_role.pipeline]
}
resource "aws_iam_role_policy" "deploy" {
  provider = aws.c
  name     = "p"
  role     = aws_iam_role.deploy.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["s3:GetObject", "s3:GetObjectVersion"], Resource = "${aws_s3_bucket.store.arn}/*" },
      { Effect = "Allow", Action = ["s3:PutObject"], Resource = "${aws_s3_bucket.live.arn}/*" },
      { Effect = "Allow", Action = ["kms:GenerateDataKey"], Resource = aws_kms_key.live.arn },
      { Effect = "Allow", Action = ["kms:Decrypt"], Resource = aws_kms_key.store.arn },
    ]
  })
}
