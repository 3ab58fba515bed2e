# Settings of buckets that decide nothing about a delivery.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region              = "us-east-1"
  allowed_account_ids = ["222222222222"]
}

resource "aws_s3_bucket" "logs" {
  bucket = "settings-logs-222222222222"
}

resource "aws_s3_bucket" "artifacts" {
  bucket = "settings-artifacts-222222222222"
}

resource "aws_s3_bucket_ownership_controls" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id

  rule {
    object_ownership = "BucketOwnerPreferred"
  }
}

resource "aws_s3_bucket_acl" "artifacts" {
  bucket = aws_s3_bucket_ownership_controls.artifacts.bucket
  acl    = "private"
}

resource "aws_s3_bucket_logging" "artifacts" {
  bucket        = aws_s3_bucket.artifacts.id
  target_bucket = aws_s3_bucket.logs.id
  target_prefix = "artifacts/"
}

resource "aws_s3_bucket_logging" "logs" {
  bucket        = aws_s3_bucket.logs.id
  target_bucket = aws_s3_bucket.logs.id
  target_prefix = "self/"

  target_object_key_format {
    partitioned_prefix {
      partition_date_source = "EventTime"
    }
  }
}

resource "aws_s3_bucket_notification" "artifacts" {
  bucket      = aws_s3_bucket.artifacts.id
  eventbridge = true
}

resource "aws_s3_bucket_cors_configuration" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id

  cors_rule {
    allowed_headers = ["*"]
    allowed_methods = ["PUT", "GET"]
    allowed_origins = ["https://example.com", "https://example.org"]
    expose_headers  = ["ETag"]
    max_age_seconds = 3000
  }

  cors_rule {
    id              = "read"
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}

resource "aws_s3_bucket_versioning" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "artifacts" {
  bucket = aws_s3_bucket_versioning.artifacts.bucket

  rule {
    id     = "artifacts"
    status = "Enabled"

    expiration {
      days = 30
    }

    noncurrent_version_expiration {
      noncurrent_days           = 7
      newer_noncurrent_versions = 2
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  rule {
    id     = "by-prefix"
    status = "Disabled"

    filter {
      prefix = "old/"
    }

    transition {
      days          = 30
      storage_class = "STANDARD_IA"
    }

    transition {
      days          = 90
      storage_class = "GLACIER"
    }

    noncurrent_version_transition {
      noncurrent_days = 30
      storage_class   = "STANDARD_IA"
    }
  }

  rule {
    id     = "by-tag"
    status = "Enabled"

    filter {
      tag {
        key   = "keep"
        value = "no"
      }
    }

    expiration {
      expired_object_delete_marker = true
    }
  }

  rule {
    id     = "by-several"
    status = "Enabled"

    filter {
      and {
        prefix                   = "big/"
        object_size_greater_than = 1024
        object_size_less_than    = 1048576

        tags = {
          team = "delivery"
          kind = "scratch"
        }
      }
    }

    expiration {
      date = "2030-01-01T00:00:00Z"
    }
  }

  rule {
    id     = "by-size"
    status = "Enabled"

    filter {
      object_size_greater_than = 500
    }

    expiration {
      days = 1
    }
  }

  rule {
    id     = "the-older-prefix"
    status = "Enabled"
    prefix = "tmp/"

    expiration {
      days = 2
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket                                 = aws_s3_bucket.logs.id
  transition_default_minimum_object_size = "varies_by_storage_class"

  rule {
    id     = "logs"
    status = "Enabled"

    filter {}

    expiration {
      days = 90
    }
  }
}

# Of the whole account: what is public is refused, and replication is let in.
resource "aws_s3_account_public_access_block" "this" {
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = false
  restrict_public_buckets = true
}

resource "aws_ecr_registry_policy" "this" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Replication"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111111111111:root" }
      Action    = ["ecr:CreateRepository", "ecr:ReplicateImage"]
      Resource  = "*"
    }]
  })
}

# Websites, by a rule of their own and by a text, and what else is kept.

resource "aws_s3_bucket_website_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  index_document {
    suffix = "index.html"
  }

  error_document {
    key = "error.html"
  }

  routing_rule {
    condition {
      key_prefix_equals = "docs/"
    }

    redirect {
      replace_key_prefix_with = "documents/"
      http_redirect_code      = "301"
    }
  }

  routing_rule {
    condition {
      http_error_code_returned_equals = "404"
    }

    redirect {
      host_name = "example.com"
      protocol  = "https"
    }
  }
}

