output "repository_url" {
  value = aws_ecr_repository.app.repository_url
}

output "pipeline_arn" {
  value = aws_codepipeline.this.arn
}
