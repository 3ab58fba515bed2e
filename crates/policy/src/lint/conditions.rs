//! Findings about conditions: operators that do not fit their keys, and keys that say little alone.

use super::Linter;
use super::scope::Scope;
use crate::condition::{Condition, Operator, Qualifier};

/// What reads items of tables.
const TABLE_READS: &[&str] = &[
    "dynamodb:BatchGetItem",
    "dynamodb:GetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
];

/// Audiences of tokens, of which there is one.
const AUDIENCES: &[&str] = &[
    "accounts.google.com:aud",
    "cognito-identity.amazonaws.com:aud",
];

impl Linter<'_> {
    pub(super) fn conditions(&mut self, scope: &Scope<'_>) {
        for (at, condition) in scope.statement.conditions.iter().enumerate() {
            self.key(scope, condition);
            let before = scope.statement.conditions.iter().take(at);
            let mut same = before.filter(|c| c.written_operator == condition.written_operator);
            if same.any(|c| c.key == condition.key) {
                let message = format!(
                    "The condition key {} appears more than once with different capitalization in the same condition block. Remove the duplicate condition keys.",
                    condition.written_key
                );
                let code = "DUPLICATE_KEYS_WITH_DIFFERENT_CASE";
                self.error(code, message, &scope.key(condition));
            }
            self.operator(scope, condition);
            self.values(scope, condition);
            self.prefixes(scope, condition);
        }
        self.pairs(scope);
        self.attributes(scope);
    }

    /// Whether the operator fits the type of the key.
    fn operator(&mut self, scope: &Scope<'_>, condition: &Condition) {
        let place = scope.key(condition);
        let name = &condition.written_key;
        let single = condition.qualifier == Qualifier::Single;
        if condition.operator == Operator::Null {
            if !single {
                let message = "Avoid using the Null condition operator with the ForAllValues or ForAnyValue qualifiers because they always return a true or false respectively.";
                let place = scope.condition(condition);
                self.suggestion("NULL_WITH_QUALIFIER", message, &place);
            }
            return;
        }
        if condition.qualifier == Qualifier::ForAny && AUDIENCES.contains(&condition.key.as_str()) {
            let message = format!(
                "Using ForAnyValue qualifier with the single-valued condition key {name} can be overly permissive. We recommend that you remove ForAnyValue:."
            );
            self.security("FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE", message, &place);
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
                "The request context key {name} has multiple values. Use the ForAllValues or ForAnyValue condition key qualifiers in your policy."
            );
            self.error("MISSING_QUALIFIER", message, &place);
        }
        if !of_many && condition.qualifier == Qualifier::ForAll {
            let message = format!(
                "Using ForAllValues qualifier with the single-valued condition key {name} can be overly permissive. We recommend that you remove ForAllValues:."
            );
            self.security("FORALLVALUES_WITH_SINGLE_VALUED_KEY", message, &place);
        }
        // As recorded, with the name of the type in small letters for strings that are compared with ARNs.
        let instead = |allowed: &str, used: &str| {
            format!(
                "Use the operator type {allowed} instead of operator {used} for the condition key {name}."
            )
        };
        let allowed = allowed(kind, &condition.key);
        let used = type_of(condition.operator);
        if !fits(condition.operator, &allowed, &condition.key) {
            let message = instead(&allowed.join(", "), used);
            self.warning("TYPE_MISMATCH", message, &place);
        } else if kind == "ARN" && condition.operator == (Operator::StringLike { not: false }) {
            let code = "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS";
            self.security(code, instead(kind, "string"), &place);
        }
    }

    /// What is listed with a shorter prefix is not what was meant to be kept out.
    fn prefixes(&mut self, scope: &Scope<'_>, condition: &Condition) {
        let negated = match condition.operator {
            Operator::String { not }
            | Operator::StringIgnoreCase { not }
            | Operator::StringLike { not } => not,
            _ => return,
        };
        if condition.key == "s3:prefix" && scope.allows() == negated {
            let message = "Using the s3:prefix condition key in a Deny statement or with a negated string operator does not block listing the objects under the matching prefixes. A request that specifies a shorter prefix does not match the condition and can still list those objects. To restrict listing to specific prefixes, use s3:prefix with StringLike in an Allow statement, or use a Deny statement with StringNotLike.";
            let place = scope.key(condition);
            self.security("S3_PREFIX_IN_NEGATIVE_CONTEXT", message, &place);
        }
    }

    /// An address inside a network says little without the network.
    fn pairs(&mut self, scope: &Scope<'_>) {
        let networks = ["aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn"];
        let mut conditions = scope.statement.conditions.iter();
        let Some(condition) = conditions.find(|c| c.key == "aws:vpcsourceip") else {
            return;
        };
        if scope.reads(&networks) {
            return;
        }
        let message = format!(
            "Using the condition key {} can be overly permissive without also using the following condition keys: aws:SourceVpc. Condition keys like this one are more secure when paired with a related key. We recommend that you add the related condition keys to the same condition block.",
            condition.written_key
        );
        let place = scope.condition(condition);
        self.security("MISSING_PAIRED_CONDITION_KEYS", message, &place);
    }

    /// Who asks for no attributes gets all.
    fn attributes(&mut self, scope: &Scope<'_>) {
        let mut conditions = scope.statement.conditions.iter();
        let restricted =
            conditions.find(|c| c.key == "dynamodb:attributes" && c.operator != Operator::Null);
        let reads = |text: &str| {
            let mut reads = TABLE_READS.iter();
            reads.any(|read| sekisho_arn::glob_ignore_case(text, read))
        };
        let (Some(condition), true) = (restricted, scope.allows()) else {
            return;
        };
        let selected = scope.statement.conditions.iter().any(|c| {
            let specific = |v: &str| v == "SPECIFIC_ATTRIBUTES";
            c.key == "dynamodb:select" && c.operands().any(specific)
        });
        if !selected && scope.actions().iter().any(|(text, _)| reads(text)) {
            let message = "Restricting dynamodb:Attributes without also setting dynamodb:Select to SPECIFIC_ATTRIBUTES allows all attributes to be returned on read requests that omit a projection expression. We recommend that you also set dynamodb:Select to SPECIFIC_ATTRIBUTES.";
            let place = scope.key(condition);
            self.security("DYNAMODB_ATTRIBUTES_WITHOUT_SELECT", message, &place);
        }
    }
}

