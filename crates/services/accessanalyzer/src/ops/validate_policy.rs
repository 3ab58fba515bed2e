//! Findings about a document.

use sekisho_engine::prelude::*;
use sekisho_policy::{
    Finding, LintKind, Location, ResourceType, Severity, Step, line_and_column, lint,
};

use crate::reference::Services;

pub(crate) struct ValidatePolicy;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    policy_document: String,
    policy_type: String,
    validate_policy_resource_type: Option<String>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

impl Operation for ValidatePolicy {
    const ID: OpId = OpId::new("accessanalyzer", "ValidatePolicy");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new("access-analyzer:ValidatePolicy", "*")])
    }

    fn run(_: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let kind = kind(&input);
        let text = &input.policy_document;
        let findings = lint(text, kind, &Services);
        let begin = match &input.next_token {
            None => 0,
            Some(token) => token.parse::<usize>().map_err(|_| {
                ApiError::new("ValidationException", "The nextToken is not valid").status(400)
            })?,
        };
        let size = input.max_results.unwrap_or(100).clamp(1, 100);
        let page: Vec<Value> = findings
            .iter()
            .skip(begin)
            .take(size)
            .map(|f| finding(text, f))
            .collect();
        let end = begin.saturating_add(size);
        let mut out = json!({"findings": page});
        if end < findings.len()
            && let Some(map) = out.as_object_mut()
        {
            map.insert("nextToken".to_owned(), json!(end.to_string()));
        }
        Ok(out)
    }
}

fn kind(input: &Input) -> LintKind {
    match input.policy_type.as_str() {
        "IDENTITY_POLICY" => return LintKind::Identity,
        "SERVICE_CONTROL_POLICY" => return LintKind::ServiceControl,
        "RESOURCE_CONTROL_POLICY" => return LintKind::ResourceControl,
        _ => {}
    }
    match input.validate_policy_resource_type.as_deref() {
        Some("AWS::IAM::AssumeRolePolicyDocument") => LintKind::Trust,
        Some("AWS::S3::Bucket") => LintKind::Attached(ResourceType::Bucket),
        Some("AWS::S3::AccessPoint") => LintKind::Attached(ResourceType::AccessPoint),
        Some("AWS::S3::MultiRegionAccessPoint") => {
            LintKind::Attached(ResourceType::MultiRegionAccessPoint)
        }
        Some("AWS::S3ObjectLambda::AccessPoint") => {
            LintKind::Attached(ResourceType::ObjectLambdaAccessPoint)
        }
        Some("AWS::DynamoDB::Table") => LintKind::Attached(ResourceType::Table),
        _ => LintKind::Resource,
    }
}

fn location(text: &str, location: &Location) -> Value {
    let path = location.path.iter().map(|step| match step {
        Step::Value(value) => json!({"value": value}),
        Step::Key(key) => json!({"key": key}),
        Step::Index(index) => json!({"index": index}),
    });
    let span = location.span;
    json!({
        "path": path.collect::<Vec<_>>(),
        "span": {"start": position(text, span.start), "end": position(text, span.end)},
    })
}

fn finding(text: &str, finding: &Finding) -> Value {
    let locations = finding.locations.iter().map(|l| location(text, l));
    let link = finding.code.to_lowercase().replace('_', "-");
    let section = match finding.severity {
        Severity::Error => "error",
        Severity::SecurityWarning => "security-warning",
        Severity::Warning => "general-warning",
        Severity::Suggestion => "suggestion",
    };
    json!({
        "findingDetails": finding.message,
        "findingType": finding.severity.as_str(),
        "issueCode": finding.code,
        "learnMoreLink": format!("https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-{section}-{link}"),
        "locations": locations.collect::<Vec<_>>(),
    })
}

/// Lines count from 1, columns and offsets from 0.
fn position(text: &str, at: usize) -> Value {
    let (line, column) = line_and_column(text, at);
    json!({"line": line, "column": column - 1, "offset": at})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_as_on_the_wire() {
        let text = "{\"Version\":\"2012-10-17\",\n\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"s3:GetObjects\"],\"Resource\":\"*\",\n\"Condition\":{\"StringLike\":{\"aws:SourceArn\":\"arn:aws:s3:::a\"}}}]}";
        let findings = lint(text, LintKind::Identity, &Services);
        let shown: Vec<Value> = findings.iter().map(|f| finding(text, f)).collect();
        let link = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks";
        let position = |line: usize, column: usize, offset: usize| json!({"line": line, "column": column, "offset": offset});
        assert_eq!(
            shown,
            [
                json!({
                    "findingDetails": "The action s3:GetObjects does not exist.",
                    "findingType": "ERROR",
                    "issueCode": "INVALID_ACTION",
                    "learnMoreLink": format!("{link}-error-invalid-action"),
                    "locations": [{
                        "path": [{"value": "Statement"}, {"index": 0}, {"value": "Action"}, {"index": 0}],
                        "span": {"start": position(2, 41, 66), "end": position(2, 56, 81)},
                    }],
                }),
                json!({
                    "findingDetails": "Use the operator type ARN instead of operator string for the condition key aws:SourceArn.",
                    "findingType": "SECURITY_WARNING",
                    "issueCode": "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS",
                    "learnMoreLink": format!("{link}-security-warning-string-like-operator-with-arn-condition-keys"),
                    "locations": [{
                        "path": [{"value": "Statement"}, {"index": 0}, {"value": "Condition"}, {"value": "StringLike"}, {"key": "aws:SourceArn"}],
                        "span": {"start": position(3, 27, 126), "end": position(3, 42, 141)},
                    }],
                }),
            ]
        );
    }

    #[test]
    fn documents_are_of_the_type_that_is_said() {
        let of = |policy_type: &str, resource_type: Option<&str>| {
            kind(&Input {
                policy_document: String::new(),
                policy_type: policy_type.to_owned(),
                validate_policy_resource_type: resource_type.map(str::to_owned),
                max_results: None,
                next_token: None,
            })
        };
        assert_eq!(of("IDENTITY_POLICY", None), LintKind::Identity);
        assert_eq!(of("RESOURCE_POLICY", None), LintKind::Resource);
        assert_eq!(
            of(
                "RESOURCE_POLICY",
                Some("AWS::IAM::AssumeRolePolicyDocument")
            ),
            LintKind::Trust
        );
        assert_eq!(
            of("RESOURCE_POLICY", Some("AWS::S3::Bucket")),
            LintKind::Attached(ResourceType::Bucket)
        );
    }
}
