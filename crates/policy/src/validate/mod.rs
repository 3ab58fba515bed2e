//! What each kind of policy forbids, in AWS's words.

mod grammar;
mod providers;
mod rcp;
mod trust;

use std::fmt;

use crate::condition::{Condition, Operator, Qualifier};
use crate::document::{Document, Effect, Element, PrincipalElement, PrincipalPattern, Statement};
use crate::principal::Parts;
use crate::resource_arn::check_arn;

/// The kinds of policy documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Inline and managed policies of users and roles.
    Identity,
    /// A role's trust policy.
    Trust,
    /// A bucket policy; the bucket's name is checked by S3 itself.
    Bucket,
    /// A KMS key policy.
    Key,
    /// An ECR repository policy.
    Repository,
    /// A session policy of `sts:AssumeRole`.
    Session,
    /// A service control policy.
    ServiceControl,
    /// A resource control policy.
    ResourceControl,
    /// The policy of a VPC endpoint.
    Endpoint,
}

/// Why AWS refuses a document: the error code and the sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidationError {
    /// The error code, for example `MalformedPolicyDocument`.
    pub code: &'static str,
    /// The sentence.
    pub message: String,
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for ValidationError {}

impl Kind {
    /// What the service says of a document that is too long. Documents of IAM are limited by who holds them, a role's
    /// inline policies together: IAM counts those itself.
    ///
    /// Sources: service quotas of IAM and STS, S3, KMS, VPC and Organizations; a session policy's sentence is the model's
    /// constraint, an SCP's as quoted by those who met it.
    fn check_size(self, text: &str) -> Result<(), ValidationError> {
        let characters = || text.chars().count();
        let (long, code, message): (bool, _, &str) = match self {
            Self::Identity | Self::Trust | Self::Repository => return Ok(()),
            Self::Session => (
                characters() > 2_048,
                "ValidationError",
                "1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to 2048",
            ),
            // Counted without the white space between what it says.
            Self::Bucket => (
                text.len() > 20_480 && normalized(text) > 20_480,
                "MalformedPolicy",
                "Normalized policy document exceeds the maximum allowed size of 20480 bytes",
            ),
            Self::Key => (
                text.len() > 32_768,
                "LimitExceededException",
                "The key policy exceeds the maximum size of 32768 bytes.",
            ),
            Self::ServiceControl => (
                characters() > 10_240,
                "ConstraintViolationException",
                "You have exceeded the maximum policy size.",
            ),
            Self::ResourceControl => (
                characters() > 5_120,
                "ConstraintViolationException",
                "You have exceeded the maximum policy size.",
            ),
            Self::Endpoint => (
                characters() > 20_480,
                "InvalidParameter",
                "The policy document exceeds the maximum size of 20480 characters.",
            ),
        };
        if long {
            return Err(ValidationError {
                code,
                message: message.to_owned(),
            });
        }
        Ok(())
    }

    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Identity | Self::Trust | Self::Session => "MalformedPolicyDocument",
            Self::Bucket => "MalformedPolicy",
            Self::Key => "MalformedPolicyDocumentException",
            Self::Repository => "InvalidParameterException",
            Self::ServiceControl | Self::ResourceControl => "MalformedPolicyDocumentException",
            Self::Endpoint => "InvalidParameter",
        }
    }

    fn error<T>(self, message: impl Into<String>) -> Result<T, ValidationError> {
        let message = match self {
            Self::Repository => {
                "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'".to_owned()
            }
            // Recorded for resource control policies: one sentence for everything.
            Self::ServiceControl | Self::ResourceControl => {
                "The provided policy document does not meet the requirements of the specified policy type.".to_owned()
            }
            _ => message.into(),
        };
        Err(ValidationError {
            code: self.code(),
            message,
        })
    }
}

/// KMS developer guide, `kms:EncryptionContext:context-key`.
const OVERLY_PERMISSIVE: &str = "OverlyPermissiveCondition:EncryptionContext: Using the ForAllValues set operator with a single-valued condition key matches requests without the specified encryption context or with an unspecified encryption context. To fix, remove ForAllValues.";

