//! Findings about condition keys: those that there are not, and those that say little.

use super::Linter;
use super::scope::Scope;
use crate::condition::{Condition, Operator};

/// The keys that stand for a tag, and name it behind a slash.
const TAG_KEYS: &[&str] = &["aws:principaltag", "aws:requesttag", "aws:resourcetag"];

/// What whoever asks says of itself (IAM user guide, global condition keys: not to be used against the unauthorized).
const SAID: &[&str] = &["aws:referer", "aws:useragent"];

/// Keys that only some services give.
const OF_SOME: &[&str] = &["aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths"];

impl Linter<'_> {
    pub(super) fn key(&mut self, scope: &Scope<'_>, condition: &Condition) {
        let place = scope.key(condition);
        let written = &condition.written_key;
        let Some((service, rest)) = condition.key.split_once(':') else {
            let message = "The condition key format is not valid. Use the format service:keyname.";
            self.error("INVALID_CONDITION_KEY_FORMAT", message, &place);
            return;
        };
        if TAG_KEYS.contains(&condition.key.trim_end_matches('/')) {
            let message = format!(
                "The condition key {written} must include a tag key to control access based on tags. Use the format {}/tag-key and specify a key name for tag-key.",
                written.trim_end_matches('/')
            );
            self.error("MISSING_TAG_KEY_IN_CONDITION", message, &place);
            return;
        }
        if service == "aws" && rest == "arn" {
            let message = "The condition key aws:ARN is not supported. Use aws:PrincipalArn or aws:SourceArn instead.";
            self.error("UNSUPPORTED_GLOBAL_CONDITION_KEY", message, &place);
            return;
        }
        match (service, self.reference.has_key(service, &condition.key)) {
            ("aws", Some(false)) => {
                let message = format!(
                    "The condition key {written} does not exist. Use a valid condition key."
                );
                self.error("INVALID_GLOBAL_CONDITION_KEY", message, &place);
            }
            (_, Some(false)) => {
                let message = format!(
                    "The condition key {written} does not exist in the service {service}. Use a valid condition key."
                );
                self.error("INVALID_SERVICE_CONDITION_KEY", message, &place);
            }
            _ => {}
        }
        if SAID.contains(&condition.key.as_str()) && condition.operator != Operator::Null {
            let message = format!(
                "The {written} condition key is not recommended for access control as it can be spoofed/manipulated by the caller."
            );
            self.security("UNTRUSTWORTHY_CONDITION_KEY", message, &place);
        }
        let actions = scope.statement.actions.as_ref();
        let all = actions.is_some_and(|a| a.negated || a.texts().any(|text| text == "*"));
        if OF_SOME.contains(&condition.key.as_str()) && all {
            let message = format!(
                "The condition key {written} works only with specific AWS services and must be scoped to supported services in your policies."
            );
            let code = "USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES";
            self.warning(code, message, &place);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::LintKind::Identity;
    use crate::lint::tests::{of_condition, of_statement};

    #[test]
    fn finds_what_whoever_asks_says() {
        let code = ["UNTRUSTWORTHY_CONDITION_KEY"];
        for (condition, expected) in [
            (r#"{"StringEquals":{"aws:UserAgent":"a"}}"#, &code[..]),
            (r#"{"StringLike":{"aws:referer":"https://a/*"}}"#, &code),
            (r#"{"Null":{"aws:UserAgent":"true"}}"#, &[]),
            (r#"{"StringEquals":{"aws:username":"a"}}"#, &[]),
        ] {
            assert_eq!(of_condition(condition), expected, "{condition}");
        }
    }

    #[test]
    fn finds_keys_of_some_services_where_all_are_named() {
        let of = |action: &str| {
            of_statement(
                &format!(
                    r#"{{"Effect":"Deny","Action":"{action}","Resource":"*","Condition":{{"StringNotEquals":{{"aws:VpceOrgID":"o-1"}}}}}}"#
                ),
                Identity,
            )
        };
        assert_eq!(of("*"), ["USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES"]);
        assert_eq!(of("s3:*"), [""; 0]);
    }
}
