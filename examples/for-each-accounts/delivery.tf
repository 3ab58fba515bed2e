# The account of the pipelines: one for each service, with one artifact store and one key for all.

resource "aws_s3_bucket" "this" {
  provider      = aws.delivery
  for_each      = local.bucket_names
  bucket        = each.value
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "releases" {
  provider = aws.delivery
  count    = var.versioned ? 1 : 0
  bucket   = aws_s3_bucket.this["releases"].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_ownership_controls" "artifacts" {
  provider = aws.delivery
  bucket   = aws_s3_bucket.this["artifacts"].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

data "aws_iam_policy_document" "artifacts" {
  dynamic "statement" {
    for_each = aws_iam_role.source

    content {
      sid       = "Write${title(statement.key)}"
      actions   = ["s3:PutObject", "s3:PutObjectAcl"]
      resources = ["${aws_s3_bucket.this["artifacts"].arn}/${statement.key}/*"]

      principals {
        type        = "AWS"
        identifiers = [statement.value.arn]
      }
    }
  }
}

resource "aws_s3_bucket_policy" "artifacts" {
  provider = aws.delivery
  bucket   = aws_s3_bucket.this["artifacts"].id
  policy   = data.aws_iam_policy_document.artifacts.json
}

resource "aws_kms_key" "artifacts" {
  provider                = aws.delivery
  deletion_window_in_days = 7

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Administration"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${var.accounts["delivery"]}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "Use"
        Effect    = "Allow"
        Principal = { AWS = sort(local.key_users) }
        Action    = ["kms:GenerateDataKey*", "kms:Encrypt", "kms:Decrypt"]
        Resource  = "*"
      },
    ]
  })
}

resource "aws_iam_role" "pipeline" {
  provider = aws.delivery
  for_each = var.services
  name     = "pipeline-${each.key}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "codepipeline.amazonaws.com" }
        Action    = "sts:AssumeRole"
      },
    ]
  })
}

resource "aws_iam_role_policy" "pipeline" {
  provider = aws.delivery
  for_each = var.services
  name     = "pipeline"
  role     = aws_iam_role.pipeline[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "sts:AssumeRole"
        Resource = aws_iam_role.source[each.key].arn
      },
      {
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
        Resource = "${aws_s3_bucket.this["artifacts"].arn}/${each.key}/*"
      },
      {
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "${aws_s3_bucket.this["releases"].arn}/${each.key}/*"
      },
    ]
  })
}

resource "aws_codepipeline" "service" {
  provider = aws.delivery
  for_each = var.services
  name     = each.key
  role_arn = aws_iam_role.pipeline[each.key].arn

  # Stages that go back by themselves are of V2.
  pipeline_type = "V2"

  artifact_store {
    type     = "S3"
    location = aws_s3_bucket.this["artifacts"].bucket

    encryption_key {
      type = "KMS"
      id   = aws_kms_key.artifacts.arn
    }
  }

  stage {
    name = "Source"

    action {
      name             = "Image"
      category         = "Source"
      owner            = "AWS"
      provider         = "ECR"
      version          = "1"
      role_arn         = aws_iam_role.source[each.key].arn
      output_artifacts = ["image"]

      configuration = {
        RepositoryName = aws_ecr_repository.service[each.key].name
        ImageTag       = each.value.tag
      }
    }
  }

  dynamic "stage" {
    for_each = each.value.approval ? ["Approval"] : []

    content {
      name = stage.value

      action {
        name     = "Approve"
        category = "Approval"
        owner    = "AWS"
        provider = "Manual"
        version  = "1"
      }
    }
  }

  stage {
    name = "Deploy"

    action {
      name            = "Release"
      category        = "Deploy"
      owner           = "AWS"
      provider        = "S3"
      version         = "1"
      input_artifacts = ["image"]

      configuration = {
        BucketName = aws_s3_bucket.this["releases"].bucket
        ObjectKey  = each.key
        Extract    = "true"
      }
    }

    on_failure {
      result = "ROLLBACK"
    }
  }

  depends_on = [
    aws_iam_role_policy.pipeline,
    aws_iam_role_policy.source,
    aws_s3_bucket_ownership_controls.artifacts,
    aws_s3_bucket_policy.artifacts,
  ]
}
