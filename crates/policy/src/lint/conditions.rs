//! Findings about conditions: keys that there are not, operators that do not fit them, values that operators do not read.

use super::arn::is_region;
use super::{LintKind, Linter, Place, Severity};
use crate::condition::{Condition, Operator, Qualifier};
use crate::document::{Statement, Version};
use crate::values::{IpNet, date_ms, decimal, is_base64};

/// The keys that stand for a tag, and name it behind a slash.
const TAG_KEYS: &[&str] = &["aws:principaltag", "aws:requesttag", "aws:resourcetag"];

/// What may come from outside a network is none of these (RFC 1918, RFC 6598, RFC 3927, RFC 4193, loopback).
const PRIVATE: &[&str] = &[
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "127.0.0.0/8",
    "fc00::/7",
];

impl Linter<'_> {
    pub(super) fn conditions(&mut self, index: usize, statement: &Statement, version: Version) {
        for (at, condition) in statement.conditions.iter().enumerate() {
            let path: &[&str] = &[
                "Condition",
                &condition.written_operator,
                &condition.written_key,
            ];
            let place = (Some(index), path);
            self.key(condition, place);
            let before = statement.conditions.iter().take(at);
            let mut same = before.filter(|c| c.written_operator == condition.written_operator);
            if same.any(|c| c.key == condition.key) {
                let message = "The condition key appears more than once with different capitalization in the same condition block. Remove the duplicate condition keys.";
                self.add(
                    Severity::Error,
                    "DUPLICATE_KEYS_WITH_DIFFERENT_CASE",
                    message,
                    place,
                    condition.span,
                );
            }
            self.operator(condition, place);
            self.values(condition, version, place);
        }
        self.pairs(index, statement);
    }

    fn key(&mut self, condition: &Condition, place: Place<'_>) {
        let written = &condition.written_key;
        let Some((service, rest)) = condition.key.split_once(':') else {
            let message = "The condition key format is not valid. Use the format service:keyname.";
            self.add(
                Severity::Error,
                "INVALID_CONDITION_KEY_FORMAT",
                message,
                place,
                condition.span,
            );
            return;
        };
        let tag = TAG_KEYS.contains(&condition.key.trim_end_matches('/'));
        if tag {
            let message = format!(
                "The condition key {written} must include a tag key to control access based on tags. Use the format {}/tag-key and specify a key name for tag-key.",
                written.trim_end_matches('/')
            );
            self.add(
                Severity::Error,
                "MISSING_TAG_KEY_IN_CONDITION",
                message,
                place,
                condition.span,
            );
            return;
        }
        if service == "aws" && rest == "arn" {
            let message = "The condition key aws:ARN is not supported. Use aws:PrincipalArn or aws:SourceArn instead.";
            self.add(
                Severity::Error,
                "UNSUPPORTED_GLOBAL_CONDITION_KEY",
                message,
                place,
                condition.span,
            );
            return;
        }
        match (service, self.reference.has_key(service, &condition.key)) {
            ("aws", Some(false)) => {
                let message = format!(
                    "The condition key {written} does not exist. Use a valid condition key."
                );
                self.add(
                    Severity::Error,
                    "INVALID_GLOBAL_CONDITION_KEY",
                    message,
                    place,
                    condition.span,
                );
            }
            (_, Some(false)) => {
                let message = format!(
                    "The condition key {written} does not exist in the service {service}. Use a valid condition key."
                );
                self.add(
                    Severity::Error,
                    "INVALID_SERVICE_CONDITION_KEY",
                    message,
                    place,
                    condition.span,
                );
            }
            _ => {}
        }
    }

    /// Whether the operator fits the type of the key.
    fn operator(&mut self, condition: &Condition, place: Place<'_>) {
        let span = condition.span;
        let single = condition.qualifier == Qualifier::Single;
        if condition.operator == Operator::Null {
            if !single {
                let message = "Avoid using the Null condition operator with the ForAllValues or ForAnyValue qualifiers because they always return a true or false respectively.";
                self.add(
                    Severity::Suggestion,
                    "NULL_WITH_QUALIFIER",
                    message,
                    place,
                    span,
                );
            }
            return;
        }
        let service = condition.key.split(':').next().unwrap_or_default();
        let Some(kind) = self.reference.key_type(service, &condition.key) else {
            return;
        };
        let (of_many, kind) = match kind.strip_prefix("ArrayOf") {
            Some(kind) => (true, kind),
            None => (false, kind),
        };
        if of_many && single {
            let message = format!(
                "The request context key {} has multiple values. Use the ForAllValues or ForAnyValue condition key qualifiers in your policy.",
                condition.written_key
            );
            self.add(Severity::Error, "MISSING_QUALIFIER", message, place, span);
        }
        if !of_many && condition.qualifier == Qualifier::ForAll {
            let message = format!(
                "Using ForAllValues qualifier with the single-valued condition key {} can be overly permissive. We recommend that you remove ForAllValues:.",
                condition.written_key
            );
            self.add(
                Severity::SecurityWarning,
                "FORALLVALUES_WITH_SINGLE_VALUED_KEY",
                message,
                place,
                span,
            );
        }
        if !fits(condition.operator, kind, &condition.key) {
            let message = format!(
                "Use the operator type {kind} instead of operator {} for the condition key {}.",
                condition.written_operator, condition.written_key
            );
            self.add(Severity::Warning, "TYPE_MISMATCH", message, place, span);
        }
    }

    /// Whether the operator reads the values.
    fn values(&mut self, condition: &Condition, version: Version, place: Place<'_>) {
        let span = condition.span;
        let values: Vec<&str> = condition.operands().collect();
        if values.is_empty() {
            let (code, message) = no_values(condition);
            self.add(Severity::Suggestion, code, message, place, span);
            return;
        }
        let text = matches!(
            condition.operator,
            Operator::String { .. }
                | Operator::StringIgnoreCase { .. }
                | Operator::StringLike { .. }
                | Operator::Arn { .. }
        );
        if text {
            for value in &values {
                self.variables(value, version, place, span);
            }
        } else if values.iter().any(|v| v.contains("${")) {
            let message = "Policy variables can only be used with String and ARN operators.";
            self.add(
                Severity::Error,
                "INVALID_VARIABLE_FOR_OPERATOR",
                message,
                place,
                span,
            );
            return;
        }
        if condition.operator == Operator::Bool && values.len() > 1 {
            let message = "The condition key does not support multiple Boolean values. Use a single Boolean value.";
            self.add(
                Severity::Error,
                "INVALID_CONDITION_MULTIPLE_BOOLEAN",
                message,
                place,
                span,
            );
        }
        if let Some((code, message)) = values.iter().find_map(|v| unread(condition.operator, v)) {
            self.add(Severity::Warning, code, message, place, span);
        }
        self.redundant_numbers(condition, place);
        if condition.key == "aws:requestedregion" {
            let unlike = |v: &&&str| !v.contains(['*', '?', '$']) && !is_region(v);
            if let Some(value) = values.iter().find(unlike) {
                let message = format!(
                    "The Region {value} is not valid. Update the condition value to a suported Region."
                );
                self.add(Severity::Error, "INVALID_REGION", message, place, span);
            }
        }
        if let Operator::Ip { not } = condition.operator {
            self.networks(condition, not, &values, place);
        }
        if condition.key == "kms:viaservice" && self.kind != LintKind::Trust {
            for value in values.iter().filter(|v| !v.contains(['*', '?', '$'])) {
                if !is_regional_service(value) {
                    let message = format!(
                        "The service principal {value} does not match the expected format. Use the format service-name.AWS_region.amazonaws.com."
                    );
                    self.add(
                        Severity::Error,
                        "INVALID_SERVICE_PRINCIPAL_FORMAT",
                        message,
                        place,
                        span,
                    );
                }
            }
        }
    }

    fn networks(&mut self, condition: &Condition, not: bool, values: &[&str], place: Place<'_>) {
        let span = condition.span;
        for value in values {
            if let Some(better) = without_host_bits(value) {
                let message = format!(
                    "The non-zero bits in the IP address after the masked bits are ignored. Replace address with {better}."
                );
                self.add(
                    Severity::Suggestion,
                    "IMPROVE_IP_RANGE",
                    message,
                    place,
                    span,
                );
            }
        }
        if condition.key != "aws:sourceip" {
            return;
        }
        let private = values.iter().filter(|v| is_private(v)).count();
        if private == 0 {
            return;
        }
        let all = private == values.len();
        match (all, not) {
            (true, false) => self.add(Severity::Error, "PRIVATE_IP_ADDRESS",
                "aws:SourceIp works only for public IP address ranges. The values for condition key aws:SourceIp include only private IP addresses and will not have the desired effect. Update the value to include only public IP addresses.",
                place,
                span,
            ),
            (true, true) => self.add(Severity::Error, "PRIVATE_NOT_IP_ADDRESS",
                "The values for condition key aws:SourceIp include only private IP addresses and has no effect. aws:SourceIp works only for public IP address ranges. Update the value to include only public IP addresses.",
                place,
                span,
            ),
            (false, false) => self.add(Severity::Suggestion, "PRIVATE_IP_ADDRESS_SUBSET",
                "The values for condition key aws:SourceIp include a mix of private and public IP addresses. The private addresses will not have the desired effect. aws:SourceIp works only for public IP address ranges. To define permissions for private IP ranges, use aws:VpcSourceIp.",
                place,
                span,
            ),
            (false, true) => self.add(Severity::Suggestion, "PRIVATE_NOT_IP_ADDRESS_SUBSET",
                "The values for condition key aws:SourceIp include a mix of private and public IP addresses. The private addresses have no effect. aws:SourceIp works only for public IP address ranges. To define permissions for private IP ranges, use aws:VpcSourceIp.",
                place,
                span,
            ),
        }
    }

    /// An address inside a network says little without the network.
    fn pairs(&mut self, index: usize, statement: &Statement) {
        let has = |key: &str| statement.conditions.iter().find(|c| c.key == key);
        let networks = ["aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn"];
        let Some(condition) = has("aws:vpcsourceip") else {
            return;
        };
        if networks.iter().any(|key| has(key).is_some()) {
            return;
        }
        let message = format!(
            "Using the condition key {} can be overly permissive without also using the following condition keys: aws:SourceVpc. Condition keys like this one are more secure when paired with a related key. We recommend that you add the related condition keys to the same condition block.",
            condition.written_key
        );
        let path: &[&str] = &[
            "Condition",
            &condition.written_operator,
            &condition.written_key,
        ];
        self.add(
            Severity::SecurityWarning,
            "MISSING_PAIRED_CONDITION_KEYS",
            message,
            (Some(index), path),
            condition.span,
        );
    }
}

