variable "key" {}
variable "arns" {}
variable "plain" {}
resource "aws_kms_alias" "a" {
  name          = "alias/a${var.plain}"
  target_key_id = var.key
}
resource "terraform_data" "inner" {
  count = var.key == "" ? 0 : 1
}
output "key" { value = var.key }
output "arns" { value = var.arns }
output "plain" { value = var.plain }
output "made" { value = aws_kms_alias.a.arn }
