terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

# The account that owns the container images.
provider "aws" {
  alias               = "registry"
  region              = var.region
  allowed_account_ids = [var.registry_account_id]
}

# The account that owns the delivery pipeline.
provider "aws" {
  alias               = "pipeline"
  region              = var.region
  allowed_account_ids = [var.pipeline_account_id]
}
