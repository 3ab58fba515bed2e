# Account B: the pipeline, its service role, and the bucket that it releases to.

resource "aws_iam_role" "codepipeline" {
  provider = aws.pipeline
  name     = "${var.name}-codepipeline"
  tags     = local.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "codepipeline.amazonaws.com" }
    }]
  })
}

data "aws_iam_policy_document" "codepipeline" {
  statement {
    sid       = "AssumeActionRole"
    actions   = ["sts:AssumeRole"]
    resources = [format("arn:aws:iam::%s:role/%s", var.registry_account_id, local.action_role_name)]
  }

  statement {
    sid = "UseArtifactStore"
    actions = [
      "s3:GetObject",
      "s3:GetObjectVersion",
      "s3:PutObject",
    ]
    resources = ["${aws_s3_bucket.artifact_store.arn}/*"]
  }

  statement {
    sid = "InspectArtifactStore"
    actions = [
      "s3:GetBucketVersioning",
      "s3:GetBucketAcl",
      "s3:GetBucketLocation",
    ]
    resources = [aws_s3_bucket.artifact_store.arn]
  }

  statement {
    sid       = "Release"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.releases.arn}/*"]
  }
}

resource "aws_iam_role_policy" "codepipeline" {
  provider = aws.pipeline
  name     = "codepipeline"
  role     = aws_iam_role.codepipeline.id
  policy   = data.aws_iam_policy_document.codepipeline.json
}

resource "aws_s3_bucket" "releases" {
  provider      = aws.pipeline
  bucket        = local.release_bucket
  force_destroy = true
  tags          = local.tags
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
  role_arn = aws_iam_role.codepipeline.arn

  artifact_store {
    type     = "S3"
    location = aws_s3_bucket.artifact_store.bucket

    # The key of account B, by its ARN: account A cannot know an alias or a bare key id.
    encryption_key {
      id   = aws_kms_key.artifact_store.arn
      type = "KMS"
    }
  }

  stage {
    name = "Source"

    # Reads the container image that is to be delivered from the ECR of account A.
    action {
      name             = "ContainerImageDefinition"
      category         = "Source"
      owner            = "AWS"
      provider         = "ECR"
      version          = "1"
      namespace        = "Image"
      output_artifacts = [local.image_artifacts_name]
      run_order        = 2
      role_arn         = aws_iam_role.ecr_source.arn

      configuration = {
        RepositoryName = var.repository_name
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

  stage {
    name = "Deploy"

    action {
      name            = "Release"
      category        = "Deploy"
      owner           = "AWS"
      provider        = "S3"
      version         = "1"
      input_artifacts = [local.image_artifacts_name]

      configuration = {
        BucketName = aws_s3_bucket.releases.bucket
        Extract    = "true"
        ObjectKey  = "releases/#{Image.ImageTag}"
      }
    }
  }

  tags = local.tags

  # The first execution starts as soon as the pipeline exists: every agreement must be in force by then.
  depends_on = [
    aws_ecr_repository_policy.app,
    aws_iam_role_policy.codepipeline,
    aws_iam_role_policy.ecr_source,
    aws_s3_bucket_ownership_controls.artifact_store,
    aws_s3_bucket_policy.artifact_store,
    aws_s3_bucket_server_side_encryption_configuration.artifact_store,
  ]
}
