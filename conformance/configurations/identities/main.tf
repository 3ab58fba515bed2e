# Whose tokens are taken, and what a machine is: nothing of it is of a delivery, and all of it is in the same state.

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["222222222222"]

  default_tags {
    tags = {
      Team = "platform"
    }
  }
}

resource "aws_iam_openid_connect_provider" "github" {
  url             = "https://token.actions.githubusercontent.com"
  client_id_list  = ["sts.amazonaws.com", "another"]
  thumbprint_list = ["6938FD4D98BAB03FAADB97B34396831E3780AEA1"]

  tags = {
    Stage = "test"
  }
}

resource "aws_iam_openid_connect_provider" "bare" {
  url            = "https://idp.example.com/realms/Main"
  client_id_list = ["app"]
}

data "aws_iam_openid_connect_provider" "by_url" {
  url        = "https://token.actions.githubusercontent.com"
  depends_on = [aws_iam_openid_connect_provider.github]
}

data "aws_iam_openid_connect_provider" "by_arn" {
  arn = aws_iam_openid_connect_provider.bare.arn
}

# The URL has no scheme when it is read of what was made.
resource "aws_iam_role" "deploys" {
  name = "deploys"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = data.aws_iam_openid_connect_provider.by_url.arn }
      Condition = {
        StringEquals = {
          "${aws_iam_openid_connect_provider.github.url}:aud" = sort(tolist(aws_iam_openid_connect_provider.github.client_id_list))
          "${aws_iam_openid_connect_provider.github.url}:sub" = "repo:team/app:ref:refs/heads/main"
        }
      }
    }]
  })
}

resource "aws_iam_role" "machine" {
  name = "machine"
  path = "/team/"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}

resource "aws_iam_instance_profile" "machine" {
  name = "machine"
  role = aws_iam_role.machine.name
  path = "/team/"

  tags = {
    Stage = "test"
  }
}

resource "aws_iam_instance_profile" "bare" {
  name = "bare"
}

data "aws_iam_instance_profile" "machine" {
  name = aws_iam_instance_profile.machine.name
}

data "aws_iam_instance_profiles" "machine" {
  role_name  = aws_iam_role.machine.name
  depends_on = [aws_iam_instance_profile.machine]
}

resource "aws_s3_bucket" "notes" {
  bucket = "identities-notes"
}

resource "aws_s3_object" "read" {
  bucket = aws_s3_bucket.notes.id
  key    = "notes/read"
  content = jsonencode({
    made = [
      aws_iam_openid_connect_provider.github.arn,
      aws_iam_openid_connect_provider.github.url,
      aws_iam_openid_connect_provider.github.thumbprint_list,
      aws_iam_openid_connect_provider.github.tags_all,
      aws_iam_openid_connect_provider.bare.id,
      aws_iam_openid_connect_provider.bare.tags,
      aws_iam_instance_profile.machine.arn,
      aws_iam_instance_profile.machine.id,
      aws_iam_instance_profile.machine.tags_all,
      aws_iam_instance_profile.bare.path,
      aws_iam_instance_profile.bare.role,
      length(aws_iam_instance_profile.bare.unique_id),
      length(aws_iam_instance_profile.bare.create_date),
    ]
    by_url  = data.aws_iam_openid_connect_provider.by_url
    by_arn  = data.aws_iam_openid_connect_provider.by_arn
    profile = [for k, v in data.aws_iam_instance_profile.machine : v if !contains(["create_date", "id", "role_id"], k)]
    date    = length(data.aws_iam_instance_profile.machine.create_date)
    all     = data.aws_iam_instance_profiles.machine
  })
}

# Users, and the keys that they have.

resource "aws_iam_user" "ci" {
  name = "ci"
  path = "/machines/"
}

resource "aws_iam_access_key" "ci" {
  user = aws_iam_user.ci.name
}

resource "aws_iam_access_key" "old" {
  user   = aws_iam_user.ci.name
  status = "Inactive"
}

data "aws_iam_access_keys" "ci" {
  user       = aws_iam_user.ci.name
  depends_on = [aws_iam_access_key.ci, aws_iam_access_key.old]
}

