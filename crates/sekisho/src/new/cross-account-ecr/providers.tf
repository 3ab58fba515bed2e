terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

# The account that owns the images.
provider "aws" {
  alias               = "registry"
  region              = var.region
  allowed_account_ids = [var.registry_account_id]
}

# The account that owns the pipeline, its artifacts and their key.
provider "aws" {
  alias               = "pipeline"
  region              = var.region
  allowed_account_ids = [var.pipeline_account_id]
}
