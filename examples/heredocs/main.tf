# Policies as JSON in heredocs, as older configurations have them. The key's policy leaves the pipeline's own account to
# IAM, so that the service role needs the key in its policy too.

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "registry_account" {
  default = "111111111111"
}

variable "pipeline_account" {
  default = "222222222222"
}

provider "aws" {
  alias               = "registry"
  region              = "us-east-1"
  allowed_account_ids = [var.registry_account]
}

provider "aws" {
  region              = "us-east-1"
  allowed_account_ids = [var.pipeline_account]
}

resource "aws_ecr_repository" "web" {
  provider     = aws.registry
  name         = "web"
  force_delete = true
}

resource "aws_iam_role" "cross_account" {
  provider = aws.registry
  name     = "web-cross-account"

  assume_role_policy = <<EOF
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": {
        "AWS": "arn:aws:iam::${var.pipeline_account}:root"
      },
      "Action": "sts:AssumeRole"
    }
  ]
}
EOF
}

resource "aws_iam_role_policy" "cross_account" {
  provider = aws.registry
  role     = aws_iam_role.cross_account.id

  policy = <<-POLICY
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Action": "ecr:DescribeImages",
          "Resource": "${aws_ecr_repository.web.arn}"
        },
        {
          "Effect": "Allow",
          "Action": ["s3:PutObject", "s3:PutObjectAcl"],
          "Resource": "${aws_s3_bucket.artifacts.arn}/*"
        },
        {
          "Effect": "Allow",
          "Action": ["kms:GenerateDataKey*", "kms:Encrypt", "kms:Decrypt"],
          "Resource": "${aws_kms_key.artifacts.arn}"
        }
      ]
    }
  POLICY
}

resource "aws_kms_key" "artifacts" {
  deletion_window_in_days = 7

  policy = <<-POLICY
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Sid": "OwnAccount",
          "Effect": "Allow",
          "Principal": { "AWS": "arn:aws:iam::${var.pipeline_account}:root" },
          "Action": "kms:*",
          "Resource": "*"
        },
        {
          "Sid": "RegistryAccount",
          "Effect": "Allow",
          "Principal": { "AWS": "arn:aws:iam::${var.registry_account}:root" },
          "Action": ["kms:GenerateDataKey*", "kms:Encrypt", "kms:Decrypt"],
          "Resource": "*"
        }
      ]
    }
  POLICY
}

resource "aws_s3_bucket" "artifacts" {
  bucket        = "web-artifacts-${var.pipeline_account}"
  force_destroy = true
}

resource "aws_s3_bucket_policy" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id

  policy = <<-POLICY
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Principal": { "AWS": "arn:aws:iam::${var.registry_account}:root" },
          "Action": ["s3:PutObject", "s3:PutObjectAcl"],
          "Resource": "${aws_s3_bucket.artifacts.arn}/*"
        }
      ]
    }
  POLICY
}

resource "aws_s3_bucket_ownership_controls" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket" "releases" {
  bucket        = "web-releases-${var.pipeline_account}"
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "releases" {
  bucket = aws_s3_bucket.releases.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_iam_role" "pipeline" {
  name = "web-pipeline"

  assume_role_policy = <<EOF
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": { "Service": "codepipeline.amazonaws.com" },
      "Action": "sts:AssumeRole"
    }
  ]
}
EOF
}

resource "aws_iam_role_policy" "pipeline" {
  role = aws_iam_role.pipeline.id

  policy = <<-POLICY
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Action": "sts:AssumeRole",
          "Resource": "${aws_iam_role.cross_account.arn}"
        },
        {
          "Effect": "Allow",
          "Action": ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
          "Resource": ["${aws_s3_bucket.artifacts.arn}/*", "${aws_s3_bucket.releases.arn}/*"]
        },
        {
          "Effect": "Allow",
          "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
          "Resource": "${aws_kms_key.artifacts.arn}"
        }
      ]
    }
  POLICY
}

resource "aws_codepipeline" "web" {
  name     = "web"
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
      role_arn         = aws_iam_role.cross_account.arn
      output_artifacts = ["image"]

      configuration = {
        RepositoryName = "web"
        ImageTag       = "latest"
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
        BucketName = "${aws_s3_bucket.releases.bucket}"
        Extract    = "true"
      }
    }
  }

  depends_on = [
    aws_iam_role_policy.cross_account,
    aws_iam_role_policy.pipeline,
    aws_s3_bucket_ownership_controls.artifacts,
    aws_s3_bucket_policy.artifacts,
  ]
}
