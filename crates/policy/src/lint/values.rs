//! Findings about values that operators do not read, or that keys never have.

use super::arn::is_region;
use super::place::{Place, each, member};
use super::scope::Scope;
use super::{LintKind, Linter, Severity};
use crate::condition::{Condition, Operator, Qualifier};
use crate::json::Json;
use crate::values::{IpNet, date_ms, decimal, is_base64};

/// The key whose values are keys of KMS (S3 user guide, condition keys: by its ARN).
const KMS_KEY: &str = "s3:x-amz-server-side-encryption-aws-kms-key-id";

impl Linter<'_> {
    pub(super) fn values(&mut self, scope: &Scope<'_>, condition: &Condition) {
        let place = scope.condition(condition);
        let values = scope.values(condition);
        if values.is_empty() {
            let (code, message) = no_values(condition);
            self.suggestion(code, message, &place);
            return;
        }
        self.data_types(scope, condition);
        if is_text(condition.operator) {
            for (value, place) in &values {
                self.variables(value, scope.version, place);
            }
        } else if let Some((_, place)) = values.iter().find(|(v, _)| v.contains("${")) {
            let message = "Policy variables can only be used with String and ARN operators.";
            self.error("INVALID_VARIABLE_FOR_OPERATOR", message, place);
            return;
        }
        if condition.operator == Operator::Bool && values.len() > 1 {
            let message = "The condition key does not support multiple Boolean values. Use a single Boolean value.";
            self.error("INVALID_CONDITION_MULTIPLE_BOOLEAN", message, &place);
        }
        for (value, place) in &values {
            if let Some((severity, code, message)) = unread(condition, value) {
                self.add(severity, code, message, [place.clone()]);
            }
        }
        self.redundant_numbers(condition, &place);
        if is_text(condition.operator) {
            self.names(condition, &values);
            self.wildcards(condition, &values);
            self.sensitive(condition, &values);
        }
        if let Operator::Ip { not } = condition.operator {
            self.networks(condition, not, &values, &place);
        }
    }

    /// Values of one condition are of one JSON type.
    fn data_types(&mut self, scope: &Scope<'_>, condition: &Condition) {
        let node = member(scope.node, "Condition")
            .and_then(|n| member(n, &condition.written_operator))
            .and_then(|n| member(n, &condition.written_key));
        let Some(node) = node else { return };
        let place = scope.condition(condition);
        let all = each(node, &place);
        let kinds = |kind: fn(&Json) -> bool| all.iter().any(|(_, n)| kind(&n.value));
        let texts = kinds(|v| matches!(v, Json::String(_)));
        let numbers = kinds(|v| matches!(v, Json::Number(_)));
        let truths = kinds(|v| matches!(v, Json::Bool(_)));
        if [texts, numbers, truths].into_iter().filter(|k| *k).count() > 1 {
            let message = "The condition value data types do not match. Use condition values of the same JSON data type.";
            self.error("INVALID_CONDITION_DATA_TYPE", message, &place);
        }
    }

    /// Values that have no form that the key's values have. What a wildcard or a variable stands for is not said; a
    /// variable for a Region is none (recorded).
    fn names(&mut self, condition: &Condition, values: &[(&str, Place)]) {
        let region = condition.key == "aws:requestedregion";
        let open = |v: &str| v.contains(['*', '?']) || (v.contains('$') && !region);
        for (value, place) in values.iter().filter(|(v, _)| !open(v)) {
            match condition.key.as_str() {
                "aws:requestedregion" if !is_region(value) => {
                    let message = format!(
                        "The Region {value} is not valid. Update the condition value to a supported Region."
                    );
                    self.error("INVALID_REGION", message, place);
                }
                "aws:sourcevpc" if !is_network_id(value, "vpc-") => {
                    let message = "The VPC identifier in the condition key value is not valid. Use the prefix 'vpc-' followed by 8 or 17 alphanumeric characters.";
                    self.error("INVALID_VPC_FORMAT", message, place);
                }
                "aws:sourcevpce" if !is_network_id(value, "vpce-") => {
                    // Two spaces, as AWS says it.
                    let message = "The VPCE identifier in the condition key value is not valid.  Use the prefix 'vpce-' followed by 8 or 17 alphanumeric characters.";
                    self.error("INVALID_VPCE_FORMAT", message, place);
                }
                "kms:viaservice" if self.kind != LintKind::Trust && !is_regional_service(value) => {
                    let message = "The service principal does not match the expected format. Use the format service-name.AWS_region.amazonaws.com.";
                    self.error("INVALID_SERVICE_PRINCIPAL_FORMAT", message, place);
                }
                KMS_KEY if !is_kms_key(value) => {
                    let message = format!(
                        "The {} condition key value must be a valid KMS key ARN.",
                        condition.written_key
                    );
                    self.error("INVALID_KMS_KEY_VALUE", message, place);
                }
                _ => {}
            }
        }
    }
}

