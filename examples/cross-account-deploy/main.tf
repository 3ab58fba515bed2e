# Three accounts: images, delivery, and production. The last action runs as a role of production, so that this role has
# to read the artifact and the key of the delivery account, whose policies have to let it.

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
  accounts = {
    images     = "111111111111"
    delivery   = "222222222222"
    production = "333333333333"
  }

  # Roles of other accounts that take part in the pipeline, by what they do with artifacts.
  writers = [aws_iam_role.source.arn]
  readers = [aws_iam_role.deploy.arn]
}

provider "aws" {
  alias               = "images"
  region              = "us-east-2"
  allowed_account_ids = [local.accounts.images]
}

provider "aws" {
  alias               = "delivery"
  region              = "us-east-2"
  allowed_account_ids = [local.accounts.delivery]
}

provider "aws" {
  alias               = "production"
  region              = "us-east-2"
  allowed_account_ids = [local.accounts.production]
}
