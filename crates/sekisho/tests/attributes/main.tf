provider "aws" {
  region              = "us-east-1"
  allowed_account_ids = ["111111111111"]
  default_tags {
    tags = { team = "delivery" }
  }
}

provider "aws" {
  alias               = "west"
  region              = "us-west-2"
  allowed_account_ids = ["111111111111"]
}

locals {
  trust = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "codepipeline.amazonaws.com" } }]
  })
  nothing = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::of-all-attributes/*" }]
  })
}

resource "aws_ecr_repository" "all" { name = "all" }
resource "aws_ecr_repository_policy" "all" {
  repository = aws_ecr_repository.all.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "ecr:BatchGetImage", Principal = { AWS = "111111111111" } }]
  })
}
resource "aws_ecr_lifecycle_policy" "all" {
  repository = aws_ecr_repository.all.name
  policy     = data.aws_ecr_lifecycle_policy_document.all.json
}
resource "aws_ecr_pull_through_cache_rule" "all" {
  ecr_repository_prefix = "public"
  upstream_registry_url = "public.ecr.aws"
}
resource "aws_ecr_registry_policy" "all" {
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Sid = "a", Effect = "Allow", Action = "ecr:ReplicateImage", Principal = { AWS = "arn:aws:iam::111111111111:root" }, Resource = "arn:aws:ecr:us-east-1:111111111111:repository/*" }]
  })
}
resource "aws_ecr_registry_scanning_configuration" "all" {
  scan_type = "BASIC"
}
resource "aws_ecr_replication_configuration" "all" {
  replication_configuration {
    rule {
      destination {
        region      = "us-west-2"
        registry_id = "111111111111"
      }
    }
  }
}

resource "aws_iam_user" "all" { name = "all" }
resource "aws_iam_access_key" "all" { user = aws_iam_user.all.name }
resource "aws_iam_account_alias" "all" { account_alias = "of-all-attributes" }
resource "aws_iam_account_password_policy" "all" { minimum_password_length = 12 }
resource "aws_iam_group" "all" { name = "all" }
resource "aws_iam_group_membership" "all" {
  name  = "all"
  group = aws_iam_group.all.name
  users = [aws_iam_user.all.name]
}
resource "aws_iam_group_policy" "all" {
  name   = "all"
  group  = aws_iam_group.all.name
  policy = local.nothing
}
resource "aws_iam_group_policy_attachment" "all" {
  group      = aws_iam_group.all.name
  policy_arn = aws_iam_policy.all.arn
}
resource "aws_iam_instance_profile" "all" {
  name = "all"
  role = aws_iam_role.all.name
}
resource "aws_iam_openid_connect_provider" "all" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}
resource "aws_iam_policy" "all" {
  name   = "all"
  policy = local.nothing
}
resource "aws_iam_policy" "other" {
  name   = "other"
  policy = local.nothing
}
resource "aws_iam_policy_attachment" "all" {
  name       = "all"
  roles      = [aws_iam_role.all.name]
  policy_arn = aws_iam_policy.other.arn
}
resource "aws_iam_role" "all" {
  name               = "all"
  assume_role_policy = local.trust
}
resource "aws_iam_role_policy" "all" {
  role   = aws_iam_role.all.id
  policy = local.nothing
}
resource "aws_iam_role_policy_attachment" "all" {
  role       = aws_iam_role.all.name
  policy_arn = aws_iam_policy.all.arn
}
resource "aws_iam_service_linked_role" "all" { aws_service_name = "replication.ecr.amazonaws.com" }
resource "aws_iam_user_group_membership" "all" {
  user   = aws_iam_user.all.name
  groups = [aws_iam_group.all.name]
}
resource "aws_iam_user_policy" "all" {
  user   = aws_iam_user.all.name
  policy = local.nothing
}
resource "aws_iam_user_policy_attachment" "all" {
  user       = aws_iam_user.all.name
  policy_arn = aws_iam_policy.all.arn
}

resource "aws_kms_key" "all" { multi_region = true }
resource "aws_kms_alias" "all" {
  name          = "alias/all"
  target_key_id = aws_kms_key.all.key_id
}
resource "aws_kms_ciphertext" "all" {
  key_id    = aws_kms_key.all.key_id
  plaintext = "plain"
}
resource "aws_kms_grant" "all" {
  key_id            = aws_kms_key.all.key_id
  grantee_principal = aws_iam_role.all.arn
  operations        = ["Decrypt"]
}
resource "aws_kms_key_policy" "all" {
  key_id = aws_kms_key.all.key_id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "kms:*", Principal = { AWS = "arn:aws:iam::111111111111:root" }, Resource = "*" }]
  })
}
resource "aws_kms_replica_key" "all" {
  provider        = aws.west
  primary_key_arn = aws_kms_key.all.arn
}

resource "aws_s3_account_public_access_block" "all" {}
resource "aws_s3_bucket" "all" { bucket = "of-all-attributes" }
resource "aws_s3_bucket" "log" { bucket = "of-all-logs" }
resource "aws_s3_bucket_accelerate_configuration" "all" {
  bucket = aws_s3_bucket.all.id
  status = "Enabled"
}
resource "aws_s3_bucket_cors_configuration" "all" {
  bucket = aws_s3_bucket.all.id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}
resource "aws_s3_bucket_intelligent_tiering_configuration" "all" {
  bucket = aws_s3_bucket.all.id
  name   = "all"
  tiering {
    access_tier = "DEEP_ARCHIVE_ACCESS"
    days        = 180
  }
}
resource "aws_s3_bucket_lifecycle_configuration" "all" {
  bucket = aws_s3_bucket.all.id
  rule {
    id     = "all"
    status = "Enabled"
    filter {}
    expiration { days = 30 }
  }
}
resource "aws_s3_bucket_logging" "all" {
  bucket        = aws_s3_bucket.all.id
  target_bucket = aws_s3_bucket.log.id
  target_prefix = "all/"
}
resource "aws_s3_bucket_metric" "all" {
  bucket = aws_s3_bucket.all.id
  name   = "all"
}
resource "aws_s3_bucket_notification" "all" {
  bucket      = aws_s3_bucket.all.id
  eventbridge = true
}
resource "aws_s3_bucket_ownership_controls" "log" {
  bucket = aws_s3_bucket.log.id
  rule { object_ownership = "BucketOwnerPreferred" }
}
resource "aws_s3_bucket_acl" "log" {
  depends_on = [aws_s3_bucket_ownership_controls.log]
  bucket     = aws_s3_bucket.log.id
  acl        = "private"
}
resource "aws_s3_bucket_policy" "all" {
  bucket = aws_s3_bucket.all.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:GetObject", Principal = { AWS = "111111111111" }, Resource = "arn:aws:s3:::of-all-attributes/*" }]
  })
}
resource "aws_s3_bucket_public_access_block" "all" { bucket = aws_s3_bucket.all.id }
resource "aws_s3_bucket_request_payment_configuration" "all" {
  bucket = aws_s3_bucket.all.id
  payer  = "BucketOwner"
}
resource "aws_s3_bucket_server_side_encryption_configuration" "all" {
  bucket = aws_s3_bucket.all.id
  rule {
    apply_server_side_encryption_by_default { sse_algorithm = "AES256" }
  }
}
resource "aws_s3_bucket_versioning" "all" {
  bucket = aws_s3_bucket.all.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_s3_bucket_website_configuration" "all" {
  bucket = aws_s3_bucket.all.id
  index_document { suffix = "index.html" }
}
resource "aws_s3_object" "all" {
  bucket  = aws_s3_bucket.all.id
  key     = "all"
  content = "all"
}
resource "aws_s3_bucket_object" "all" {
  bucket  = aws_s3_bucket.log.id
  key     = "all"
  content = "all"
  depends_on = [aws_s3_bucket_acl.log]
}
resource "aws_s3_bucket_inventory" "all" {
  bucket                   = aws_s3_bucket.all.id
  name                     = "all"
  included_object_versions = "All"
  schedule { frequency = "Daily" }
  destination {
    bucket {
      format     = "CSV"
      bucket_arn = aws_s3_bucket.log.arn
    }
  }
}

data "aws_arn" "all" { arn = aws_iam_role.all.arn }
data "aws_caller_identity" "all" {}
data "aws_canonical_user_id" "all" {}
data "aws_default_tags" "all" {}
data "aws_ecr_authorization_token" "all" {}
data "aws_ecr_lifecycle_policy_document" "all" {
  rule {
    priority = 1
    selection {
      tag_status   = "any"
      count_type   = "imageCountMoreThan"
      count_number = 10
    }
  }
}
data "aws_ecr_pull_through_cache_rule" "all" { ecr_repository_prefix = aws_ecr_pull_through_cache_rule.all.ecr_repository_prefix }
data "aws_ecr_repositories" "all" {}
data "aws_ecr_repository" "all" { name = aws_ecr_repository.all.name }
data "aws_iam_access_keys" "all" { user = aws_iam_access_key.all.user }
data "aws_iam_account_alias" "all" { depends_on = [aws_iam_account_alias.all] }
data "aws_iam_group" "all" { group_name = aws_iam_group_membership.all.group }
data "aws_iam_instance_profile" "all" { name = aws_iam_instance_profile.all.name }
data "aws_iam_instance_profiles" "all" { role_name = aws_iam_instance_profile.all.role }
data "aws_iam_openid_connect_provider" "all" { arn = aws_iam_openid_connect_provider.all.arn }
data "aws_iam_policy" "all" { arn = aws_iam_policy.all.arn }
data "aws_iam_policy_document" "all" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["*"]
  }
}
data "aws_iam_principal_policy_simulation" "all" {
  policy_source_arn = aws_iam_role.all.arn
  action_names      = ["s3:GetObject"]
}
data "aws_iam_role" "all" { name = aws_iam_role.all.name }
data "aws_iam_roles" "all" { depends_on = [aws_iam_role.all] }
data "aws_iam_session_context" "all" { arn = aws_iam_role.all.arn }
data "aws_iam_user" "all" { user_name = aws_iam_user.all.name }
data "aws_iam_users" "all" { depends_on = [aws_iam_user.all] }
data "aws_kms_alias" "all" { name = aws_kms_alias.all.name }
data "aws_kms_ciphertext" "all" {
  key_id    = aws_kms_key.all.key_id
  plaintext = "plain"
}
data "aws_kms_key" "all" { key_id = aws_kms_key.all.key_id }
data "aws_kms_secrets" "all" {
  secret {
    name    = "a"
    payload = aws_kms_ciphertext.all.ciphertext_blob
  }
}
data "aws_partition" "all" {}
data "aws_region" "all" {}
data "aws_s3_account_public_access_block" "all" { depends_on = [aws_s3_account_public_access_block.all] }
data "aws_s3_bucket" "all" { bucket = aws_s3_bucket.all.id }
data "aws_s3_bucket_objects" "all" { bucket = aws_s3_object.all.bucket }
data "aws_s3_bucket_policy" "all" { bucket = aws_s3_bucket_policy.all.bucket }
data "aws_s3_object" "all" {
  bucket = aws_s3_object.all.bucket
  key    = aws_s3_object.all.key
}
data "aws_s3_objects" "all" { bucket = aws_s3_object.all.bucket }
data "aws_service_principal" "all" { service_name = "codepipeline" }
