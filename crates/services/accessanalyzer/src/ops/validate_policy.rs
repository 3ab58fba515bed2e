//! Findings about a document.

use sekisho_engine::IamReference;
use sekisho_engine::prelude::*;
use sekisho_policy::{Finding, LintKind, Severity, Step, line_and_column, lint};

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
        let trust = input.validate_policy_resource_type.as_deref()
            == Some("AWS::IAM::AssumeRolePolicyDocument");
        let kind = match input.policy_type.as_str() {
            "IDENTITY_POLICY" => LintKind::Identity,
            "SERVICE_CONTROL_POLICY" => LintKind::ServiceControl,
            "RESOURCE_CONTROL_POLICY" => LintKind::ResourceControl,
            _ if trust => LintKind::Trust,
            _ => LintKind::Resource,
        };
        let text = &input.policy_document;
        let findings = lint(text, kind, &IamReference);
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

fn finding(text: &str, finding: &Finding) -> Value {
    let path = finding.path.iter().map(|step| match step {
        Step::Value(value) => json!({"value": value}),
        Step::Index(index) => json!({"index": index}),
    });
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
        "locations": [{
            "path": path.collect::<Vec<_>>(),
            "span": {"start": position(text, finding.span.start), "end": position(text, finding.span.end)},
        }],
    })
}

/// Lines count from 1, columns and offsets from 0.
fn position(text: &str, at: usize) -> Value {
    let (line, column) = line_and_column(text, at);
    json!({"line": line, "column": column - 1, "offset": at})
}
