provider "aws" {
  region = "eu-west-1"
}

provider "aws" {
  alias  = "delivery"
  region = "eu-west-1"
}

variable "size" {
  type = number
}

locals {
  what = "the first override"
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]
    principals {
      type        = "AWS"
      identifiers = ["222222222222"]
    }
  }
}

resource "aws_iam_role" "shown" {
  tags = { First = local.what }
}

resource "aws_iam_role" "shown" {
  max_session_duration = var.size
}

resource "aws_iam_role_policy" "numbered" {
  count = 3
}

resource "aws_s3_bucket_versioning" "artifacts" {
  versioning_configuration {
    status = "Suspended"
  }
}

module "repository" {
  name = "overridden"
}
