# Modules in modules, each as often as a map says, with providers passed down two levels.

provider "aws" {
  alias               = "a"
  region              = "us-west-2"
  allowed_account_ids = ["111111111111"]
}

provider "aws" {
  alias               = "b"
  region              = "us-west-2"
  allowed_account_ids = ["222222222222"]
}

locals {
  services = {
    api    = { buckets = ["in", "out"], shared = true }
    worker = { buckets = [], shared = false }
  }
}

module "service" {
  source   = "./modules/service"
  for_each = local.services

  providers = {
    aws        = aws.a
    aws.bucket = aws.b
  }

  name    = each.key
  buckets = each.value.buckets
  shared  = each.value.shared
  reader  = each.value.shared ? one(values(aws_iam_role.reader)).arn : null
}

resource "aws_iam_role" "reader" {
  for_each = toset(["only"])
  provider = aws.b
  name     = "reader-${each.key}"

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "arn:aws:iam::111111111111:root" } }]
  })
}

resource "aws_iam_role_policy" "reader" {
  provider = aws.b
  name     = "reader"
  role     = aws_iam_role.reader["only"].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = [for arn in flatten(values(module.service)[*].bucket_arns) : "${arn}/*"]
    }]
  })
}

output "repositories" {
  value = { for name, service in module.service : name => service.repository }
}
