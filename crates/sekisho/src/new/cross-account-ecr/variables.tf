variable "registry_account_id" {
  description = "The account that owns the images."
  type        = string
}

variable "pipeline_account_id" {
  description = "The account that owns the pipeline."
  type        = string

  validation {
    condition     = var.pipeline_account_id != ""
    error_message = "The pipeline needs an account."
  }
}

variable "region" {
  description = "The region of the repository and of the pipeline: a source action cannot cross regions."
  type        = string
}

variable "name" {
  description = "The name of the pipeline, and the beginning of the names of its roles and buckets."
  type        = string
}

variable "repository" {
  description = "The ECR repository that is delivered from."
  type        = string
}

variable "image_tag" {
  description = "The tag that is delivered."
  type        = string
}