/// The type of an operator, as sentences have it; those of strings and ARNs were recorded.
fn type_of(operator: Operator) -> &'static str {
    match operator {
        Operator::String { .. }
        | Operator::StringIgnoreCase { .. }
        | Operator::StringLike { .. } => "String",
        Operator::Numeric(_) => "Numeric",
        Operator::Date(_) => "Date",
        Operator::Bool => "Bool",
        Operator::Binary => "Binary",
        Operator::Ip { .. } => "IPAddress",
        Operator::Arn { .. } => "ARN",
        Operator::Null => "Null",
    }
}

/// The types of operators that are for a key of a type: the tag of a request may be a number, that of a resource is
/// none (recorded).
fn allowed<'k>(kind: &'k str, key: &str) -> Vec<&'k str> {
    match kind {
        "String" if key.starts_with("aws:requesttag/") => vec![kind, "Numeric"],
        _ => vec![kind],
    }
}

/// Whether an operator is one of these types. ARNs are compared by the operators of strings, too; strings are not
/// compared as ARNs (recorded).
fn fits(operator: Operator, allowed: &[&str], key: &str) -> bool {
    let used = type_of(operator);
    let text_of_arn = used == "String" && allowed.contains(&"ARN");
    let seconds = used == "Numeric" && key == "aws:epochtime";
    operator == Operator::Null || allowed.contains(&used) || text_of_arn || seconds
}