fn is_text(operator: Operator) -> bool {
    matches!(
        operator,
        Operator::String { .. }
            | Operator::StringIgnoreCase { .. }
            | Operator::StringLike { .. }
            | Operator::Arn { .. }
    )
}

fn no_values(condition: &Condition) -> (&'static str, String) {
    let key = &condition.written_key;
    match (condition.qualifier, condition.if_exists) {
        (Qualifier::ForAll, _) => (
            "EMPTY_ARRAY_CONDITION_FORALLVALUES",
            format!(
                "The ForAllValues prefix with an empty condition key matches only if the key {key} is missing from the request context. To determine if the request context is empty, we recommend that you use the Null condition operator with the value of true instead."
            ),
        ),
        (Qualifier::ForAny, _) => (
            "EMPTY_ARRAY_CONDITION_FORANYVALUE",
            format!(
                "The ForAnyValue prefix with an empty condition key {key} never matches the request context and it does not affect the policy. Specify conditions."
            ),
        ),
        (Qualifier::Single, true) => (
            "EMPTY_ARRAY_CONDITION_IFEXISTS",
            format!(
                "The IfExists suffix with an empty condition key matches only if the key {key} is missing from the request context. To determine if the request context is empty, we recommend that you use the Null condition operator with the value of true instead."
            ),
        ),
        (Qualifier::Single, false) => (
            "EMPTY_ARRAY_CONDITION",
            format!(
                "There are no values for the condition key {key} and it does not affect the policy. Specify conditions."
            ),
        ),
    }
}

/// Why an operator does not read a value, or reads it otherwise than it may be meant.
fn unread(condition: &Condition, value: &str) -> Option<(Severity, &'static str, String)> {
    let name = &condition.written_operator;
    let is_boolean = ["true", "false"]
        .iter()
        .any(|b| value.eq_ignore_ascii_case(b));
    let (code, message) = match condition.operator {
        Operator::Bool | Operator::Null if !is_boolean => (
            "TYPE_MISMATCH_BOOLEAN",
            format!("Add a valid Boolean value (true or false) for the condition operator {name}."),
        ),
        Operator::Date(_) if date_ms(value).is_none() => (
            "TYPE_MISMATCH_DATE",
            "The date condition operator is used with an invalid value. Specify a valid date using YYYY-MM-DD or other ISO 8601 date/time format.".to_owned(),
        ),
        Operator::Date(_) if value.bytes().all(|b| b.is_ascii_digit()) => (
            "INVALID_DATE_VALUE",
            format!(
                "The date {value} might not resolve as expected. We recommend that you use the YYYY-MM-DD format."
            ),
        ),
        Operator::Numeric(_) if decimal(value).is_none() => (
            "TYPE_MISMATCH_NUMBER",
            format!("Add a valid numeric value for the condition operator {name}."),
        ),
        Operator::Ip { .. } if IpNet::parse(value).is_none() => (
            "TYPE_MISMATCH_IP_RANGE",
            format!(
                "The condition operator {name} is used with an invalid IP range value. Specify the IP range in standard CIDR format."
            ),
        ),
        Operator::Binary if !is_base64(value) => (
            "TYPE_MISMATCH_STRING",
            format!("Add a valid base64-encoded string value for the condition operator {name}."),
        ),
        Operator::String { .. } | Operator::StringIgnoreCase { .. } if has_wildcard(value) => (
            "WILDCARD_WITHOUT_LIKE_OPERATOR",
            "Your condition value includes a * or ? character. If you meant to use a wildcard (*, ?), update the condition operator to include Like.".to_owned(),
        ),
        _ => return None,
    };
    let severity = match code {
        "TYPE_MISMATCH_IP_RANGE" => Severity::Error,
        _ => Severity::Warning,
    };
    Some((severity, code, message))
}

