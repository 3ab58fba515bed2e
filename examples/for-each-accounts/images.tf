# The account of the images: a repository and a role for each service.

resource "aws_ecr_repository" "service" {
  provider     = aws.images
  for_each     = var.services
  name         = "services/${each.key}"
  force_delete = true
}

# The role of one service is trusted by the pipeline of that service and by no other.
data "aws_iam_policy_document" "source_trust" {
  for_each = var.services

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.pipeline[each.key].arn]
    }
  }
}

resource "aws_iam_role" "source" {
  provider           = aws.images
  for_each           = var.services
  name               = "source-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.source_trust[each.key].json
}

data "aws_iam_policy_document" "source" {
  for_each = var.services

  statement {
    actions   = ["ecr:DescribeImages"]
    resources = [aws_ecr_repository.service[each.key].arn]
  }

  # Each service writes under its own name: the key of an artifact begins with the name of the pipeline.
  statement {
    actions   = ["s3:PutObject", "s3:PutObjectAcl"]
    resources = ["${aws_s3_bucket.this["artifacts"].arn}/${each.key}/*"]
  }

  statement {
    actions   = ["kms:GenerateDataKey*", "kms:Encrypt", "kms:Decrypt"]
    resources = [aws_kms_key.artifacts.arn]
  }
}

resource "aws_iam_role_policy" "source" {
  provider = aws.images
  for_each = aws_iam_role.source
  name     = "source"
  role     = each.value.id
  policy   = data.aws_iam_policy_document.source[each.key].json
}
