resource "aws_s3_bucket" "site" {
  provider      = aws.production
  bucket        = "site-${local.accounts.production}"
  force_destroy = true
}

resource "aws_iam_role" "deploy" {
  provider           = aws.production
  name               = "site-deploy"
  assume_role_policy = data.aws_iam_policy_document.trusts_pipeline.json
}

# It reads the artifact of the delivery account, and writes into the bucket of its own.
data "aws_iam_policy_document" "deploy" {
  statement {
    actions   = ["s3:GetObject", "s3:GetObjectVersion"]
    resources = ["${aws_s3_bucket.artifacts.arn}/site/*"]
  }

  statement {
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.artifacts.arn]
  }

  statement {
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.site.arn}/*"]
  }
}

resource "aws_iam_role_policy" "deploy" {
  provider = aws.production
  name     = "deploy"
  role     = aws_iam_role.deploy.id
  policy   = data.aws_iam_policy_document.deploy.json
}
