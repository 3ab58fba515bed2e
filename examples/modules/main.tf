# One module for each account, and a root that wires them: providers are passed in, and each module gets what it has to
# name of the other as a variable.

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "accounts" {
  description = "The accounts of the registry and of the pipeline."
  type = object({
    registry = string
    pipeline = string
  })
  default = {
    registry = "111111111111"
    pipeline = "222222222222"
  }

  validation {
    condition     = alltrue([for id in values(var.accounts) : can(regex("^[0-9]{12}$", id))])
    error_message = "An account id has 12 digits."
  }

  validation {
    condition     = length(distinct(values(var.accounts))) == 2
    error_message = "The registry and the pipeline must be in different accounts."
  }
}

variable "name" {
  type    = string
  default = "shop"
}

provider "aws" {
  alias               = "registry"
  region              = "eu-central-1"
  allowed_account_ids = [var.accounts.registry]
}

provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = [var.accounts.pipeline]
}

module "registry" {
  source = "./modules/registry"

  providers = {
    aws = aws.registry
  }

  repository          = "${var.name}/api"
  reader_role_arn     = module.pipeline.service_role_arn
  artifact_bucket_arn = module.pipeline.artifact_bucket_arn
  artifact_key_arn    = module.pipeline.artifact_key_arn
}

module "pipeline" {
  source = "./modules/pipeline"

  name                    = var.name
  repository              = { name = module.registry.repository_name }
  source_role_arn         = module.registry.source_role_arn
  granted_source_role_arn = module.registry.granted_source_role_arn
}