/// What tells keys apart means nothing in the policy of one (awsdocs/aws-kms-developer-guide#47).
const OF_OTHERS: &str = "These condition keys are not permitted in a key policy: aws:ResourceTag, kms:ResourceTag, kms:ResourceAliases";

/// Parses and validates `text` as `kind`.
///
/// # Errors
/// What AWS would answer: code and sentence.
pub fn validate(text: &str, kind: Kind) -> Result<Document, ValidationError> {
    kind.check_size(text)?;
    let document: Document = match text.parse() {
        Ok(document) => document,
        Err(error) => return kind.error(grammar::sentence(kind, text, &error)),
    };
    if let Some(sentence) = grammar::beginning(kind, text) {
        return kind.error(sentence);
    }
    if document.statements().is_empty() && kind != Kind::Key {
        return kind.error(grammar::no_statement(kind));
    }
    let mut sids: Vec<&str> = document
        .statements()
        .iter()
        .filter_map(|s| s.sid.as_deref())
        .filter(|s| !s.is_empty())
        .collect();
    sids.sort_unstable();
    // Elsewhere than in IAM they may repeat (getmoto/moto#8933 of repositories, cloud-custodian/cloud-custodian#3609 of buckets; keys
    // that have some are in use).
    let of_resource = matches!(kind, Kind::Bucket | Kind::Key | Kind::Repository);
    if !of_resource && sids.windows(2).any(|w| matches!(w, [a, b] if a == b)) {
        return kind.error("Statement IDs (SID) in a single policy must be unique.");
    }
    if matches!(kind, Kind::Identity | Kind::Session | Kind::Trust) {
        let plain = |sid: &&str| sid.bytes().all(|b| b.is_ascii_alphanumeric());
        if !sids.iter().all(plain) {
            return kind.error("Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*");
        }
    }
    for statement in document.statements() {
        check(statement, kind)?;
    }
    Ok(document)
}

/// The length of a JSON text without white space; of any other text as it is.
fn normalized(text: &str) -> usize {
    let (mut length, mut quoted, mut escaped) = (0, false, false);
    for byte in text.bytes() {
        let blank = !quoted && byte.is_ascii_whitespace();
        length += usize::from(!blank);
        quoted ^= byte == b'"' && !escaped;
        escaped = quoted && byte == b'\\' && !escaped;
    }
    length
}

/// Whether an ARN can be that of a principal: a user, a role or a session of an account, which has twelve digits (IAM user guide,
/// "AWS JSON policy elements: Principal"; of the root user, aws-cloudformation/cfn-lint#4287).
#[must_use]
pub fn is_principal_arn(text: &str) -> bool {
    // CloudFront has identities of no account.
    text.starts_with("arn:aws:iam::cloudfront:user/")
        || Parts::of(text).is_some_and(|arn| {
            let named = arn.resource.split_once('/');
            let named = named.filter(|(_, name)| !name.is_empty());
            match (arn.service, named) {
                ("iam", None) => arn.resource == "root",
                ("iam", Some((kind, _))) => ["role", "user"].contains(&kind),
                ("sts", Some((kind, _))) => ["assumed-role", "federated-user"].contains(&kind),
                _ => false,
            }
        })
}

/// The first ARN among principals that can be nobody's.
fn nobody(principals: &PrincipalElement) -> Option<&str> {
    principals.patterns.iter().find_map(|p| match p {
        PrincipalPattern::Arn(text) if !is_principal_arn(text) => Some(text.as_str()),
        _ => None,
    })
}

fn check_principals(statement: &Statement, kind: Kind) -> Result<(), ValidationError> {
    let Some(text) = statement.principals.as_ref().and_then(nobody) else {
        return Ok(());
    };
    match kind {
        Kind::Trust => kind.error(format!("Invalid principal in policy: \"AWS\":\"{text}\"")),
        Kind::Bucket => kind.error("Invalid principal in policy"),
        Kind::Key => kind.error("Policy contains a statement with one or more invalid principals."),
        Kind::Repository => Err(ValidationError {
            code: kind.code(),
            message: "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Principal not found'".to_owned(),
        }),
        _ => Ok(()),
    }
}

