# Data sources that read objects, keys and registries, and those that only compute.

provider "aws" {
  region              = "us-east-1"
  allowed_account_ids = ["222222222222"]
}

resource "aws_s3_bucket" "this" {
  bucket = "what-is-read"
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_kms_key" "this" {
  description = "what is read"
}

resource "aws_s3_object" "text" {
  bucket        = aws_s3_bucket_versioning.this.id
  key           = "texts/a.json"
  content       = jsonencode({ a = "<b>", c = "é" })
  content_type  = "application/json"
  cache_control = "no-store"
  metadata      = { team = "platform" }

  tags = {
    Stage = "test"
  }
}

resource "aws_s3_object" "plain" {
  bucket       = aws_s3_bucket_versioning.this.id
  key          = "texts/deep/b.txt"
  content      = "0123456789"
  content_type = "text/plain"
}

resource "aws_s3_object" "yaml" {
  bucket             = aws_s3_bucket_versioning.this.id
  key                = "texts/c.yaml"
  content            = "a: b\n"
  content_type       = "application/yaml"
  kms_key_id         = aws_kms_key.this.arn
  bucket_key_enabled = true
}

resource "aws_s3_object" "bytes" {
  bucket         = aws_s3_bucket_versioning.this.id
  key            = "z"
  content_base64 = "AAEC"
}

data "aws_s3_object" "text" {
  bucket = aws_s3_object.text.bucket
  key    = aws_s3_object.text.key
}

data "aws_s3_object" "version" {
  bucket     = aws_s3_object.text.bucket
  key        = aws_s3_object.text.key
  version_id = aws_s3_object.text.version_id
}

data "aws_s3_object" "part" {
  bucket        = aws_s3_object.plain.bucket
  key           = "/${aws_s3_object.plain.key}"
  range         = "bytes=2-4"
  checksum_mode = "ENABLED"
}

data "aws_s3_object" "yaml" {
  bucket = aws_s3_object.yaml.bucket
  key    = aws_s3_object.yaml.key
}

data "aws_s3_object" "bytes" {
  bucket = aws_s3_object.bytes.bucket
  key    = aws_s3_object.bytes.key
}

data "aws_s3_objects" "all" {
  bucket     = aws_s3_bucket.this.id
  depends_on = [aws_s3_object.text, aws_s3_object.plain, aws_s3_object.yaml, aws_s3_object.bytes]
}

data "aws_s3_objects" "some" {
  bucket      = aws_s3_bucket.this.id
  prefix      = "texts/"
  delimiter   = "/"
  max_keys    = 2
  fetch_owner = true
  depends_on  = [aws_s3_object.text, aws_s3_object.plain, aws_s3_object.yaml, aws_s3_object.bytes]
}

data "aws_s3_bucket_objects" "two" {
  bucket     = aws_s3_bucket.this.id
  max_keys   = 2
  depends_on = [aws_s3_object.text, aws_s3_object.plain, aws_s3_object.yaml, aws_s3_object.bytes]
}

resource "aws_s3_account_public_access_block" "this" {
  block_public_acls  = true
  ignore_public_acls = true
}

data "aws_s3_account_public_access_block" "this" {
  depends_on = [aws_s3_account_public_access_block.this]
}

locals {
  objects = [data.aws_s3_object.text, data.aws_s3_object.version, data.aws_s3_object.part, data.aws_s3_object.yaml, data.aws_s3_object.bytes]
  # Versions, times and keys are others each time; what the checksum is of says the client.
  made_up = ["last_modified", "version_id", "id", "sse_kms_key_id", "etag", "checksum_crc32", "checksum_crc64nvme", "region"]
  lists   = [data.aws_s3_objects.all, data.aws_s3_objects.some, data.aws_s3_bucket_objects.two]
}

resource "aws_s3_bucket" "notes" {
  bucket = "what-is-read-notes"
}

resource "aws_s3_object" "objects" {
  bucket = aws_s3_bucket.notes.id
  key    = "notes/objects"
  content = jsonencode({
    objects = [for o in local.objects : { for k, v in o : k => v if !contains(local.made_up, k) }]
    made_up = [for o in local.objects : [length(o.last_modified), o.version_id == null, length(split("@", o.id)), element(split("@", o.id), 0), length(o.sse_kms_key_id), length(o.etag)]]
    kinds   = [aws_s3_object.bytes.content_type, aws_s3_object.text.content_type]
    lists   = [for l in local.lists : { for k, v in l : k => v if k != "region" }]
    block   = data.aws_s3_account_public_access_block.this
  })
}

resource "aws_ecr_repository" "this" {
  name = "what-is-read"
}

data "aws_ecr_lifecycle_policy_document" "this" {
  rule {
    priority    = 1
    description = "Old <ones> & more"

    selection {
      tag_status       = "tagged"
      tag_pattern_list = ["v*"]
      count_type       = "sinceImagePushed"
      count_unit       = "days"
      count_number     = "14"
    }
  }

  dynamic "rule" {
    for_each = ["a", "b"]

    content {
      priority = rule.key + 2

      selection {
        tag_status      = "tagged"
        tag_prefix_list = [rule.value]
        count_type      = "imageCountMoreThan"
        count_number    = 3
      }

      action {
        type = "expire"
      }
    }
  }
}

resource "aws_ecr_lifecycle_policy" "this" {
  repository = aws_ecr_repository.this.name
  policy     = data.aws_ecr_lifecycle_policy_document.this.json
}

data "aws_ecr_authorization_token" "own" {}

data "aws_ecr_authorization_token" "other" {
  registry_id = "111111111111"
}

resource "aws_kms_ciphertext" "made" {
  key_id    = aws_kms_key.this.key_id
  plaintext = "secret"
  context   = { purpose = "test" }
}

data "aws_kms_ciphertext" "read" {
  key_id    = aws_kms_key.this.arn
  plaintext = "another"
}

data "aws_kms_secrets" "this" {
  secret {
    name    = "made"
    payload = aws_kms_ciphertext.made.ciphertext_blob
    context = { purpose = "test" }
  }

  secret {
    name    = "read"
    payload = data.aws_kms_ciphertext.read.ciphertext_blob
  }
}

resource "aws_s3_object" "computed" {
  bucket = aws_s3_bucket.notes.id
  key    = "notes/computed"
  content = jsonencode({
    lifecycle = data.aws_ecr_lifecycle_policy_document.this.json
    own       = [data.aws_ecr_authorization_token.own.user_name, data.aws_ecr_authorization_token.own.id, length(data.aws_ecr_authorization_token.own.expires_at), length(data.aws_ecr_authorization_token.own.password) > 20]
    other     = [data.aws_ecr_authorization_token.other.registry_id, length(data.aws_ecr_authorization_token.other.authorization_token) > 20]
    secrets   = data.aws_kms_secrets.this.plaintext
    ids       = [data.aws_kms_secrets.this.id, length(aws_kms_ciphertext.made.id) > 20, data.aws_kms_ciphertext.read.id == aws_kms_key.this.arn]
  })
}
