# The registry's account: the repository, and the role that the pipeline assumes to read it.

resource "aws_ecr_repository" "this" {
  provider = aws.registry
  name     = var.repository
}

# Only the pipeline's own role may take this role on. It is named, not its account: whoever else can assume roles over
# there cannot assume this one.
data "aws_iam_policy_document" "source_trust" {
  statement {
    sid     = "ThePipeline"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.pipeline.arn]
    }
  }
}

resource "aws_iam_role" "source" {
  provider           = aws.registry
  name               = "${var.name}-source"
  description        = "Assumed by the pipeline ${var.name} to read ${var.repository}."
  assume_role_policy = data.aws_iam_policy_document.source_trust.json
}

data "aws_iam_policy_document" "source" {
  statement {
    sid       = "FindTheImage"
    actions   = ["ecr:DescribeImages"]
    resources = [aws_ecr_repository.this.arn]
  }

  # The action writes what it found into the artifact store of the other account …
  # The actions here and for the key are those that AWS's documentation lists for a role of this kind.
  statement {
    sid       = "WriteTheArtifact"
    actions   = ["s3:GetObject*", "s3:PutObject", "s3:PutObjectAcl"]
    resources = ["${aws_s3_bucket.artifacts.arn}/*"]
  }

  # … under the key of the other account, which has to be named by its ARN: an alias or a bare id would be looked for
  # in this account.
  statement {
    sid       = "EncryptTheArtifact"
    actions   = ["kms:DescribeKey", "kms:GenerateDataKey*", "kms:Encrypt", "kms:ReEncrypt*", "kms:Decrypt"]
    resources = [aws_kms_key.artifacts.arn]
  }
}

resource "aws_iam_role_policy" "source" {
  provider = aws.registry
  name     = "source"
  role     = aws_iam_role.source.id
  policy   = data.aws_iam_policy_document.source.json
}
