# The account that owns the images.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

resource "aws_ecr_repository" "this" {
  name         = var.repository
  force_delete = true
}

# The role that the pipeline's source action assumes. Its name is known before it exists, its trust names the service
# role of the pipeline.
resource "aws_iam_role" "source" {
  name = "${replace(var.repository, "/", "-")}-source"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { AWS = var.reader_role_arn }
      },
    ]
  })
}

data "aws_iam_policy_document" "source" {
  statement {
    sid       = "FindTheImage"
    actions   = ["ecr:DescribeImages"]
    resources = [aws_ecr_repository.this.arn]
  }

  statement {
    sid       = "WriteItsDescription"
    actions   = ["s3:PutObject", "s3:PutObjectAcl"]
    resources = ["${var.artifact_bucket_arn}/*"]
  }

  statement {
    sid       = "EncryptIt"
    actions   = ["kms:GenerateDataKey*", "kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"]
    resources = [var.artifact_key_arn]
  }
}

resource "aws_iam_role_policy" "source" {
  name   = "source"
  role   = aws_iam_role.source.id
  policy = data.aws_iam_policy_document.source.json
}
