variable "names" {
  type = set(string)
}

variable "rule" {
  type     = string
  nullable = false
}

resource "aws_sns_topic" "this" {
  for_each = var.names
  name     = each.key
}

resource "aws_sns_topic_policy" "this" {
  for_each = aws_sns_topic.this
  arn      = each.value.arn
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sns:Publish", Resource = each.value.arn, Principal = { Service = "events.amazonaws.com" }, Condition = { ArnEquals = { "aws:SourceArn" = var.rule } } }]
  })
}

resource "aws_iam_policy" "reader" {
  name = "left-out-reader"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "ecr:DescribeImages", Resource = "*" }]
  })
}

output "arns" {
  value = { for name, topic in aws_sns_topic.this : name => topic.arn }
}