resource "aws_s3_bucket" "texts" {
  bucket = "settings-texts-222222222222"
}

resource "aws_s3_bucket_website_configuration" "texts" {
  bucket                = aws_s3_bucket.texts.id
  expected_bucket_owner = "222222222222"

  index_document {
    suffix = "index.html"
  }

  routing_rules = jsonencode([{
    Condition = { KeyPrefixEquals = "img/" }
    Redirect  = { ReplaceKeyWith = "" }
  }])
}

resource "aws_s3_bucket" "redirects" {
  bucket = "settings-redirects-222222222222"
}

resource "aws_s3_bucket_website_configuration" "redirects" {
  bucket = aws_s3_bucket.redirects.id

  redirect_all_requests_to {
    host_name = "example.com"
  }
}

resource "aws_s3_bucket_accelerate_configuration" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id
  status = "Enabled"
}

resource "aws_s3_bucket_request_payment_configuration" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id
  payer  = "BucketOwner"
}

resource "aws_s3_bucket_metric" "all" {
  bucket = aws_s3_bucket.artifacts.id
  name   = "all"
}

resource "aws_s3_bucket_metric" "some" {
  bucket = aws_s3_bucket.artifacts.id
  name   = "some"

  filter {
    prefix = "delivery/"

    tags = {
      priority = "high"
      class    = "blue"
    }
  }
}

resource "aws_s3_bucket_metric" "tagged" {
  bucket = aws_s3_bucket.artifacts.id
  name   = "tagged"

  filter {
    tags = {
      class = "blue"
    }
  }
}

resource "aws_s3_bucket_inventory" "all" {
  bucket                   = aws_s3_bucket.artifacts.id
  name                     = "all"
  included_object_versions = "All"
  optional_fields          = ["Size", "ETag"]

  schedule {
    frequency = "Daily"
  }

  destination {
    bucket {
      bucket_arn = aws_s3_bucket.logs.arn
      format     = "ORC"
      prefix     = "inventory"
      account_id = "222222222222"

      encryption {
        sse_s3 {}
      }
    }
  }
}

resource "aws_s3_bucket_inventory" "some" {
  bucket                   = aws_s3_bucket.artifacts.id
  name                     = "some"
  enabled                  = false
  included_object_versions = "Current"

  filter {
    prefix = "delivery/"
  }

  schedule {
    frequency = "Weekly"
  }

  destination {
    bucket {
      bucket_arn = aws_s3_bucket.logs.arn
      format     = "CSV"

      encryption {
        sse_kms {
          key_id = "arn:aws:kms:us-east-1:222222222222:alias/aws/s3"
        }
      }
    }
  }
}

resource "aws_s3_bucket_intelligent_tiering_configuration" "all" {
  bucket = aws_s3_bucket.artifacts.id
  name   = "all"

  tiering {
    access_tier = "DEEP_ARCHIVE_ACCESS"
    days        = 180
  }

  tiering {
    access_tier = "ARCHIVE_ACCESS"
    days        = 125
  }
}

resource "aws_s3_bucket_intelligent_tiering_configuration" "some" {
  bucket = aws_s3_bucket.artifacts.id
  name   = "some"
  status = "Disabled"

  filter {
    prefix = "delivery/"
  }

  tiering {
    access_tier = "ARCHIVE_ACCESS"
    days        = 90
  }
}

# Replicas, in another region.

provider "aws" {
  alias               = "replicas"
  region              = "eu-west-1"
  allowed_account_ids = ["222222222222"]
}

resource "aws_s3_bucket" "replicas" {
  provider = aws.replicas
  bucket   = "settings-replicas-222222222222"
}

resource "aws_s3_bucket_versioning" "replicas" {
  provider = aws.replicas
  bucket   = aws_s3_bucket.replicas.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_versioning" "replicated" {
  for_each = { logs = aws_s3_bucket.logs.id, texts = aws_s3_bucket.texts.id }
  bucket   = each.value

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_iam_role" "replicates" {
  name               = "replicates"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "s3.amazonaws.com" } }] })
}

