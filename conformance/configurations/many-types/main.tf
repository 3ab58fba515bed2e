# Every resource type and data source that has no example of its own, with the arguments that people give.

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["222222222222"]

  default_tags {
    tags = {
      Team  = "platform"
      Stage = "test"
    }
  }
}

variable "names" {
  type    = set(string)
  default = ["b", "a", "a"]
}

variable "settings" {
  type = object({
    days    = optional(number, 30)
    enabled = bool
    labels  = optional(map(string), {})
  })
  default = {
    enabled = true
    labels  = { n = 1 }
  }
}

locals {
  trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "codepipeline.amazonaws.com" }
    }]
  })
  numbered = { for i, n in sort(tolist(var.names)) : n => format("%02d", i + 1) }
}

resource "aws_iam_role" "each" {
  for_each             = local.numbered
  name                 = "role-${each.key}-${each.value}"
  path                 = "/team/"
  description          = title("role of ${each.key}")
  max_session_duration = var.settings.days * 120
  assume_role_policy   = local.trust
  permissions_boundary = aws_iam_policy.boundary.arn

  tags = merge(var.settings.labels, { Stage = "own" })
}

resource "aws_iam_policy" "boundary" {
  name        = "boundary"
  description = "No more than this."

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for service in ["s3", "ecr", "kms"] : {
        Sid      = upper(service)
        Effect   = "Allow"
        Action   = "${service}:*"
        Resource = "*"
      }
    ]
  })
}

data "aws_iam_policy_document" "read" {
  dynamic "statement" {
    for_each = toset(["s3:GetObject", "ecr:DescribeImages"])
    iterator = action

    content {
      actions   = [action.value]
      resources = ["*"]

      condition {
        test     = "StringLike"
        variable = "aws:PrincipalTag/team"
        values   = ["&{aws:PrincipalTag/department}-*"]
      }
    }
  }
}

resource "aws_iam_policy" "read" {
  name   = "read"
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_role_policy_attachment" "read" {
  for_each   = aws_iam_role.each
  role       = each.value.name
  policy_arn = aws_iam_policy.read.arn
}

resource "aws_iam_user" "ci" {
  name          = "ci"
  path          = "/machines/"
  force_destroy = true
}

resource "aws_iam_user_policy" "ci" {
  name   = "ci"
  user   = aws_iam_user.ci.name
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_user_policy_attachment" "ci" {
  user       = aws_iam_user.ci.name
  policy_arn = aws_iam_policy.read.arn
}

# Groups: what is in them, and who.
resource "aws_iam_group" "releasers" {
  name = "releasers"
  path = "/people/"
}

resource "aws_iam_group" "readers" {
  name = "readers"
}

resource "aws_iam_group_policy" "releasers" {
  name   = "approve"
  group  = aws_iam_group.releasers.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "codepipeline:PutApprovalResult", Resource = "*" }] })
}

resource "aws_iam_group_policy_attachment" "readers" {
  group      = aws_iam_group.readers.name
  policy_arn = aws_iam_policy.read.arn
}

resource "aws_iam_group_membership" "releasers" {
  name  = "releasers"
  group = aws_iam_group.releasers.name
  users = [aws_iam_user.ci.name]
}

resource "aws_iam_user_group_membership" "ci" {
  user   = aws_iam_user.ci.name
  groups = [aws_iam_group.readers.name]
}

resource "aws_iam_group_policies_exclusive" "readers" {
  group_name   = aws_iam_group.readers.name
  policy_names = []
}

resource "aws_iam_user_policy_attachments_exclusive" "ci" {
  user_name   = aws_iam_user.ci.name
  policy_arns = [aws_iam_user_policy_attachment.ci.policy_arn]
}

data "aws_iam_group" "releasers" {
  group_name = aws_iam_group_membership.releasers.group
}

output "releasers" {
  value = data.aws_iam_group.releasers.users[*].user_name
}

resource "aws_kms_key" "this" {
  description             = "A key"
  deletion_window_in_days = 7
  enable_key_rotation     = var.settings.enabled
}

resource "aws_kms_key" "of_many_regions" {
  description  = "A primary key"
  multi_region = true
}

provider "aws" {
  alias               = "elsewhere"
  region              = "us-east-1"
  allowed_account_ids = ["222222222222"]
}

resource "aws_kms_replica_key" "elsewhere" {
  provider                = aws.elsewhere
  primary_key_arn         = aws_kms_key.of_many_regions.arn
  description             = "A replica"
  deletion_window_in_days = 7
  tags                    = { replica = "yes" }
}

resource "aws_kms_alias" "elsewhere" {
  provider      = aws.elsewhere
  name          = "alias/many-types"
  target_key_id = aws_kms_replica_key.elsewhere.key_id
}

resource "aws_kms_alias" "this" {
  name          = "alias/many-types"
  target_key_id = aws_kms_key.this.key_id
}

resource "aws_kms_grant" "reader" {
  name              = "reader"
  key_id            = aws_kms_key.this.key_id
  grantee_principal = aws_iam_role.each["a"].arn
  operations        = ["Encrypt", "Decrypt", "DescribeKey"]

  constraints {
    encryption_context_subset = {
      purpose = "test"
    }
  }
}

