# What arguments become, and what is read of what was not given: the descriptions of the roles show it.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111111111111"]
}

variable "sessions" {
  type    = map(string)
  default = { short = "3600", long = "7200" }
}

variable "anything" {
  type    = any
  default = { names = ["b", "a"], size = 2 }
}

locals {
  trust = jsonencode({
    Version = "2012-10-17"
    Statement = {
      Effect    = "Allow"
      Principal = { Service = "codepipeline.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }
  })
  empty = <<EOT
EOT
}

resource "aws_iam_role" "each" {
  for_each             = var.sessions
  name                 = "typed-${each.key}"
  max_session_duration = each.value
  assume_role_policy   = local.trust
  tags                 = { number = 1, yes = true, none = local.empty }
}

resource "aws_iam_role" "shown" {
  name               = "typed-shown"
  assume_role_policy = local.trust
  path               = "/shown/"
  description = join(" ", [
    aws_iam_role.each["long"].path,
    aws_iam_role.each["long"].max_session_duration,
    aws_iam_role.each["short"].tags["number"] == "1" ? "a text" : "a number",
    aws_iam_role.each["short"].tags == tomap({ number = "1", yes = "true", none = "" }) ? "a map" : "an object",
    coalesce(aws_iam_role.each["short"].permissions_boundary, "none"),
    tolist(var.anything.names) == var.anything.names ? "a list" : "a tuple",
    join("", sort(values(aws_iam_role.each)[*].name)),
    length(toset([1, "1", true])),
    1 / 4,
    contains(["1"], 1) ? "in" : "not in",
    join("", [for k, v in toset(["z", "y"]) : "${k}${v}"]),
  ])
}

resource "aws_ecr_repository" "shown" {
  name         = "typed"
  force_delete = "true"
  tags = {
    mutability = "set-below"
    session    = aws_iam_role.each["long"].max_session_duration
  }
}

resource "aws_ecr_repository" "after" {
  name = lower(join("-", ["typed", aws_ecr_repository.shown.image_tag_mutability, length(aws_ecr_repository.shown.tags)]))
}

resource "aws_kms_key" "shown" {
  deletion_window_in_days = "7"
  enable_key_rotation     = "true"
  description             = "key"
}

resource "aws_kms_alias" "shown" {
  name          = "alias/${aws_kms_key.shown.is_enabled ? "on" : "off"}-${lower(aws_kms_key.shown.customer_master_key_spec)}-${aws_kms_key.shown.deletion_window_in_days + 1}"
  target_key_id = aws_kms_key.shown.key_id
}
