# Several services with the same agreements: repositories, roles and pipelines are made for each entry of one map, and
# the policies that all of them share are built from it.

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
  alias               = "images"
  region              = var.region
  allowed_account_ids = [var.accounts["images"]]
}

provider "aws" {
  alias               = "delivery"
  region              = var.region
  allowed_account_ids = [var.accounts["delivery"]]

  default_tags {
    tags = {
      Owner = "delivery"
    }
  }
}

variable "region" {
  type    = string
  default = "ap-northeast-1"
}

variable "accounts" {
  type = map(string)
  default = {
    images   = "111111111111"
    delivery = "222222222222"
  }
}

variable "services" {
  description = "What is delivered, and which tag of it."
  type = map(object({
    tag      = optional(string, "stable")
    approval = optional(bool, false)
  }))
  default = {
    api    = { approval = true }
    worker = { tag = "latest" }
  }
}

variable "versioned" {
  description = "Whether the bucket of releases keeps old versions."
  type        = bool
  default     = true
}

locals {
  bucket_names = {
    for pair in setproduct(["artifacts", "releases"], [var.accounts["delivery"]]) :
    pair[0] => join("-", pair)
  }

  key_users = flatten([
    [for role in aws_iam_role.pipeline : role.arn],
    [for role in aws_iam_role.source : role.arn],
  ])
}
