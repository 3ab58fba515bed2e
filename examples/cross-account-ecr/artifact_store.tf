# Account B: the artifact store and the key that encrypts it.

data "aws_caller_identity" "current" {
  provider = aws.pipeline
}

data "aws_iam_policy_document" "cross_account_key_policy" {
  statement {
    sid    = "RootUserKeyManagement"
    effect = "Allow"
    # With "kms.*" AWS answers:
    # "The new key policy will not allow you to update the key policy in the future."
    actions = [
      "kms:Create*",
      "kms:Describe*",
      "kms:Enable*",
      "kms:List*",
      "kms:Put*",
      "kms:Update*",
      "kms:Revoke*",
      "kms:Disable*",
      "kms:Get*",
      "kms:Delete*",
      "kms:TagResource",
      "kms:UntagResource",
      "kms:ScheduleKeyDeletion",
      "kms:CancelKeyDeletion",
    ]
    resources = ["*"]

    principals {
      type = "AWS"
      identifiers = [
        format("arn:aws:iam::%s:root", data.aws_caller_identity.current.account_id),
      ]
    }
  }

  statement {
    sid    = "EnableUseOfArtifactStoreEncryptionKey"
    effect = "Allow"
    actions = [
      "kms:Encrypt",
      "kms:Decrypt",
      "kms:ReEncrypt*",
      "kms:GenerateDataKey*",
      "kms:DescribeKey",
    ]
    resources = ["*"]

    principals {
      type = "AWS"
      identifiers = [
        format("arn:aws:iam::%s:root", var.registry_account_id),
        aws_iam_role.codepipeline.arn,
      ]
    }
  }

  statement {
    sid    = "EnableGrantOfArtifactStoreEncryptionKey"
    effect = "Allow"
    actions = [
      "kms:CreateGrant",
      "kms:ListGrants",
      "kms:RevokeGrant",
    ]
    resources = ["*"]

    principals {
      type = "AWS"
      identifiers = [
        format("arn:aws:iam::%s:root", var.registry_account_id),
        aws_iam_role.codepipeline.arn,
      ]
    }

    condition {
      test     = "Bool"
      variable = "kms:GrantIsForAWSResource"
      values   = [true]
    }
  }
}

resource "aws_kms_key" "artifact_store" {
  provider                = aws.pipeline
  description             = "Encrypts the artifacts that cross accounts."
  deletion_window_in_days = 7
  enable_key_rotation     = true
  policy                  = data.aws_iam_policy_document.cross_account_key_policy.json
  tags                    = local.tags
}

resource "aws_kms_alias" "artifact_store" {
  provider      = aws.pipeline
  name          = "alias/${var.name}-artifacts"
  target_key_id = aws_kms_key.artifact_store.key_id
}

resource "aws_s3_bucket" "artifact_store" {
  provider      = aws.pipeline
  bucket        = local.artifact_bucket
  force_destroy = true
  tags          = local.tags
}

resource "aws_s3_bucket_ownership_controls" "artifact_store" {
  provider = aws.pipeline
  bucket   = aws_s3_bucket.artifact_store.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "artifact_store" {
  provider                = aws.pipeline
  bucket                  = aws_s3_bucket.artifact_store.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "artifact_store" {
  provider = aws.pipeline
  bucket   = aws_s3_bucket.artifact_store.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.artifact_store.arn
    }
  }
}

data "aws_iam_policy_document" "artifact_store" {
  statement {
    sid       = "RegistryAccountReadsAndWrites"
    actions   = ["s3:Get*", "s3:Put*"]
    resources = ["${aws_s3_bucket.artifact_store.arn}/*"]

    principals {
      type        = "AWS"
      identifiers = [format("arn:aws:iam::%s:root", var.registry_account_id)]
    }
  }

  statement {
    sid       = "RegistryAccountLists"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.artifact_store.arn]

    principals {
      type        = "AWS"
      identifiers = [format("arn:aws:iam::%s:root", var.registry_account_id)]
    }
  }

  statement {
    sid       = "DenyUnEncryptedObjectUploads"
    effect    = "Deny"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.artifact_store.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "StringNotEquals"
      variable = "s3:x-amz-server-side-encryption"
      values   = ["aws:kms"]
    }
  }

  statement {
    sid       = "DenyInsecureConnections"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = ["${aws_s3_bucket.artifact_store.arn}/*"]

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

resource "aws_s3_bucket_policy" "artifact_store" {
  provider = aws.pipeline
  bucket   = aws_s3_bucket.artifact_store.id
  policy   = data.aws_iam_policy_document.artifact_store.json

  depends_on = [aws_s3_bucket_public_access_block.artifact_store]
}