data "aws_iam_users" "machines" {
  path_prefix = "/machines/"
  depends_on  = [aws_iam_user.ci]
}

data "aws_iam_users" "none" {
  path_prefix = "/none/"
}

resource "aws_s3_object" "users" {
  bucket = aws_s3_bucket.notes.id
  key    = "notes/users"
  content = jsonencode({
    key    = [for k in [aws_iam_access_key.ci, aws_iam_access_key.old] : [k.user, k.status, length(k.id), length(k.secret), length(k.create_date)]]
    keys   = sort([for k in data.aws_iam_access_keys.ci.access_keys : "${k.status} ${length(k.access_key_id)} ${length(k.create_date)}"])
    of     = data.aws_iam_access_keys.ci.user
    users  = data.aws_iam_users.machines
    nobody = data.aws_iam_users.none.names
  })
}

# What the account is called, and the roles of services.

resource "aws_iam_account_alias" "this" {
  account_alias = "identities-account"
}

data "aws_iam_account_alias" "this" {
  depends_on = [aws_iam_account_alias.this]
}

resource "aws_iam_service_linked_role" "ecs" {
  aws_service_name = "ecs.amazonaws.com"
}

resource "aws_iam_service_linked_role" "autoscaling" {
  aws_service_name = "autoscaling.amazonaws.com"
  custom_suffix    = "own"
  description      = "Of this team."

  tags = {
    Stage = "test"
  }
}

resource "aws_iam_account_password_policy" "this" {
  minimum_password_length   = 14
  max_password_age          = 90
  password_reuse_prevention = 24
  require_symbols           = true
}

resource "aws_s3_object" "account" {
  bucket = aws_s3_bucket.notes.id
  key    = "notes/account"
  content = jsonencode({
    words = aws_iam_account_password_policy.this
    alias = [aws_iam_account_alias.this.id, data.aws_iam_account_alias.this]
    roles = [for r in [aws_iam_service_linked_role.ecs, aws_iam_service_linked_role.autoscaling] : [r.arn, r.id, r.name, r.path, r.custom_suffix, r.description, r.tags, r.tags_all, length(r.unique_id), length(r.create_date)]]
  })
}

# What the policy simulator says of a role, once it has a policy.

resource "aws_iam_role_policy" "machine" {
  name = "reads"
  role = aws_iam_role.machine.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["s3:GetObject"]
      Resource  = "${aws_s3_bucket.notes.arn}/*"
      Condition = { StringEquals = { "aws:PrincipalTag/team" = "platform" } }
    }]
  })
}

data "aws_iam_principal_policy_simulation" "machine" {
  policy_source_arn = aws_iam_role.machine.arn
  action_names      = ["s3:GetObject", "s3:PutObject"]
  resource_arns     = ["${aws_s3_bucket.notes.arn}/a"]

  context {
    key    = "aws:PrincipalTag/team"
    type   = "string"
    values = ["platform"]
  }

  depends_on = [aws_iam_role_policy.machine]
}

data "aws_iam_principal_policy_simulation" "without_context" {
  policy_source_arn        = aws_iam_role.machine.arn
  action_names             = ["s3:GetObject"]
  resource_arns            = ["${aws_s3_bucket.notes.arn}/a", "${aws_s3_bucket.notes.arn}/b"]
  additional_policies_json = [jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "${aws_s3_bucket.notes.arn}/b" }] })]

  depends_on = [aws_iam_role_policy.machine]
}

resource "aws_s3_object" "simulated" {
  bucket = aws_s3_bucket.notes.id
  key    = "notes/simulated"
  content = jsonencode([for s in [data.aws_iam_principal_policy_simulation.machine, data.aws_iam_principal_policy_simulation.without_context] : {
    all     = s.all_allowed
    id      = s.id
    results = { for r in s.results : r.action_name => [r.allowed, r.decision, r.decision_details, r.resource_arn, sort(r.missing_context_keys), sort(r.matched_statements[*].source_policy_type)] }
  }])
}
