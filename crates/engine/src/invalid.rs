//! How services word inputs that break the model's constraints.

use sekisho_model::Violation;

use crate::error::ApiError;

const NULL: &str = "Value null";

/// `null` is what stands for a value that is not there.
fn text(violations: &[Violation], show_values: bool, null: &str) -> String {
    let count = violations.len();
    let parts: Vec<String> = violations
        .iter()
        .map(|v| {
            let value = match &v.value {
                None => null.to_owned(),
                Some(value) if show_values => format!("Value '{value}'"),
                Some(_) => "Value".to_owned(),
            };
            format!(
                "{value} at '{}' failed to satisfy constraint: {}",
                v.path, v.constraint
            )
        })
        .collect();
    let errors = if count == 1 { "error" } else { "errors" };
    format!("{count} validation {errors} detected: {}", parts.join("; "))
}

/// `ValidationError` without the values: IAM (recorded on AWS).
#[must_use]
pub fn iam(violations: &[Violation]) -> ApiError {
    ApiError::new("ValidationError", text(violations, false, NULL)).status(400)
}

/// `ValidationError` with the values: STS.
#[must_use]
pub fn query(violations: &[Violation]) -> ApiError {
    ApiError::new("ValidationError", text(violations, true, NULL)).status(400)
}

/// `ValidationException` with the values: KMS.
#[must_use]
pub fn json(violations: &[Violation]) -> ApiError {
    ApiError::new("ValidationException", text(violations, true, NULL)).status(400)
}

/// `ValidationException` without the values: CodePipeline (radkawar/stackd codepipeline/history_filter_validation_native).
#[must_use]
pub fn json_without_values(violations: &[Violation]) -> ApiError {
    ApiError::new("ValidationException", text(violations, false, "Value")).status(400)
}

/// `InvalidParameterException`: ECR names the first violation.
#[must_use]
pub fn ecr(violations: &[Violation]) -> ApiError {
    let first = violations.first();
    let (path, constraint) = first.map_or(("", ""), |v| (v.path.as_str(), v.constraint.as_str()));
    let message =
        format!("Invalid parameter at '{path}' failed to satisfy constraint: '{constraint}'");
    ApiError::new("InvalidParameterException", message).status(400)
}

/// `MalformedXML`: S3.
#[must_use]
pub fn s3(violations: &[Violation]) -> ApiError {
    let path = violations.first().map_or("", |v| v.path.as_str());
    let message =
        "The XML you provided was not well-formed or did not validate against our published schema";
    ApiError::new("MalformedXML", message)
        .status(400)
        .field("Member", path)
}