/// Whether an operator is one for keys of this type. Texts and ARNs are compared by the operators of either.
fn fits(operator: Operator, kind: &str, key: &str) -> bool {
    match operator {
        Operator::String { .. }
        | Operator::StringIgnoreCase { .. }
        | Operator::StringLike { .. }
        | Operator::Arn { .. } => matches!(kind, "String" | "ARN"),
        Operator::Numeric(_) => kind == "Numeric" || key == "aws:epochtime",
        Operator::Date(_) => kind == "Date",
        Operator::Bool => kind == "Bool",
        Operator::Binary => kind == "Binary",
        Operator::Ip { .. } => kind == "IPAddress",
        Operator::Null => true,
    }
}

fn no_values(condition: &Condition) -> (&'static str, &'static str) {
    match (condition.qualifier, condition.if_exists) {
        (Qualifier::ForAll, _) => (
            "EMPTY_ARRAY_CONDITION_FORALLVALUES",
            "The ForAllValues prefix with an empty condition key matches only if the key is missing from the request context. To determine if the request context is empty, we recommend that you use the Null condition operator with the value of true instead.",
        ),
        (Qualifier::ForAny, _) => (
            "EMPTY_ARRAY_CONDITION_FORANYVALUE",
            "The ForAnyValue prefix with an empty condition key never matches the request context and it does not affect the policy. Specify conditions.",
        ),
        (Qualifier::Single, true) => (
            "EMPTY_ARRAY_CONDITION_IFEXISTS",
            "The IfExists suffix with an empty condition key matches only if the key is missing from the request context. To determine if the request context is empty, we recommend that you use the Null condition operator with the value of true instead.",
        ),
        (Qualifier::Single, false) => (
            "EMPTY_ARRAY_CONDITION",
            "There are no values for the condition key and it does not affect the policy. Specify conditions.",
        ),
    }
}

