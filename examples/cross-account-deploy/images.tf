resource "aws_ecr_repository" "site" {
  provider     = aws.images
  name         = "site"
  force_delete = true
}

data "aws_iam_policy_document" "trusts_pipeline" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.pipeline.arn]
    }
  }
}

resource "aws_iam_role" "source" {
  provider           = aws.images
  name               = "site-source"
  assume_role_policy = data.aws_iam_policy_document.trusts_pipeline.json
}

data "aws_iam_policy_document" "source" {
  statement {
    actions   = ["ecr:DescribeImages"]
    resources = [aws_ecr_repository.site.arn]
  }

  statement {
    actions   = ["s3:PutObject", "s3:PutObjectAcl"]
    resources = ["${aws_s3_bucket.artifacts.arn}/site/*"]
  }

  statement {
    actions   = ["kms:GenerateDataKey*", "kms:Encrypt", "kms:Decrypt"]
    resources = [aws_kms_key.artifacts.arn]
  }
}

resource "aws_iam_role_policy" "source" {
  provider = aws.images
  name     = "source"
  role     = aws_iam_role.source.id
  policy   = data.aws_iam_policy_document.source.json
}
