variable "region" {
  type        = string
  description = "The region of the repository and of the pipeline: a source action cannot cross regions."
  default     = "us-east-1"
}

variable "registry_account_id" {
  type        = string
  description = "Account A: owns the ECR repository."
  default     = "111111111111"
}

variable "pipeline_account_id" {
  type        = string
  description = "Account B: owns the pipeline, its artifact store and the key."
  default     = "222222222222"
}

variable "name" {
  type    = string
  default = "delivery"
}

variable "repository_name" {
  type    = string
  default = "team/app"
}

variable "image_tag" {
  type    = string
  default = "latest"
}

locals {
  image_artifacts_name = "ImageDefinition"
  action_role_name     = format("%s-ecr-source", var.name)
  artifact_bucket      = format("%s-artifacts-%s", var.name, var.pipeline_account_id)
  release_bucket       = format("%s-releases-%s", var.name, var.pipeline_account_id)

  # The ARNs of things whose policies name each other, so that neither has to exist first.
  repository_arn = format("arn:aws:ecr:%s:%s:repository/%s", var.region, var.registry_account_id, var.repository_name)

  tags = {
    Project = var.name
  }
}