/// Why an operator does not read a value, or reads it otherwise than it may be meant.
fn unread(operator: Operator, value: &str) -> Option<(&'static str, String)> {
    let is_boolean = ["true", "false"]
        .iter()
        .any(|b| value.eq_ignore_ascii_case(b));
    let (code, message) = match operator {
        Operator::Bool | Operator::Null if !is_boolean => (
            "TYPE_MISMATCH_BOOLEAN",
            "Add a valid Boolean value (true or false) for the condition operator.",
        ),
        Operator::Date(_) if date_ms(value).is_none() => (
            "TYPE_MISMATCH_DATE",
            "The date condition operator is used with an invalid value. Specify a valid date using YYYY-MM-DD or other ISO 8601 date/time format.",
        ),
        Operator::Date(_) if value.bytes().all(|b| b.is_ascii_digit()) => {
            let message = format!(
                "The date {value} might not resolve as expected. We recommend that you use the YYYY-MM-DD format."
            );
            return Some(("INVALID_DATE_VALUE", message));
        }
        Operator::Numeric(_) if decimal(value).is_none() => (
            "TYPE_MISMATCH_NUMBER",
            "Add a valid numeric value for the condition operator.",
        ),
        Operator::Ip { .. } if IpNet::parse(value).is_none() => (
            "TYPE_MISMATCH_IP_RANGE",
            "The condition operator is used with an invalid IP range value. Specify the IP range in standard CIDR format.",
        ),
        Operator::Binary if !is_base64(value) => (
            "TYPE_MISMATCH_STRING",
            "Add a valid base64-encoded string value for the condition operator.",
        ),
        Operator::String { .. } | Operator::StringIgnoreCase { .. } if has_wildcard(value) => (
            "WILDCARD_WITHOUT_LIKE_OPERATOR",
            "Your condition value includes a * or ? character. If you meant to use a wildcard (*, ?), update the condition operator to include Like.",
        ),
        _ => return None,
    };
    Some((code, message.to_owned()))
}

