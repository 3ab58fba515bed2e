# The pipeline's account: the artifact store, and the key that encrypts it.

resource "aws_s3_bucket" "artifacts" {
  provider = aws.pipeline
  bucket   = "${var.name}-artifacts-${var.pipeline_account_id}"
}

# What the registry's account writes must belong to this one, or this one cannot read it.
resource "aws_s3_bucket_ownership_controls" "artifacts" {
  provider = aws.pipeline
  bucket   = aws_s3_bucket.artifacts.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "artifacts" {
  provider                = aws.pipeline
  bucket                  = aws_s3_bucket.artifacts.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

data "aws_iam_policy_document" "artifacts" {
  statement {
    sid       = "SourceRoleWrites"
    actions   = ["s3:GetObject*", "s3:PutObject", "s3:PutObjectAcl"]
    resources = ["${aws_s3_bucket.artifacts.arn}/*"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.source.arn]
    }
  }

  statement {
    sid       = "DenyInsecureTransport"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.artifacts.arn, "${aws_s3_bucket.artifacts.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "artifacts" {
  provider = aws.pipeline
  bucket   = aws_s3_bucket.artifacts.id
  policy   = data.aws_iam_policy_document.artifacts.json

  depends_on = [aws_s3_bucket_public_access_block.artifacts]
}

data "aws_iam_policy_document" "key" {
  statement {
    sid       = "Administration"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${var.pipeline_account_id}:root"]
    }
  }

  statement {
    sid       = "SourceRoleEncrypts"
    actions   = ["kms:DescribeKey", "kms:GenerateDataKey*", "kms:Encrypt", "kms:ReEncrypt*", "kms:Decrypt"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.source.arn]
    }
  }
}

# A key of one's own: the default key of S3 cannot be used from another account.
resource "aws_kms_key" "artifacts" {
  provider            = aws.pipeline
  description         = "Artifacts of the pipeline ${var.name}."
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.key.json
}
