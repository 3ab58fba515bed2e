terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}
provider "aws" {
  region = "eu-central-1"
  access_key = "a"
  secret_key = "b"
  skip_credentials_validation = true
  skip_requesting_account_id = true
  skip_metadata_api_check = true
}
variable "on" { default = true }
resource "aws_iam_role" "one" {
  name = "one"
  assume_role_policy = "{}"
}
resource "aws_iam_role" "two" {
  count = 2
  name = "two${count.index}"
  assume_role_policy = "{}"
}
resource "aws_iam_role" "each" {
  for_each = toset(["a", "b"])
  name = each.key
  assume_role_policy = "{}"
}
resource "aws_kms_key" "key" {}
data "aws_iam_policy_document" "known" {
  statement { 
    actions = ["s3:GetObject"]
    resources = ["*"]
  }
}
data "aws_iam_policy_document" "unknown" {
  statement { 
    actions = ["s3:GetObject"]
    resources = [aws_kms_key.key.arn]
  }
}
data "aws_iam_policy_document" "waits" {
  depends_on = [aws_kms_key.key]
  statement { 
    actions = ["s3:GetObject"]
    resources = ["*"]
  }
}
locals {
  arns = [aws_iam_role.one.arn]
  map  = { role = aws_iam_role.one.arn, name = aws_iam_role.one.name }
  list = [{ name = "x", arn = aws_iam_role.one.arn }, { name = "y", arn = "z" }]
}
module "m" {
  source = "./m"
  key    = aws_kms_key.key.arn
  arns   = local.arns
  plain  = "p"
}
module "n" {
  source   = "./m"
  for_each = toset(["a"])
  key      = "k"
  arns     = []
  plain    = each.key
}