/// Whether a text has a wildcard outside of `${*}` and `${?}`.
fn has_wildcard(text: &str) -> bool {
    text.replace("${*}", "")
        .replace("${?}", "")
        .contains(['*', '?'])
}

/// Whether a network has no public address.
fn is_private(text: &str) -> bool {
    let Some(network) = IpNet::parse(text) else {
        return false;
    };
    let mut private = PRIVATE.iter().filter_map(|p| IpNet::parse(p));
    private.any(|p| p.holds(network))
}

/// The network as it is usually written, if it is written with bits that its mask takes away.
fn without_host_bits(text: &str) -> Option<String> {
    let (_, prefix) = text.split_once('/')?;
    let network = IpNet::parse(text)?;
    let first = network.first();
    (first != network).then(|| match first {
        IpNet::V4 { address, .. } => format!("{}/{prefix}", std::net::Ipv4Addr::from(address)),
        IpNet::V6 { address, .. } => format!("{}/{prefix}", std::net::Ipv6Addr::from(address)),
    })
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
    use crate::lint::tests::of_condition;

    #[test]
    fn finds_in_conditions() {
        for (condition, expected) in [
            (
                r#"{"StringEquals":{"aws:RequestedRegion":["eu-west-1","us-gov-west-1","eu-*"]}}"#,
                &["WILDCARD_WITHOUT_LIKE_OPERATOR"][..],
            ),
            (
                r#"{"StringEquals":{"aws:RequestedRegion":"frankfurt"}}"#,
                &["INVALID_REGION"],
            ),
            (r#"{}"#, &["EMPTY_OBJECT_CONDITION"]),
            (r#"{"StringEquals":{}}"#, &["EMPTY_OBJECT_CONDITION"]),
            (r#"{"StringEquals":{"s3:prefix":"a"}}"#, &[]),
            (
                r#"{"StringEquals":{"s3:prefixes":"x"}}"#,
                &["INVALID_SERVICE_CONDITION_KEY"],
            ),
            (
                r#"{"StringEquals":{"prefix":"x"}}"#,
                &["INVALID_CONDITION_KEY_FORMAT"],
            ),
            (
                r#"{"StringEquals":{"aws:ARN":"x"}}"#,
                &["UNSUPPORTED_GLOBAL_CONDITION_KEY"],
            ),
            (
                r#"{"StringEquals":{"aws:ResourceTag":"x"}}"#,
                &["MISSING_TAG_KEY_IN_CONDITION"],
            ),
            (
                r#"{"StringEquals":{"aws:RequestTag/":"x"}}"#,
                &["MISSING_TAG_KEY_IN_CONDITION"],
            ),
            (r#"{"StringEquals":{"aws:ResourceTag/team":"x"}}"#, &[]),
            (
                r#"{"StringEquals":{"s3:prefix":"a","S3:Prefix":"b"}}"#,
                &["DUPLICATE_KEYS_WITH_DIFFERENT_CASE"],
            ),
            (
                r#"{"StringLike":{"s3:prefix":"a"},"StringEquals":{"S3:Prefix":"b"}}"#,
                &[],
            ),
            (
                r#"{"StringAlike":{"s3:prefix":"a"}}"#,
                &["INVALID_CONDITION_OPERATOR"],
            ),
            (
                r#"{"NullIfExists":{"s3:prefix":"true"}}"#,
                &["NULL_WITH_IF_EXISTS"],
            ),
            (
                r#"{"ForAllValues:Null":{"aws:TagKeys":"true"}}"#,
                &["NULL_WITH_QUALIFIER"],
            ),
            (
                r#"{"Null":{"aws:TagKeys":"yes"}}"#,
                &["TYPE_MISMATCH_BOOLEAN"],
            ),
            (
                r#"{"StringEquals":{"aws:TagKeys":"a"}}"#,
                &["MISSING_QUALIFIER"],
            ),
            (r#"{"ForAllValues:StringEquals":{"aws:TagKeys":"a"}}"#, &[]),
            (
                r#"{"ForAllValues:StringEquals":{"s3:prefix":"a"}}"#,
                &["FORALLVALUES_WITH_SINGLE_VALUED_KEY"],
            ),
            (r#"{"ForAnyValue:StringEquals":{"s3:prefix":"a"}}"#, &[]),
            (
                r#"{"StringEquals":{"aws:SecureTransport":"true"}}"#,
                &["TYPE_MISMATCH"],
            ),
            (
                r#"{"Bool":{"aws:SecureTransport":"yes"}}"#,
                &["TYPE_MISMATCH_BOOLEAN"],
            ),
            (
                r#"{"Bool":{"aws:SecureTransport":["true","false"]}}"#,
                &["INVALID_CONDITION_MULTIPLE_BOOLEAN"],
            ),
            (r#"{"Bool":{"aws:SecureTransport":true}}"#, &[]),
            (
                r#"{"DateLessThan":{"aws:CurrentTime":"tomorrow"}}"#,
                &["TYPE_MISMATCH_DATE"],
            ),
            (
                r#"{"DateLessThan":{"aws:CurrentTime":"1700000000"}}"#,
                &["INVALID_DATE_VALUE"],
            ),
            (
                r#"{"DateLessThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}}"#,
                &[],
            ),
            (
                r#"{"NumericLessThan":{"aws:MultiFactorAuthAge":"an hour"}}"#,
                &["TYPE_MISMATCH_NUMBER"],
            ),
            (
                r#"{"NumericLessThan":{"aws:MultiFactorAuthAge":3600}}"#,
                &[],
            ),
            (
                r#"{"NumericLessThan":{"aws:MultiFactorAuthAge":"${aws:x}"}}"#,
                &["INVALID_VARIABLE_FOR_OPERATOR"],
            ),
            (
                r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/33"}}"#,
                &["TYPE_MISMATCH_IP_RANGE"],
            ),
            (
                r#"{"IpAddress":{"aws:SourceIp":"203.0.113.7/24"}}"#,
                &["IMPROVE_IP_RANGE"],
            ),
            (
                r#"{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#,
                &["PRIVATE_IP_ADDRESS"],
            ),
            (
                r#"{"NotIpAddress":{"aws:SourceIp":["192.168.1.0/24","fd00::/8"]}}"#,
                &["PRIVATE_NOT_IP_ADDRESS"],
            ),
            (
                r#"{"IpAddress":{"aws:SourceIp":["10.1.0.0/16","203.0.113.0/24"]}}"#,
                &["PRIVATE_IP_ADDRESS_SUBSET"],
            ),
            (
                r#"{"NotIpAddress":{"aws:SourceIp":["10.1.0.0/16","203.0.113.0/24"]}}"#,
                &["PRIVATE_NOT_IP_ADDRESS_SUBSET"],
            ),
            // Wider than what is private.
            (r#"{"IpAddress":{"aws:SourceIp":"10.0.0.0/7"}}"#, &[]),
            (
                r#"{"IpAddress":{"aws:VpcSourceIp":"10.0.0.0/8"}}"#,
                &["MISSING_PAIRED_CONDITION_KEYS"],
            ),
            (
                r#"{"IpAddress":{"aws:VpcSourceIp":"10.0.0.0/8"},"StringEquals":{"aws:SourceVpc":"vpc-1"}}"#,
                &[],
            ),
            (
                r#"{"BinaryEquals":{"s3:prefix":"not base64"}}"#,
                &["TYPE_MISMATCH", "TYPE_MISMATCH_STRING"],
            ),
            (
                r#"{"StringEquals":{"s3:prefix":"home/*"}}"#,
                &["WILDCARD_WITHOUT_LIKE_OPERATOR"],
            ),
            (r#"{"StringEquals":{"s3:prefix":"home/${*}"}}"#, &[]),
            (r#"{"StringLike":{"s3:prefix":"home/*"}}"#, &[]),
            (
                r#"{"StringEquals":{"s3:prefix":[]}}"#,
                &["EMPTY_ARRAY_CONDITION"],
            ),
            (
                r#"{"StringEqualsIfExists":{"s3:prefix":[]}}"#,
                &["EMPTY_ARRAY_CONDITION_IFEXISTS"],
            ),
            (
                r#"{"ForAllValues:StringEquals":{"aws:TagKeys":[]}}"#,
                &["EMPTY_ARRAY_CONDITION_FORALLVALUES"],
            ),
            (
                r#"{"ForAnyValue:StringEquals":{"aws:TagKeys":[]}}"#,
                &["EMPTY_ARRAY_CONDITION_FORANYVALUE"],
            ),
            (
                r#"{"StringEquals":{"kms:ViaService":"s3.eu-central-1.amazonaws.com"}}"#,
                &[],
            ),
            (
                r#"{"StringEquals":{"kms:ViaService":"s3.cn-north-1.amazonaws.com.cn"}}"#,
                &[],
            ),
            (
                r#"{"StringEquals":{"kms:ViaService":"s3.amazonaws.com"}}"#,
                &["INVALID_SERVICE_PRINCIPAL_FORMAT"],
            ),
            (
                r#"{"StringLike":{"kms:ViaService":"s3.*.amazonaws.com"}}"#,
                &[],
            ),
        ] {
            assert_eq!(of_condition(condition), expected, "{condition}");
        }
    }
}