/// Whether a text has a wildcard outside of `${*}` and `${?}`.
fn has_wildcard(text: &str) -> bool {
    text.replace("${*}", "")
        .replace("${?}", "")
        .contains(['*', '?'])
}

/// Whether an identifier has a prefix, and 8 or 17 letters or digits behind it.
fn is_network_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| {
        matches!(rest.len(), 8 | 17) && rest.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}

fn is_kms_key(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    matches!(parts.as_slice(), ["arn", _, "kms", region, account, resource]
        if is_region(region) && sekisho_arn::is_account_id(account) && resource.starts_with("key/"))
}

/// `s3.eu-central-1.amazonaws.com`: what `kms:ViaService` says always has a region.
fn is_regional_service(text: &str) -> bool {
    let labels: Vec<&str> = text.split('.').collect();
    let end = labels.iter().rposition(|l| *l == "amazonaws");
    end.and_then(|at| labels.get(at.checked_sub(1)?))
        .is_some_and(|label| is_region(label))
        && labels.len() > 3
}

#[cfg(test)]
mod tests {
    use crate::lint::LintKind::Identity;
    use crate::lint::Severity;
    use crate::lint::tests::{found, of_condition};

    #[test]
    fn finds_values_of_another_form() {
        for (condition, expected) in [
            (
                r#"{"StringEquals":{"aws:SourceVpc":"vpc-1234567"}}"#,
                &["INVALID_VPC_FORMAT"][..],
            ),
            (
                r#"{"StringEquals":{"aws:SourceVpc":["vpc-12345678","vpc-11223344556677889"]}}"#,
                &[],
            ),
            (
                r#"{"StringEquals":{"aws:SourceVpc":"${aws:PrincipalTag/vpc}"}}"#,
                &[],
            ),
            (
                r#"{"StringEquals":{"aws:SourceVpce":"vpc-12345678"}}"#,
                &["INVALID_VPCE_FORMAT"],
            ),
            (
                r#"{"StringNotEquals":{"aws:SourceVpce":"vpce-12345678"}}"#,
                &[],
            ),
            (r#"{"Null":{"aws:SourceVpce":"true"}}"#, &[]),
            (
                r#"{"StringEquals":{"aws:RequestedRegion":"${aws:PrincipalTag/region}"}}"#,
                &["INVALID_REGION"],
            ),
            (
                r#"{"StringEquals":{"s3:x-amz-server-side-encryption-aws-kms-key-id":"alias/a"}}"#,
                &["INVALID_KMS_KEY_VALUE"],
            ),
            (
                r#"{"StringEquals":{"s3:x-amz-server-side-encryption-aws-kms-key-id":"arn:aws:kms:eu-central-1:111111111111:key/a"}}"#,
                &[],
            ),
            (
                r#"{"StringEquals":{"aws:username":["a",5]}}"#,
                &["INVALID_CONDITION_DATA_TYPE"],
            ),
            (r#"{"StringEquals":{"aws:username":["a","5"]}}"#, &[]),
        ] {
            assert_eq!(of_condition(condition), expected, "{condition}");
        }
    }

    #[test]
    fn sentences_name_the_operator_and_point_at_the_value() {
        let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":["203.0.113.0/24","x"]}}}}"#;
        let finding = found(text, Identity).remove(0);
        assert_eq!(finding.severity, Severity::Error);
        assert_eq!(
            finding.message,
            "The condition operator NotIpAddress is used with an invalid IP range value. Specify the IP range in standard CIDR format."
        );
        let span = finding.locations[0].span;
        assert_eq!(&text[span.start..span.end], "\"x\"");
    }
}
