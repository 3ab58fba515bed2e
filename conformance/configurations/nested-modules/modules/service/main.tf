terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.bucket]
    }
  }
}

variable "name" {
  type     = string
  nullable = false

  validation {
    condition     = can(regex("^[a-z]+$", var.name))
    error_message = "Only lower-case letters."
  }
}

variable "buckets" {
  type = list(string)
}

variable "reader" {
  type    = string
  default = null
}

variable "shared" {
  type = bool
}

resource "aws_ecr_repository" "this" {
  name         = "nested/${var.name}"
  force_delete = true
}

resource "aws_ecr_repository_policy" "this" {
  count      = var.shared ? 1 : 0
  repository = aws_ecr_repository.this.name

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "ecr:BatchGetImage", Principal = { AWS = var.reader } }]
  })
}

module "bucket" {
  source = "../bucket"
  count  = length(var.buckets)

  providers = {
    aws = aws.bucket
  }

  name = "${var.name}-${var.buckets[count.index]}-${basename(path.module)}"
}

output "repository" {
  value = aws_ecr_repository.this.repository_url
}

output "bucket_arns" {
  value = module.bucket[*].arn
}
