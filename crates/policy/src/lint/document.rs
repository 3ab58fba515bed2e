//! Findings about whole documents: what they lack, how long they are, and the names of their statements.

use super::grammar::Doubts;
use super::place::{Place, each, member};
use super::scope::Scope;
use super::{Finding, LintKind, Linter, ResourceType, Severity};
use crate::document::{Document, Effect, Statement};
use crate::json::{Json, Node};

/// What the policies of an identity may hold, in characters without white space (as recorded; a managed policy less).
const IDENTITY_SIZE: usize = 10_240;

/// What a service control policy may hold, in characters (Organizations user guide, quotas).
const SCP_SIZE: usize = 10_240;

/// What a resource control policy may hold, in characters (Organizations user guide, quotas).
const RCP_SIZE: usize = 5120;

/// What a trust policy may hold, in characters without white space, until its owner asks for more (IAM user guide,
/// quotas).
const TRUST_SIZE: usize = 2048;

/// What the policies of buckets, access points and tables may hold (S3 user guide, DynamoDB developer guide: 20 KB).
const RESOURCE_SIZE: usize = 20_480;

impl Linter<'_> {
    pub(super) fn document(&mut self, document: &Document, doubts: &Doubts) {
        let whole = Place::default();
        let root = self.root;
        let written = member(root, "Statement");
        if member(root, "Version").is_none() {
            let message = "We recommend that you specify the Version element to help you with debugging permission issues.";
            self.warning("MISSING_VERSION", message, &whole);
        }
        let lists_none = |n: &Node| matches!(&n.value, Json::Array(items) if items.is_empty());
        if written.is_none_or(lists_none) {
            let message = "Add a statement to the policy";
            self.error("MISSING_STATEMENT", message, &whole);
        }
        self.size();
        let Some(written) = written else { return };
        let place = whole.to("Statement");
        let written = each(written, &place);
        let scopes: Vec<Scope<'_>> = document
            .statements()
            .iter()
            .zip(written)
            .map(|(statement, (place, node))| Scope {
                statement,
                node,
                place,
                version: document.version,
            })
            .collect();
        if doubts.effects.is_empty() && doubts.narrowing.is_empty() {
            self.redundant_statements(&scopes);
        }
        self.roles_anywhere(&scopes);
        let mut sids: Vec<&str> = Vec::new();
        for (index, scope) in scopes.iter().enumerate() {
            if doubts.unread.contains(&index) {
                continue;
            }
            self.sid(scope, &mut sids);
            let before = self.findings.len();
            match doubts.effects.contains(&index) {
                true => self.either(scope),
                false => self.statement(scope),
            }
            if doubts.narrowing.contains(&index) {
                let found = self.findings.split_off(before);
                let kept = found.into_iter();
                self.findings
                    .extend(kept.filter(|f| f.severity == Severity::Error));
            }
        }
    }

    /// What is found whichever the effect is.
    fn either(&mut self, scope: &Scope<'_>) {
        let mut found = [Effect::Allow, Effect::Deny].map(|effect| {
            let statement = Statement {
                effect,
                ..scope.statement.clone()
            };
            let before = self.findings.len();
            self.statement(&Scope {
                statement: &statement,
                node: scope.node,
                place: scope.place.clone(),
                version: scope.version,
            });
            self.findings.split_off(before)
        });
        let [allow, deny] = &mut found;
        allow.retain(|finding: &Finding| deny.contains(finding));
        self.findings.append(allow);
    }

    fn size(&mut self) {
        let whole = Place::default();
        let all = self.text.chars().count();
        let dense = self.text.chars().filter(|c| !c.is_whitespace()).count();
        let advice = "We recommend that you use multiple granular policies.";
        match self.kind {
            LintKind::Identity if dense > IDENTITY_SIZE => {
                let message = format!(
                    "The {dense} characters in the identity policy, excluding whitespace, exceed the {IDENTITY_SIZE} character maximum for inline and managed policies. {advice}"
                );
                self.warning("POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", message, &whole);
            }
            LintKind::ServiceControl if all > SCP_SIZE => {
                let message = format!(
                    "The {all} characters in the service control policy (SCP) exceed the {SCP_SIZE} character maximum for SCPs. {advice}"
                );
                self.error("POLICY_SIZE_EXCEEDS_SCP_QUOTA", message, &whole);
            }
            LintKind::ResourceControl if all > RCP_SIZE => {
                let message = format!(
                    "The {all} characters in the resource control policy (RCP) exceed the {RCP_SIZE} character maximum for RCPs. {advice}"
                );
                self.error("POLICY_SIZE_EXCEEDS_RCP_QUOTA", message, &whole);
            }
            LintKind::Trust if dense > TRUST_SIZE => {
                let message = "The characters in the role trust policy, excluding whitespace, exceed the character maximum. We recommend that you request a role trust policy length quota increase using Service Quotas and AWS Support Center. If the quotas have already been increased, then you can ignore this warning.";
                self.warning(
                    "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA",
                    message,
                    &whole,
                );
            }
            LintKind::Attached(
                ResourceType::Bucket | ResourceType::AccessPoint | ResourceType::Table,
            ) if self.text.len() > RESOURCE_SIZE => {
                let message = format!(
                    "The {all} characters in the resource policy exceed the {RESOURCE_SIZE} character maximum for resource policies. {advice}"
                );
                self.warning("POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA", message, &whole);
            }
            _ => {}
        }
    }

    fn sid<'s>(&mut self, scope: &Scope<'s>, seen: &mut Vec<&'s str>) {
        let Some(sid) = scope.statement.sid.as_deref() else {
            return;
        };
        let place = scope.place.to("Sid");
        if sid.is_empty() {
            let message = "Add a value to the empty string in the Sid element.";
            self.suggestion("EMPTY_SID_VALUE", message, &place);
            return;
        }
        let narrow = matches!(self.kind, LintKind::Identity | LintKind::Trust);
        if narrow && !sid.bytes().all(|b| b.is_ascii_alphanumeric()) {
            let message = "Update the characters in the Sid element to use one of the following character types: [a-z, A-Z, 0-9]";
            self.error("UNSUPPORTED_SID", message, &place);
        }
        if seen.contains(&sid) && self.is_of_resource() {
            let message = "We recommend that you use statement IDs that are unique to your policy. Update the Sid value.";
            self.warning("UNIQUE_SIDS_RECOMMENDED", message, &place);
        } else if seen.contains(&sid) {
            let message = "Duplicate statement IDs are not supported for this policy type. Update the Sid value.";
            self.error("UNIQUE_SIDS_REQUIRED", message, &place);
        }
        seen.push(sid);
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::tests::{codes, found, of_statement};
    use crate::lint::{LintKind, ResourceType};

    #[test]
    fn finds_in_documents() {
        for (text, expected) in [
            (
                r#"{"Statement":[]}"#,
                &["MISSING_STATEMENT", "MISSING_VERSION"][..],
            ),
            ("{", &["JSON_SYNTAX_ERROR"]),
            (r#"{"Version":"2012-10-17"}"#, &["MISSING_STATEMENT"]),
            // A member of another name holds the text.
            (
                r#"{"Id":"\"Version\"","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#,
                &["MISSING_VERSION"],
            ),
        ] {
            assert_eq!(codes(text, LintKind::Identity), expected, "{text}");
        }
        let finding = found("{\n  \"a\": x}", LintKind::Identity).remove(0);
        assert_eq!(
            finding.message,
            "Fix the JSON syntax error at index 9 line 2 column 7."
        );
    }

    #[test]
    fn finds_names_that_are_used_twice() {
        let same = r#"{"Sid":"A","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}"#;
        let twice = format!("{same},{same}");
        assert_eq!(
            of_statement(&twice, LintKind::Resource),
            ["REDUNDANT_STATEMENT", "UNIQUE_SIDS_RECOMMENDED"]
        );
        let twice = twice.replace(r#""Principal":"*","#, "");
        assert_eq!(
            of_statement(&twice, LintKind::Identity),
            ["REDUNDANT_STATEMENT", "UNIQUE_SIDS_REQUIRED"]
        );
    }

    #[test]
    fn finds_long_documents() {
        let bucket = LintKind::Attached(ResourceType::Bucket);
        let everyone = r#""Principal":"*","#;
        let roles = r#""Principal":{"AWS":"111111111111"},"#;
        for (kind, principal, action, longest, expected) in [
            (
                LintKind::Identity,
                "",
                "s3:GetObject",
                10_240,
                "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
            ),
            (
                LintKind::ServiceControl,
                "",
                "s3:GetObject",
                10_240,
                "POLICY_SIZE_EXCEEDS_SCP_QUOTA",
            ),
            (
                LintKind::ResourceControl,
                everyone,
                "s3:GetObject",
                5120,
                "POLICY_SIZE_EXCEEDS_RCP_QUOTA",
            ),
            (
                LintKind::Trust,
                roles,
                "sts:AssumeRole",
                2048,
                "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA",
            ),
            (
                bucket,
                everyone,
                "s3:GetObject",
                20_480,
                "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA",
            ),
        ] {
            let resource = match kind {
                LintKind::Trust => "",
                _ => r#","Resource":"arn:aws:s3:::a/*""#,
            };
            let front = format!(
                r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny",{principal}"Action":"{action}"{resource},"Sid":""#
            );
            let of_length = |length: usize| {
                let sid = "x".repeat(length - front.len() - 4);
                codes(&format!("{front}{sid}\"}}]}}"), kind)
            };
            assert_eq!(of_length(longest), [""; 0], "{kind:?}");
            assert_eq!(of_length(longest + 1), [expected], "{kind:?}");
        }
        let long = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::{}"}}}}"#,
            "x".repeat(10_230)
        );
        let finding = found(&long, LintKind::Identity).remove(0);
        assert!(
            finding.message.starts_with(&format!(
                "The {} characters in the identity policy, excluding whitespace, exceed the 10240 character maximum",
                long.len()
            )),
            "{}",
            finding.message
        );
    }
}
