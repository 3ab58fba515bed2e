# The pipeline's account: the pipeline, its role, and the bucket that it releases to.

data "aws_iam_policy_document" "pipeline_trust" {
  statement {
    sid     = "RunAsThePipeline"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["codepipeline.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "pipeline" {
  provider           = aws.pipeline
  name               = "${var.name}-pipeline"
  assume_role_policy = data.aws_iam_policy_document.pipeline_trust.json
}

data "aws_iam_policy_document" "pipeline" {
  statement {
    sid       = "TakeOnTheSourceRole"
    actions   = ["sts:AssumeRole"]
    resources = [aws_iam_role.source.arn]
  }

  statement {
    sid       = "UseArtifacts"
    actions   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
    resources = ["${aws_s3_bucket.artifacts.arn}/*"]
  }

  statement {
    sid       = "InspectTheStore"
    actions   = ["s3:GetBucketVersioning", "s3:GetBucketAcl", "s3:GetBucketLocation"]
    resources = [aws_s3_bucket.artifacts.arn]
  }

  statement {
    sid       = "UseTheKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.artifacts.arn]
  }

  statement {
    sid       = "Release"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.releases.arn}/*"]
  }
}

resource "aws_iam_role_policy" "pipeline" {
  provider = aws.pipeline
  name     = "pipeline"
  role     = aws_iam_role.pipeline.id
  policy   = data.aws_iam_policy_document.pipeline.json
}

resource "aws_s3_bucket" "releases" {
  provider = aws.pipeline
  bucket   = "${var.name}-releases-${var.pipeline_account_id}"
}

resource "aws_s3_bucket_versioning" "releases" {
  provider = aws.pipeline
  bucket   = aws_s3_bucket.releases.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_codepipeline" "this" {
  provider = aws.pipeline
  name     = var.name
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
      namespace        = "Image"
      role_arn         = aws_iam_role.source.arn
      output_artifacts = ["image"]

      configuration = {
        RepositoryName = aws_ecr_repository.this.name
        ImageTag       = var.image_tag
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

      configuration = {
        CustomData = "Release #{Image.ImageURI}"
      }
    }
  }

  # Replace this with your own deployment.
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
        BucketName = aws_s3_bucket.releases.bucket
        Extract    = "true"
      }
    }
  }

  # The first execution starts with the pipeline: every agreement must be in force by then.
  depends_on = [
    aws_iam_role_policy.pipeline,
    aws_iam_role_policy.source,
    aws_s3_bucket_ownership_controls.artifacts,
    aws_s3_bucket_policy.artifacts,
  ]
}