#[cfg(test)]
mod tests {
    use crate::lint::LintKind::Identity;
    use crate::lint::Step;
    use crate::lint::tests::{found, of_condition, of_statement};

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
                r#"{"ArnLike":{"kms:EncryptionContext:aws:sso:instance-arn":"arn:aws:sso:::instance/*"}}"#,
                &["TYPE_MISMATCH"],
            ),
            (
                r#"{"ArnLike":{"aws:RequestTag/a":"arn:aws:s3:::a"}}"#,
                &["TYPE_MISMATCH"],
            ),
            (r#"{"NumericLessThan":{"aws:RequestTag/a":"5"}}"#, &[]),
            (
                r#"{"NumericLessThan":{"aws:ResourceTag/a":"5"}}"#,
                &["TYPE_MISMATCH"],
            ),
            (
                r#"{"ForAnyValue:StringEquals":{"accounts.google.com:aud":"a"}}"#,
                &["FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE"],
            ),
            (r#"{"StringEquals":{"accounts.google.com:aud":"a"}}"#, &[]),
            (
                r#"{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::111111111111:role/a*"}}"#,
                &["STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS"],
            ),
            (
                r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111111111111:role/a*"}}"#,
                &[],
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
                r#"{"IpAddress":{"aws:VpcSourceIp":"10.0.0.0/8"},"StringEquals":{"aws:SourceVpc":"vpc-12345678"}}"#,
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

    #[test]
    fn finds_prefixes_that_keep_nothing_out() {
        let of = |effect: &str, operator: &str| {
            of_statement(
                &format!(
                    r#"{{"Effect":"{effect}","Action":"s3:ListBucket","Resource":"*","Condition":{{"{operator}":{{"s3:prefix":"a"}}}}}}"#
                ),
                Identity,
            )
        };
        let code = ["S3_PREFIX_IN_NEGATIVE_CONTEXT"];
        assert_eq!(of("Deny", "StringLike"), code);
        assert_eq!(of("Allow", "StringNotLike"), code);
        assert_eq!(of("Allow", "StringLike"), [""; 0]);
        assert_eq!(of("Deny", "StringNotLike"), [""; 0]);
    }

    #[test]
    fn finds_attributes_without_select() {
        let of = |action: &str, more: &str| {
            of_statement(
                &format!(
                    r#"{{"Effect":"Allow","Action":"{action}","Resource":"*","Condition":{{"ForAllValues:StringEquals":{{"dynamodb:Attributes":["a"]}}{more}}}}}"#
                ),
                Identity,
            )
        };
        // The types of all keys are those of the reference of these tests: single.
        let single = "FORALLVALUES_WITH_SINGLE_VALUED_KEY";
        assert_eq!(
            of("dynamodb:GetItem", ""),
            ["DYNAMODB_ATTRIBUTES_WITHOUT_SELECT", single]
        );
        assert_eq!(of("dynamodb:PutItem", ""), [single]);
        let select = r#","StringEqualsIfExists":{"dynamodb:Select":"SPECIFIC_ATTRIBUTES"}"#;
        assert_eq!(of("dynamodb:Query", select), [single]);
    }

    #[test]
    fn sentences_are_as_recorded() {
        let of = |condition: &str| {
            let text = format!(
                r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*","Condition":{condition}}}}}"#
            );
            (found(&text, Identity).remove(0), text)
        };
        let (finding, _) = of(r#"{"ArnLike":{"kms:EncryptionContext:a":"arn:aws:s3:::a"}}"#);
        assert_eq!(
            finding.message,
            "Use the operator type String instead of operator ARN for the condition key kms:EncryptionContext:a."
        );
        let (finding, _) = of(r#"{"ArnLike":{"aws:RequestTag/a":"arn:aws:s3:::a"}}"#);
        assert_eq!(
            finding.message,
            "Use the operator type String, Numeric instead of operator ARN for the condition key aws:RequestTag/a."
        );
        let (finding, text) = of(r#"{"StringLike":{"aws:SourceArn":"arn:aws:s3:::a*"}}"#);
        assert_eq!(
            finding.message,
            "Use the operator type ARN instead of operator string for the condition key aws:SourceArn."
        );
        let location = &finding.locations[0];
        assert_eq!(
            location.path.last(),
            Some(&Step::Key("aws:SourceArn".into()))
        );
        assert_eq!(
            &text[location.span.start..location.span.end],
            "\"aws:SourceArn\""
        );
    }
}
