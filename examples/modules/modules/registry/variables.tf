variable "repository" {
  type = string
}

variable "reader_role_arn" {
  description = "The service role of the pipeline."
  type        = string
}

variable "artifact_bucket_arn" {
  type = string
}

variable "artifact_key_arn" {
  type = string
}

output "repository_name" {
  value = aws_ecr_repository.this.name
}

output "source_role_arn" {
  value = aws_iam_role.source.arn
}

# The same role, for those who may use it only when it has its permissions.
output "granted_source_role_arn" {
  value      = aws_iam_role.source.arn
  depends_on = [aws_iam_role_policy.source]
}