resource "aws_s3_bucket_replication_configuration" "logs" {
  bucket = aws_s3_bucket_versioning.replicated["logs"].bucket
  role   = aws_iam_role.replicates.arn

  rule {
    id       = "some"
    status   = "Enabled"
    priority = 1

    filter {
      and {
        prefix = "a/"

        tags = {
          keep = "yes"
        }
      }
    }

    delete_marker_replication {
      status = "Disabled"
    }

    source_selection_criteria {
      sse_kms_encrypted_objects {
        status = "Enabled"
      }
    }

    destination {
      bucket        = aws_s3_bucket.replicas.arn
      account       = "222222222222"
      storage_class = "STANDARD_IA"

      access_control_translation {
        owner = "Destination"
      }

      encryption_configuration {
        replica_kms_key_id = "arn:aws:kms:eu-west-1:222222222222:alias/aws/s3"
      }

      metrics {
        status = "Enabled"

        event_threshold {
          minutes = 15
        }
      }

      replication_time {
        status = "Enabled"

        time {
          minutes = 15
        }
      }
    }
  }

  rule {
    id     = "all"
    status = "Disabled"

    filter {}

    delete_marker_replication {
      status = "Enabled"
    }

    destination {
      bucket = aws_s3_bucket.replicas.arn
    }
  }

  depends_on = [aws_s3_bucket_versioning.replicas]
}

resource "aws_s3_bucket_replication_configuration" "texts" {
  bucket = aws_s3_bucket_versioning.replicated["texts"].bucket
  role   = aws_iam_role.replicates.arn

  rule {
    id     = "first-version"
    prefix = "notes/"
    status = "Enabled"

    destination {
      bucket = aws_s3_bucket.replicas.arn
    }
  }

  depends_on = [aws_s3_bucket_versioning.replicas]
}

# And of the registry.

resource "aws_ecr_registry_scanning_configuration" "this" {
  scan_type = "ENHANCED"

  rule {
    scan_frequency = "SCAN_ON_PUSH"

    repository_filter {
      filter      = "*"
      filter_type = "WILDCARD"
    }
  }

  rule {
    scan_frequency = "CONTINUOUS_SCAN"

    repository_filter {
      filter      = "team/*"
      filter_type = "WILDCARD"
    }
  }
}

resource "aws_ecr_replication_configuration" "this" {
  replication_configuration {
    rule {
      destination {
        region      = "eu-west-1"
        registry_id = "222222222222"
      }

      repository_filter {
        filter      = "team/"
        filter_type = "PREFIX_MATCH"
      }
    }
  }
}

resource "aws_ecr_pull_through_cache_rule" "public" {
  ecr_repository_prefix = "public"
  upstream_registry_url = "public.ecr.aws"
}

resource "aws_ecr_pull_through_cache_rule" "hub" {
  ecr_repository_prefix = "hub"
  upstream_registry_url = "registry-1.docker.io"
  credential_arn        = "arn:aws:secretsmanager:us-east-1:222222222222:secret:ecr-pullthroughcache/hub-AbCdEf"
}

data "aws_ecr_pull_through_cache_rule" "hub" {
  ecr_repository_prefix = aws_ecr_pull_through_cache_rule.hub.ecr_repository_prefix
}

resource "aws_s3_object" "kept" {
  bucket = aws_s3_bucket.texts.id
  key    = "notes/kept"
  content = jsonencode({
    websites   = [for w in [aws_s3_bucket_website_configuration.logs, aws_s3_bucket_website_configuration.texts, aws_s3_bucket_website_configuration.redirects] : [w.id, w.website_domain, w.website_endpoint, w.routing_rules]]
    ids        = [aws_s3_bucket_accelerate_configuration.artifacts.id, aws_s3_bucket_request_payment_configuration.artifacts.id, aws_s3_bucket_replication_configuration.logs.id, aws_s3_bucket_metric.some.id, aws_s3_bucket_inventory.some.id, aws_s3_bucket_intelligent_tiering_configuration.some.id]
    status     = aws_s3_bucket_intelligent_tiering_configuration.all.status
    registry   = [aws_ecr_registry_scanning_configuration.this.id, aws_ecr_replication_configuration.this.registry_id]
    caches     = [for c in [aws_ecr_pull_through_cache_rule.public, aws_ecr_pull_through_cache_rule.hub] : [c.id, c.registry_id, c.upstream_repository_prefix, c.credential_arn]]
    hub        = { for k, v in data.aws_ecr_pull_through_cache_rule.hub : k => v if k != "region" }
  })
}
