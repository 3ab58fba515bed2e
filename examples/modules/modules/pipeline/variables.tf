variable "name" {
  type = string
}

variable "repository" {
  type = object({
    name = string
    tag  = optional(string, "release")
  })
}

variable "source_role_arn" {
  description = "The role of the registry's account that the source action assumes."
  type        = string
}

variable "granted_source_role_arn" {
  description = "The same, when it has its permissions."
  type        = string
}

output "service_role_arn" {
  value = aws_iam_role.service.arn
}

output "artifact_bucket_arn" {
  value = aws_s3_bucket.this["artifacts"].arn
}

output "artifact_key_arn" {
  value = aws_kms_key.artifacts.arn
}