resource "aws_s3_bucket" "this" {
  count         = length(var.names)
  bucket        = "many-types-${count.index}-222222222222"
  force_destroy = true
}

resource "aws_s3_bucket_ownership_controls" "old" {
  bucket = aws_s3_bucket.this[0].id

  rule {
    object_ownership = "BucketOwnerPreferred"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this[1].id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_alias.this.arn
    }
  }
}

resource "aws_s3_object" "note" {
  bucket  = aws_s3_bucket.this[0].bucket
  key     = "notes/today.txt"
  content = <<-EOT
    %{for name in sort(tolist(var.names))~}
    ${name}
    %{endfor~}
  EOT
}

resource "aws_ecr_repository" "this" {
  name                 = "many/types"
  image_tag_mutability = "IMMUTABLE"
  force_delete         = true

  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_ecr_lifecycle_policy" "this" {
  repository = aws_ecr_repository.this.name

  policy = jsonencode({
    rules = [{
      rulePriority = 1
      selection = {
        tagStatus   = "untagged"
        countType   = "sinceImagePushed"
        countUnit   = "days"
        countNumber = var.settings.days
      }
      action = { type = "expire" }
    }]
  })
}

data "aws_iam_role" "a" {
  name = aws_iam_role.each["a"].name
}

data "aws_iam_policy" "read" {
  arn = aws_iam_policy.read.arn
}

data "aws_kms_key" "this" {
  key_id = aws_kms_alias.this.name
}

data "aws_kms_alias" "this" {
  name = aws_kms_alias.this.name
}

data "aws_s3_bucket" "first" {
  bucket = aws_s3_bucket.this[0].bucket
}

data "aws_ecr_repository" "this" {
  name = aws_ecr_repository.this.name
}

data "aws_region" "here" {}

data "aws_partition" "here" {}

# What the data sources read, in a policy that both ways have to write the same.
resource "aws_iam_role_policy" "read" {
  name = "read"
  role = data.aws_iam_role.a.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Action = ["s3:GetObject"]
      Resource = [
        data.aws_s3_bucket.first.arn,
        data.aws_iam_policy.read.arn,
        replace(data.aws_kms_key.this.arn, "/[0-9a-f-]{36}/", "key"),
        replace(data.aws_kms_alias.this.target_key_arn, "/[0-9a-f-]{36}/", "key"),
        data.aws_ecr_repository.this.arn,
        "arn:${data.aws_partition.here.partition}:s3:::${data.aws_region.here.name}",
      ]
    }]
  })
}

# Who somebody is.

data "aws_caller_identity" "who" {}

data "aws_iam_session_context" "who" {
  arn = data.aws_caller_identity.who.arn
}

data "aws_canonical_user_id" "who" {}

data "aws_service_principal" "pipelines" {
  service_name = "codepipeline"
}

data "aws_arn" "who" {
  arn = data.aws_iam_session_context.who.issuer_arn
}

data "aws_default_tags" "who" {}

resource "aws_iam_role" "who" {
  name               = "who"
  description        = "${data.aws_arn.who.account} ${data.aws_arn.who.resource} ${data.aws_default_tags.who.tags.Team}"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = data.aws_service_principal.pipelines.name } }] })
}

resource "aws_s3_bucket" "owned" {
  bucket = "owned-by-the-account-that-was-expected"
}

resource "aws_s3_bucket_versioning" "owned" {
  bucket                = aws_s3_bucket.owned.id
  expected_bucket_owner = data.aws_caller_identity.who.account_id

  versioning_configuration {
    status = "Enabled"
  }
}

# What is an empty text is not set.

resource "aws_iam_role" "empty" {
  name                 = "empty"
  description          = ""
  permissions_boundary = ""
  assume_role_policy   = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = data.aws_service_principal.pipelines.name } }] })
}

resource "aws_kms_key" "empty" {
  description = "empty"
  policy      = ""
}

resource "aws_s3_object" "empty" {
  bucket  = aws_s3_bucket.owned.id
  key     = "notes/empty"
  content = ""
}

resource "aws_s3_object" "encoded" {
  bucket         = aws_s3_bucket.owned.id
  key            = "notes/encoded"
  content_base64 = base64encode("encoded")
}

resource "aws_ecr_repository" "encrypted" {
  name = "encrypted"

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.empty.arn
  }
}

# As the management account reads it, and as a member does.
data "aws_organizations_organization" "this" {}

provider "aws" {
  alias  = "member"
  region = "eu-west-1"

  assume_role_with_web_identity {
    role_arn                = "arn:aws:iam::333333333333:role/deploys"
    web_identity_token_file = "token"
  }
}

data "aws_organizations_organization" "member" {
  provider = aws.member
}

resource "aws_s3_object" "organization" {
  bucket  = aws_s3_bucket.owned.id
  key     = "notes/organization"
  content = jsonencode([for o in [data.aws_organizations_organization.this, data.aws_organizations_organization.member] : {
    arn      = o.arn
    manager  = [o.master_account_id, o.master_account_arn, o.master_account_name]
    features = o.feature_set
    members  = o.accounts == null ? null : sort(o.accounts[*].id)
    others   = o.non_master_accounts == null ? null : sort(o.non_master_accounts[*].arn)
    roots    = o.roots
    services = o.aws_service_access_principals
    types    = sort(o.enabled_policy_types)
  }])
}
