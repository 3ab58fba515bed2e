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

resource "aws_s3_bucket_lifecycle_configuration" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id

  rule {
    id     = "old"
    status = "Enabled"
    filter {}
    expiration {
      days = 30
    }
  }
}

module "topics" {
  source = "./topics"
  names  = ["push", "failed"]
  rule   = aws_cloudwatch_event_rule.push.arn
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
