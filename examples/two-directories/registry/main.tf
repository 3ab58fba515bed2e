# The registry's team applies this directory, in its own account. It cannot name a role of the pipeline's account that
# does not exist yet, so that it trusts that account, and of it only roles of one name.

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
  allowed_account_ids = ["111111111111"]
}

variable "pipeline_account" {
  type    = string
  default = "222222222222"
}

variable "repository" {
  type    = string
  default = "platform/base"
}

variable "artifact_bucket" {
  description = "Agreed with the pipeline's team."
  type        = string
  default     = "platform-artifacts-222222222222"
}

resource "aws_ecr_repository" "base" {
  name         = var.repository
  force_delete = true
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${var.pipeline_account}:root"]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:PrincipalArn"
      values   = ["arn:aws:iam::${var.pipeline_account}:role/platform-pipeline*"]
    }
  }
}

resource "aws_iam_role" "source" {
  name               = "base-image-source"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

data "aws_iam_policy_document" "source" {
  statement {
    actions   = ["ecr:DescribeImages"]
    resources = [aws_ecr_repository.base.arn]
  }

  statement {
    actions   = ["s3:PutObject", "s3:PutObjectAcl"]
    resources = ["arn:aws:s3:::${var.artifact_bucket}/*"]
  }

  # The key of the pipeline's account is not known here: its key policy says who may use it.
  statement {
    actions   = ["kms:GenerateDataKey*", "kms:Encrypt", "kms:Decrypt"]
    resources = ["arn:aws:kms:eu-west-1:${var.pipeline_account}:key/*"]
  }
}

resource "aws_iam_policy" "source" {
  name   = "base-image-source"
  policy = data.aws_iam_policy_document.source.json
}

resource "aws_iam_role_policy_attachment" "source" {
  role       = aws_iam_role.source.name
  policy_arn = aws_iam_policy.source.arn
}

output "repository" {
  value = aws_ecr_repository.base.name
}

output "source_role_arn" {
  value      = aws_iam_role.source.arn
  depends_on = [aws_iam_role_policy_attachment.source]
}
