resource "aws_s3_bucket" "artifacts" {
  provider      = aws.delivery
  bucket        = "site-artifacts-${local.accounts.delivery}"
  force_destroy = true
}

resource "aws_s3_bucket_ownership_controls" "artifacts" {
  provider = aws.delivery
  bucket   = aws_s3_bucket.artifacts.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

data "aws_iam_policy_document" "artifacts" {
  statement {
    sid       = "Write"
    actions   = ["s3:PutObject", "s3:PutObjectAcl"]
    resources = ["${aws_s3_bucket.artifacts.arn}/site/*"]

    principals {
      type        = "AWS"
      identifiers = local.writers
    }
  }

  statement {
    sid       = "Read"
    actions   = ["s3:GetObject", "s3:GetObjectVersion"]
    resources = ["${aws_s3_bucket.artifacts.arn}/site/*"]

    principals {
      type        = "AWS"
      identifiers = local.readers
    }
  }
}

resource "aws_s3_bucket_policy" "artifacts" {
  provider = aws.delivery
  bucket   = aws_s3_bucket.artifacts.id
  policy   = data.aws_iam_policy_document.artifacts.json
}

data "aws_iam_policy_document" "key" {
  statement {
    sid       = "Administration"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${local.accounts.delivery}:root"]
    }
  }

  statement {
    sid       = "Write"
    actions   = ["kms:GenerateDataKey*", "kms:Encrypt", "kms:Decrypt"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = local.writers
    }
  }

  statement {
    sid       = "Read"
    actions   = ["kms:Decrypt"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = local.readers
    }
  }
}

resource "aws_kms_key" "artifacts" {
  provider                = aws.delivery
  deletion_window_in_days = 7
  policy                  = data.aws_iam_policy_document.key.json
}

data "aws_iam_policy_document" "pipeline_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["codepipeline.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "pipeline" {
  provider           = aws.delivery
  name               = "site-pipeline"
  assume_role_policy = data.aws_iam_policy_document.pipeline_trust.json
}

# Actions in other accounts have roles of their own. What goes on to production is read here: an artifact does not go from one
# foreign account to another.
data "aws_iam_policy_document" "pipeline" {
  statement {
    actions   = ["sts:AssumeRole"]
    resources = [aws_iam_role.source.arn, aws_iam_role.deploy.arn]
  }

  statement {
    actions   = ["s3:GetObject", "s3:GetObjectVersion"]
    resources = ["${aws_s3_bucket.releases.arn}/*"]
  }

  statement {
    actions   = ["s3:GetBucketVersioning"]
    resources = [aws_s3_bucket.releases.arn]
  }

  statement {
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.artifacts.arn}/site/*"]
  }

  statement {
    actions   = ["kms:GenerateDataKey", "kms:Decrypt"]
    resources = [aws_kms_key.artifacts.arn]
  }
}

resource "aws_s3_bucket" "releases" {
  provider      = aws.delivery
  bucket        = "site-releases-${local.accounts.delivery}"
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "releases" {
  provider = aws.delivery
  bucket   = aws_s3_bucket.releases.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_object" "site" {
  provider = aws.delivery
  bucket   = aws_s3_bucket_versioning.releases.bucket
  key      = "site.zip"
  source   = "${path.module}/site.zip"
}

resource "aws_iam_role_policy" "pipeline" {
  provider = aws.delivery
  name     = "pipeline"
  role     = aws_iam_role.pipeline.id
  policy   = data.aws_iam_policy_document.pipeline.json
}

resource "aws_codepipeline" "site" {
  provider = aws.delivery
  name     = "site"
  role_arn = aws_iam_role.pipeline.arn

  artifact_store {
    type     = "S3"
    location = aws_s3_bucket.artifacts.bucket

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
      role_arn         = aws_iam_role.source.arn
      output_artifacts = ["image"]

      configuration = {
        RepositoryName = aws_ecr_repository.site.name
        ImageTag       = "latest"
      }
    }

    action {
      name             = "Site"
      category         = "Source"
      owner            = "AWS"
      provider         = "S3"
      version          = "1"
      output_artifacts = ["site"]

      configuration = {
        S3Bucket             = aws_s3_object.site.bucket
        S3ObjectKey          = aws_s3_object.site.key
        PollForSourceChanges = "false"
      }
    }
  }

  stage {
    name = "Approval"

    action {
      name     = "Approve"
      category = "Approval"
      owner    = "AWS"
      provider = "Manual"
      version  = "1"
    }
  }

  stage {
    name = "Production"

    action {
      name            = "Deploy"
      category        = "Deploy"
      owner           = "AWS"
      provider        = "S3"
      version         = "1"
      role_arn        = aws_iam_role.deploy.arn
      input_artifacts = ["site"]

      configuration = {
        BucketName = aws_s3_bucket.site.bucket
        Extract    = "true"
      }
    }
  }

  depends_on = [
    aws_iam_role_policy.deploy,
    aws_iam_role_policy.pipeline,
    aws_iam_role_policy.source,
    aws_s3_bucket_ownership_controls.artifacts,
    aws_s3_bucket_policy.artifacts,
  ]
}
