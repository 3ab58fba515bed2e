# What is of services that are not here is left out both ways, with all that is made of it; nothing else is.
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

import {
  to = aws_ecr_repository.app
  id = "left-out/app"
}

resource "aws_ecr_repository" "app" {
  name = "left-out/app"
}

resource "aws_cloudwatch_event_rule" "push" {
  name          = "push"
  event_pattern = jsonencode({ source = ["aws.ecr"], detail = { repository-name = [aws_ecr_repository.app.name] } })
}

resource "aws_cloudwatch_event_target" "push" {
  rule = aws_cloudwatch_event_rule.push.name
  arn  = module.topics.arns["push"]
}

resource "aws_s3_bucket" "artifacts" {
  bucket = "left-out-artifacts"
}

resource "aws_s3_bucket_analytics_configuration" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id
  name   = "all"
}

module "topics" {
  source = "./topics"
  names  = ["push", "failed"]
  rule   = aws_cloudwatch_event_rule.push.arn

  depends_on = [aws_cloudwatch_event_rule.push, aws_ecr_repository.app]
}

check "rule" {
  assert {
    condition     = aws_cloudwatch_event_rule.push.name == "push"
    error_message = "The rule has another name."
  }
}

output "late" {
  value      = aws_ecr_repository.app.arn
  depends_on = [aws_s3_bucket.artifacts, aws_cloudwatch_event_target.push]

  precondition {
    condition     = aws_cloudwatch_event_rule.push.arn != ""
    error_message = "The rule has no ARN."
  }
}

locals {
  rule = { arn = aws_cloudwatch_event_rule.push.arn }
}

output "rule" {
  value = local.rule.arn
}

output "repository" {
  value = aws_ecr_repository.app.arn
}

resource "aws_iam_role" "reader" {
  name = "left-out-reader"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "111111111111" } }]
  })
}

resource "aws_iam_role_policy" "reader" {
  name = "reader"
  role = aws_iam_role.reader.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "ecr:ListImages", Resource = aws_ecr_repository.app.arn }]
  })
}

resource "aws_iam_role_policies_exclusive" "reader" {
  role_name    = aws_iam_role.reader.name
  policy_names = [aws_iam_role_policy.reader.name]
}

resource "aws_iam_role_policy_attachments_exclusive" "reader" {
  role_name   = aws_iam_role.reader.name
  policy_arns = ["arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"]
}

data "aws_iam_roles" "all" {
  depends_on = [aws_iam_role.reader]
}

data "aws_ecr_repositories" "all" {
  depends_on = [aws_ecr_repository.app]
}

resource "aws_s3_object" "names" {
  bucket  = aws_s3_bucket.artifacts.id
  key     = "names"
  content = "${join(",", data.aws_iam_roles.all.names)} ${join(",", data.aws_ecr_repositories.all.names)}"
}

# What is only waited for is left out alone, and what has no instances is nothing.

resource "aws_s3_bucket_analytics_configuration" "idle" {
  bucket = aws_s3_bucket.waits_for_nothing.id
  name   = "idle"
}

resource "aws_s3_bucket" "waits_for_nothing" {
  bucket = "waits-for-nothing"
}

resource "aws_s3_bucket_versioning" "waits" {
  bucket = aws_s3_bucket.waits_for_nothing.id

  versioning_configuration {
    status = "Enabled"
  }

  depends_on = [
    aws_s3_bucket_analytics_configuration.idle,
    aws_s3_bucket.waits_for_nothing,
    aws_ecr_registry_policy.none,
  ]
}

resource "aws_ecr_registry_policy" "none" {
  count  = 0
  policy = "{}"
}