fn check(statement: &Statement, kind: Kind) -> Result<(), ValidationError> {
    let principals = statement.principals.as_ref();
    match kind {
        Kind::Identity | Kind::Session => {
            if principals.is_some() {
                return kind.error("Policy document should not specify a principal.");
            }
            let empty = |e: &Option<Element>| e.as_ref().is_none_or(|e| e.texts().next().is_none());
            if empty(&statement.actions) {
                return kind.error("Policy statement must contain actions.");
            }
            if empty(&statement.resources) {
                return kind.error("Policy statement must contain resources.");
            }
        }
        Kind::Trust => trust::check(statement, kind)?,
        Kind::Bucket => {
            if principals.is_none() {
                return kind.error("Missing required field Principal");
            }
            if principals.is_some_and(|p| p.patterns.is_empty()) {
                return kind.error("Invalid principal in policy");
            }
            let elements = [
                ("Action", &statement.actions),
                ("Resource", &statement.resources),
            ];
            for (name, element) in elements {
                let empty = |e: &Element| e.texts().next().is_none();
                if element.as_ref().is_some_and(empty) {
                    return kind.error(format!("Missing required field {name} cannot be empty!"));
                }
            }
            if statement.actions.is_none() {
                return kind.error("Missing required field Action");
            }
            if statement.resources.is_none() {
                return kind.error("Missing required field Resource");
            }
        }
        Kind::Key => {
            if principals.is_none_or(|p| p.patterns.is_empty()) {
                return kind.error("Policy contains a statement with no principal.");
            }
            let open = |c: &Condition| {
                c.qualifier == Qualifier::ForAll && c.key.starts_with("kms:encryptioncontext:")
            };
            if statement.conditions.iter().any(open) {
                return kind.error(OVERLY_PERMISSIVE);
            }
            let of_others = |c: &Condition| {
                let tag = ["aws:resourcetag/", "kms:resourcetag/"];
                c.key == "kms:resourcealiases" || tag.iter().any(|t| c.key.starts_with(t))
            };
            if statement.conditions.iter().any(of_others) {
                return kind.error(OF_OTHERS);
            }
        }
        Kind::ServiceControl => {
            if principals.is_some() || statement.actions.is_none() || statement.resources.is_none()
            {
                return kind.error("");
            }
        }
        Kind::ResourceControl => rcp::check(statement, kind)?,
        Kind::Endpoint => {
            if statement.actions.is_none() || statement.resources.is_none() {
                return kind.error("Missing required field");
            }
        }
        Kind::Repository => {
            if principals.is_none() || statement.resources.is_some() || statement.actions.is_none()
            {
                return kind.error("");
            }
        }
    }
    if principals.is_some_and(|p| p.negated && statement.effect == Effect::Allow) {
        return kind.error("Allow with NotPrincipal is not allowed.");
    }
    check_operands(statement, kind)?;
    check_texts(statement, kind)?;
    check_principals(statement, kind)
}

/// IAM refuses operands that their operator cannot read; STS takes them in session policies, but for binary ones
/// (recorded on AWS).
fn check_operands(statement: &Statement, kind: Kind) -> Result<(), ValidationError> {
    for condition in &statement.conditions {
        let read = match kind {
            Kind::Identity => condition.operands_read(),
            Kind::Session => condition.operator != Operator::Binary || condition.operands_read(),
            _ => true,
        };
        if !read {
            return kind.error("The policy failed legacy parsing");
        }
    }
    Ok(())
}

