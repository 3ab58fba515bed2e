# A pipeline that deploys in another region: the artifact is copied into the store of that region, under the key there.

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["222222222222"]
}

provider "aws" {
  alias               = "site"
  region              = "us-east-1"
  allowed_account_ids = ["222222222222"]
}

locals {
  key_policy = {
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::222222222222:root" }, Action = "kms:*", Resource = "*" },
    ]
  }
}

resource "aws_kms_key" "own" {
  policy = jsonencode(local.key_policy)
}

resource "aws_kms_key" "site" {
  provider = aws.site
  policy   = jsonencode(local.key_policy)
}

resource "aws_s3_bucket" "own" {
  bucket        = "cross-region-own-222222222222"
  force_destroy = true
}

resource "aws_s3_bucket" "store" {
  provider      = aws.site
  bucket        = "cross-region-store-222222222222"
  force_destroy = true
}

resource "aws_s3_bucket" "site" {
  provider      = aws.site
  bucket        = "cross-region-site-222222222222"
  force_destroy = true
}

resource "aws_s3_bucket" "source" {
  bucket        = "cross-region-source-222222222222"
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "source" {
  bucket = aws_s3_bucket.source.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_object" "site" {
  bucket = aws_s3_bucket_versioning.source.bucket
  key    = "site.zip"
  source = "${path.module}/site.zip"
}

resource "aws_iam_role" "delivery" {
  name = "cross-region-delivery"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { Service = "codepipeline.amazonaws.com" }, Action = "sts:AssumeRole" },
    ]
  })
}

resource "aws_iam_role_policy" "delivery" {
  name = "delivery"
  role = aws_iam_role.delivery.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "s3:GetBucketVersioning", Resource = aws_s3_bucket.source.arn },
      { Effect = "Allow", Action = ["s3:GetObject", "s3:GetObjectVersion"], Resource = "${aws_s3_bucket.source.arn}/*" },
      { Effect = "Allow", Action = ["s3:GetObject", "s3:PutObject"], Resource = ["${aws_s3_bucket.own.arn}/*", "${aws_s3_bucket.store.arn}/*"] },
      { Effect = "Allow", Action = "s3:PutObject", Resource = "${aws_s3_bucket.site.arn}/*" },
      { Effect = "Allow", Action = ["kms:GenerateDataKey", "kms:Decrypt"], Resource = [aws_kms_key.own.arn, aws_kms_key.site.arn] },
    ]
  })
}

resource "aws_codepipeline" "delivery" {
  name     = "cross-region"
  role_arn = aws_iam_role.delivery.arn

  artifact_store {
    region   = "eu-west-1"
    location = aws_s3_bucket.own.bucket
    type     = "S3"

    encryption_key {
      id   = aws_kms_key.own.arn
      type = "KMS"
    }
  }

  artifact_store {
    region   = "us-east-1"
    location = aws_s3_bucket.store.bucket
    type     = "S3"

    encryption_key {
      id   = aws_kms_key.site.arn
      type = "KMS"
    }
  }

  stage {
    name = "Source"

    action {
      name             = "Site"
      category         = "Source"
      owner            = "AWS"
      provider         = "S3"
      version          = "1"
      output_artifacts = ["site"]

      configuration = {
        S3Bucket             = aws_s3_object.site.bucket
        S3ObjectKey          = aws_s3_object.site.key
        PollForSourceChanges = "false"
      }
    }
  }

  stage {
    name = "Deploy"

    action {
      name            = "Site"
      category        = "Deploy"
      owner           = "AWS"
      provider        = "S3"
      region          = "us-east-1"
      version         = "1"
      input_artifacts = ["site"]

      configuration = {
        BucketName = aws_s3_bucket.site.bucket
        Extract    = "true"
      }
    }
  }

  depends_on = [aws_iam_role_policy.delivery]
}
