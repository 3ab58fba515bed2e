# What override files say wins, each after the other: the descriptions of the roles and their policies show it.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region              = "nowhere-1"
  allowed_account_ids = ["111111111111"]
}

provider "aws" {
  alias               = "delivery"
  region              = "nowhere-1"
  allowed_account_ids = ["222222222222"]
}

variable "size" {
  type    = string
  default = "7200"
}

locals {
  what  = "the base"
  other = "not overridden"
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["codepipeline.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "shown" {
  name                 = "overridden"
  description          = "${local.what}, ${local.other}, ${var.size + 1}"
  max_session_duration = 3600
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  tags                 = { Base = "yes" }
}

resource "aws_iam_role_policy" "numbered" {
  count = 2
  name  = "numbered-${count.index}"
  role  = aws_iam_role.shown.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "*" }]
  })
}

resource "aws_s3_bucket" "artifacts" {
  provider = aws.delivery
  bucket   = "overridden-artifacts"
}

resource "aws_s3_bucket_versioning" "artifacts" {
  provider = aws.delivery
  bucket   = aws_s3_bucket.artifacts.id
  versioning_configuration {
    status = "Enabled"
  }
}

module "repository" {
  source = "./repository"
  name   = "base"
}