/// Action and resource texts: `vendor:action`, ARN or `*`.
fn check_texts(statement: &Statement, kind: Kind) -> Result<(), ValidationError> {
    for action in statement.actions.iter().flat_map(|a| a.texts()) {
        let plausible = action == "*"
            || action.split_once(':').is_some_and(|(vendor, name)| {
                !vendor.is_empty()
                    && !name.is_empty()
                    && vendor
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'*')
            });
        let vendor = action.split(':').next().unwrap_or_default();
        if kind == Kind::Identity && action.matches(':').count() > 1 {
            return kind.error("Actions/Condition can contain only one colon.");
        }
        if kind == Kind::Identity && vendor.contains(' ') && vendor.len() < action.len() {
            return kind.error(format!("Vendor {vendor} is not valid"));
        }
        // KMS accepts any text as an action: the statement just has no effect (the trap of `kms.*`).
        if !plausible && kind != Kind::Key {
            return match kind {
                Kind::Bucket => kind.error("Policy has invalid action"),
                _ => kind.error(
                    "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
                ),
            };
        }
    }
    if kind == Kind::Session {
        let mut resources = statement.resources.iter().flat_map(|r| r.texts());
        let broken = |r: &&str| {
            r.starts_with("arn:") && r.split(':').count() < 6 && !r.contains(['*', '?', '$'])
        };
        if let Some(resource) = resources.find(broken) {
            // Session policies do not support incomplete ARNs (IAM user guide, "IAM identifiers").
            return kind.error(format!(
                "Resource {resource} must be in ARN format or \"*\"."
            ));
        }
    }
    if matches!(kind, Kind::Identity | Kind::Session) {
        for resource in statement.resources.iter().flat_map(|r| r.texts()) {
            check_arn(resource).or_else(|message| kind.error(message))?;
            if resource != "*"
                && !resource.starts_with("arn:")
                && !resource.starts_with("*")
                && !resource.contains("${")
            {
                return kind.error(format!(
                    "Resource {resource} must be in ARN format or \"*\"."
                ));
            }
        }
    }
    Ok(())
}

