//! What makes a resource policy public (S3 user guide, "The meaning of public"; IAM Access Analyzer applies the same).

use crate::condition::{Condition, Operator, Qualifier};
use crate::document::{Document, Effect, PrincipalPattern};

/// Condition keys that narrow `"*"` down to somebody.
const NARROWING: &[&str] = &[
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceowner",
    "aws:sourceorgid",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourceip",
    "aws:userid",
    "s3:dataaccesspointarn",
    "s3:dataaccesspointaccount",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "kms:calleraccount",
];

/// The numbers of the statements that let everyone in.
pub fn public_statements(document: &Document) -> impl Iterator<Item = usize> {
    document
        .statements()
        .iter()
        .enumerate()
        .filter(|(_, s)| {
            let everyone = s
                .principals
                .as_ref()
                .is_some_and(|p| p.negated || p.patterns.contains(&PrincipalPattern::Any));
            s.effect == Effect::Allow
                && s.actions.is_some()
                && everyone
                && !s.conditions.iter().any(narrows)
        })
        .map(|(index, _)| index)
}

/// Whether a policy lets everyone in.
#[must_use]
pub fn is_public(document: &Document) -> bool {
    public_statements(document).next().is_some()
}

/// Whether a condition narrows everyone down to somebody: a positive operator with fixed values.
fn narrows(condition: &Condition) -> bool {
    let positive = matches!(
        condition.operator,
        Operator::String { not: false }
            | Operator::StringLike { not: false }
            | Operator::Arn { not: false }
            | Operator::Ip { not: false }
    );
    let broad = |value: &str| {
        let least = if value.contains(':') { 32 } else { 8 };
        matches!(value.rsplit_once('/'), Some((_, bits)) if bits.parse::<u32>().is_ok_and(|b| b < least))
    };
    // The name of an access point may be open where its account is not.
    let point = |v: &str| {
        let account = v.split(':').nth(4).unwrap_or_default();
        condition.key == "s3:dataaccesspointarn" && sekisho_arn::is_account_id(account)
    };
    let fixed = condition.operands().all(|v| {
        (point(v) || !v.contains(['*', '?', '$'])) && !(condition.key == "aws:sourceip" && broad(v))
    });
    NARROWING.contains(&condition.key.as_str())
        && positive
        && fixed
        && !condition.if_exists
        && condition.qualifier != Qualifier::ForAll
}