/// Every principal named anywhere in `document`, so that a service can check that each exists.
pub fn principals(document: &Document) -> impl Iterator<Item = &PrincipalPattern> {
    document
        .statements()
        .iter()
        .filter_map(|s| s.principals.as_ref())
        .flat_map(|p| &p.patterns)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str, kind: Kind) -> Option<ValidationError> {
        validate(text, kind).err()
    }

    #[test]
    fn an_arn_of_nobody_is_no_principal() {
        let said = |principal: &str, kind: Kind| {
            let resource = match kind {
                Kind::Trust | Kind::Repository => "",
                _ => r#","Resource":"*""#,
            };
            let action = match kind {
                Kind::Trust => "sts:AssumeRole",
                Kind::Key => "kms:Decrypt",
                Kind::Repository => "ecr:BatchGetImage",
                _ => "s3:GetObject",
            };
            let text = format!(
                r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"{action}"{resource}}}]}}"#
            );
            refused(&text, kind).map(|e| e.message)
        };
        let kinds = [Kind::Trust, Kind::Bucket, Kind::Key, Kind::Repository];
        for nobody in [
            "arn:aws:iam:::root",
            "arn:aws:iam::11111111111:root",
            "arn:aws:iam::1111-1111-1111:root",
            "arn:aws:iam::*:root",
            "arn:aws:iam:us-east-1:111111111111:root",
            "arn:aws:iam::111111111111:group/g",
            "arn:aws:iam::111111111111:roles/r",
            "arn:aws:iam::11111111111:role/r",
            "arn:aws:s3::111111111111:role/r",
        ] {
            for kind in kinds {
                assert!(said(nobody, kind).is_some(), "{nobody} {kind:?}");
            }
        }
        assert_eq!(
            said("arn:aws:iam:::root", Kind::Trust).unwrap(),
            r#"Invalid principal in policy: "AWS":"arn:aws:iam:::root""#
        );
        assert!(is_principal_arn("arn:aws:iam::111111111111:root"));
        assert!(!is_principal_arn("arn:aws:iam::111111111111:rooty"));
        for somebody in [
            "*",
            "111111111111",
            "arn:aws:iam::111111111111:root",
            "arn:aws-cn:iam::111111111111:root",
            "arn:aws:iam::111111111111:role/path/r",
            "arn:aws:sts::111111111111:assumed-role/r/s",
            "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1",
            "AROAEXAMPLEEXAMPLE",
        ] {
            for kind in kinds {
                assert_eq!(said(somebody, kind), None, "{somebody} {kind:?}");
            }
        }
    }

    #[test]
    fn sids_may_repeat_in_the_policy_of_a_resource() {
        let document = |principal: &str, resource: &str| {
            let one = format!(
                r#"{{"Sid":"a","Effect":"Allow"{principal},"Action":"s3:GetObject"{resource}}}"#
            );
            format!(r#"{{"Version":"2012-10-17","Statement":[{one},{one}]}}"#)
        };
        let (nobody, everybody) = ("", r#","Principal":"*""#);
        let (all, none) = (r#","Resource":"*""#, "");
        for (kind, text) in [
            (Kind::Bucket, document(everybody, all)),
            (Kind::Key, document(everybody, all)),
            (Kind::Repository, document(everybody, none)),
        ] {
            assert_eq!(refused(&text, kind), None, "{kind:?}");
        }
        let error = refused(&document(nobody, all), Kind::Identity).unwrap();
        assert_eq!(
            error.message,
            "Statement IDs (SID) in a single policy must be unique."
        );
    }

    /// `spec/authorization.md` section 4.1.
    #[test]
    fn resource_control_policies() {
        let rcp = |statement: &str| {
            let text = format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
            refused(&text, Kind::ResourceControl)
        };
        for good in [
            r#"{"Effect":"Deny","Principal":"*","Action":"sqs:SendMessage","Resource":"*"}"#,
            r#"{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"SQS:SendMessage","Resource":"*"}"#,
            r#"{"Effect":"Deny","Principal":"*","Action":"sqs:StackdProbe","NotResource":"*"}"#,
        ] {
            assert_eq!(rcp(good), None, "{good}");
        }
        for bad in [
            r#"{"Effect":"Allow","Principal":"*","Action":"sqs:SendMessage","Resource":"*"}"#,
            r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}"#,
            r#"{"Effect":"Deny","Principal":"*","Action":"unknown:X","Resource":"*"}"#,
            r#"{"Effect":"Deny","Principal":"*","Action":"iam:CreateUser","Resource":"*"}"#,
            r#"{"Effect":"Deny","Principal":["*"],"Action":"sqs:SendMessage","Resource":"*"}"#,
            r#"{"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::222222222222:root"},"Action":"sqs:SendMessage","Resource":"*"}"#,
            r#"{"Effect":"Deny","Principal":"*","NotAction":"sqs:SendMessage","Resource":"*"}"#,
            r#"{"Effect":"Deny","NotPrincipal":"*","Action":"sqs:SendMessage","Resource":"*"}"#,
        ] {
            let error = rcp(bad).unwrap_or_else(|| panic!("{bad}"));
            assert_eq!(error.code, "MalformedPolicyDocumentException");
            assert_eq!(
                error.message,
                "The provided policy document does not meet the requirements of the specified policy type."
            );
        }
    }

    #[test]
    fn documents_have_a_longest_length() {
        let limits = [
            (Kind::Session, 2_048, "ValidationError"),
            (Kind::Bucket, 20_480, "MalformedPolicy"),
            (Kind::Key, 32_768, "LimitExceededException"),
            (Kind::ServiceControl, 10_240, "ConstraintViolationException"),
            (Kind::ResourceControl, 5_120, "ConstraintViolationException"),
            (Kind::Endpoint, 20_480, "InvalidParameter"),
        ];
        for (kind, longest, code) in limits {
            let (effect, principal) = match kind {
                Kind::Session | Kind::ServiceControl => ("Deny", ""),
                _ => ("Deny", r#""Principal":"*","#),
            };
            let text = format!(
                r#"{{"Version":"2012-10-17","Statement":{{"Effect":"{effect}",{principal}"Action":"s3:GetObject","Resource":"*"}}}}"#
            );
            // White space does not count for S3: the document gets longer in a text.
            let longer = text.replacen("s3:GetObject", "s3:GetObject*", 1);
            let padded = |length: usize| {
                let stars = "*".repeat(1 + length - longer.len());
                text.replacen("s3:GetObject", &format!("s3:GetObject{stars}"), 1)
            };
            assert_eq!(refused(&padded(longest), kind), None, "{kind:?}");
            let error = refused(&padded(longest + 1), kind).unwrap();
            assert_eq!(error.code, code, "{kind:?}");
        }
        let blank = format!(
            "{{{}\"Version\":\"2012-10-17\",\"Statement\":{{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"s3:GetObject\",\"Resource\":\"*\"}}}}",
            " ".repeat(30_000)
        );
        assert_eq!(refused(&blank, Kind::Bucket), None);
    }

    /// `spec/iam.md` fact 19.
    #[test]
    fn a_key_policy_asks_for_an_encryption_context() {
        let under = |operator: &str, key: &str| {
            let text = format!(
                r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"111111111111"}},"Action":"kms:*","Resource":"*","Condition":{{"{operator}":{{"{key}":"a"}}}}}}}}"#
            );
            refused(&text, Kind::Key)
        };
        let with = |operator: &str| under(operator, "kms:EncryptionContext:app");
        assert_eq!(with("StringEquals"), None);
        for key in [
            "aws:ResourceTag/a",
            "kms:ResourceTag/a",
            "KMS:ResourceAliases",
        ] {
            let error = under("StringEquals", key).unwrap();
            assert_eq!(error.message, OF_OTHERS, "{key}");
        }
        let error = with("ForAllValues:StringEquals").unwrap();
        assert_eq!(error.code, "MalformedPolicyDocumentException");
        assert!(
            error
                .message
                .starts_with("OverlyPermissiveCondition:EncryptionContext: ")
        );
    }

    /// `spec/conditions.md` facts 29 to 31.
    #[test]
    fn operands_that_iam_refuses_and_stores() {
        let with = |operator: &str, operand: &str, kind| {
            let text = format!(
                r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{"{operator}":{{"k":"{operand}"}}}}}}}}"#
            );
            refused(&text, kind).is_none()
        };
        let bad = [
            ("NumericEquals", "NaN"),
            ("NumericEquals", "no-number"),
            ("DateEquals", "not-a-date"),
            ("ArnLike", "not-an-arn"),
            ("BinaryEquals", "no-binary"),
            ("IpAddress", "not-an-ip"),
            ("IpAddress", "192.0.2.0/33"),
            ("IpAddress", "2001:db8::/129"),
            ("IpAddress", "2001:db8::5/64"),
            ("IpAddress", "::5/127"),
            ("IpAddress", "::1/0"),
            ("IpAddress", "::ffff:192.0.2.0/120"),
            ("IpAddress", "::ffff:192.0.2.1"),
            ("IpAddress", "2001:db8::192.0.2.0/120"),
        ];
        for (operator, operand) in bad {
            assert!(
                !with(operator, operand, Kind::Identity),
                "{operator} {operand}"
            );
            assert_eq!(
                with(operator, operand, Kind::Session),
                operator != "BinaryEquals",
                "{operator} {operand}"
            );
        }
        for (operator, operand) in [
            ("NumericEquals", "01"),
            ("Bool", "yes"),
            ("Null", "yes"),
            ("IpAddress", "192.0.2.5/24"),
            ("IpAddress", "192.0.2.0/0"),
            ("IpAddress", "192.000.002.0/24"),
            ("IpAddress", "192.0.2.0/024"),
            ("IpAddress", "192.0.2.0/+24"),
            ("IpAddress", "::ffff:c000:200/120"),
            ("IpAddress", "::/0"),
            ("IpAddress", "2001:DB8::/064"),
            ("IpAddress", "2001:db8:::1/128"),
            ("IpAddress", "2001:db8::1:/128"),
            ("BinaryEquals", "YQ=="),
            ("ArnLike", "${aws:PrincipalTag/arn}"),
            ("DateEquals", "2026-01-01"),
        ] {
            assert!(
                with(operator, operand, Kind::Identity),
                "{operator} {operand}"
            );
        }
    }
}
