//! What makes a resource policy public: S3 user guide, "The meaning of public", as AWS was recorded to read it
//! (`tests/public.json`); IAM Access Analyzer applies the same.
//!
//! **Invariant:** a policy that lets everyone in is never taken for one that does not.

use crate::compare::{everyone, names_all};
use crate::condition::{Condition, Operator, Qualifier};
use crate::document::{Document, Effect, Statement};

/// Condition keys that narrow `"*"` down to somebody.
const NARROWING: &[&str] = &[
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourcearn",
    "aws:sourceaccount",
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
    let denies = |allow: &Statement| {
        let mut denies = document.statements().iter();
        denies.any(|d| d.effect == Effect::Deny && keeps_to_some(d, allow))
    };
    let public = move |s: &Statement| {
        let all = |p: &crate::document::PrincipalElement| p.negated || everyone(p);
        s.effect == Effect::Allow
            && s.actions.is_some()
            && s.principals.as_ref().is_some_and(all)
            && !s.conditions.iter().any(|c| narrows(c, s))
            && !denies(s)
    };
    let statements = document.statements().iter().enumerate();
    statements.filter(move |(_, s)| public(s)).map(|(i, _)| i)
}

/// Whether a policy lets everyone in.
#[must_use]
pub fn is_public(document: &Document) -> bool {
    public_statements(document).next().is_some()
}

/// Whether `deny` takes from everyone what `allow` gives, but for somebody: without conditions from everyone, with
/// conditions from those for whom each holds.
fn keeps_to_some(deny: &Statement, allow: &Statement) -> bool {
    names_all(deny, allow) && deny.conditions.iter().all(spares_some)
}

/// Whether a condition of an Allow narrows everyone down to somebody: a positive operator with fixed values. An operator
/// that cannot read its key never holds.
fn narrows(condition: &Condition, statement: &Statement) -> bool {
    let positive = matches!(
        condition.operator,
        Operator::String { not: false }
            | Operator::StringLike { not: false }
            | Operator::Arn { not: false }
            | Operator::Ip { not: false }
    );
    // What holds without the key narrows nothing, unless the key must be there.
    let optional = condition.if_exists || condition.qualifier == Qualifier::ForAll;
    let required = || {
        statement
            .conditions
            .iter()
            .any(|c| requires(c, &condition.key))
    };
    NARROWING.contains(&condition.key.as_str())
        && positive
        && (!optional || required())
        && condition.operands().all(|v| is_fixed(condition, v))
}

/// Whether a condition of a Deny spares somebody only: a negated operator with fixed values, which holds without the key.
/// Where an operator cannot read its key a Deny does not hold, and what a caller can say of himself spares whom he likes.
fn spares_some(condition: &Condition) -> bool {
    const LISTS: &[&str] = &["aws:principalorgpaths"];
    const SAID: &[&str] = &["s3:x-amz-server-side-encryption-aws-kms-key-id"];
    let key = condition.key.as_str();
    let reads = match condition.operator {
        Operator::String { not: true } | Operator::StringLike { not: true } => true,
        Operator::Arn { not: true } => key.ends_with("arn"),
        Operator::Ip { not: true } => key == "aws:sourceip",
        _ => false,
    };
    NARROWING.contains(&key)
        && !LISTS.contains(&key)
        && !SAID.contains(&key)
        && reads
        && condition.qualifier == Qualifier::Single
        && condition.operands().next().is_some()
        && condition.operands().all(|v| is_fixed(condition, v))
}

/// Whether `condition` holds only where `key` is present.
fn requires(condition: &Condition, key: &str) -> bool {
    condition.operator == Operator::Null
        && condition.qualifier == Qualifier::Single
        && condition.key == key
        && condition.operands().next().is_some()
        && condition
            .operands()
            .all(|v| v.eq_ignore_ascii_case("false"))
}

/// Whether a value stands for somebody: of ARNs it is the account that must be fixed, of a role's sessions the role's id.
fn is_fixed(condition: &Condition, value: &str) -> bool {
    const WILD: [char; 2] = ['*', '?'];
    if value.contains("${") {
        return false;
    }
    let account_is_fixed = || {
        let account = value.split(':').nth(4);
        account.is_some_and(sekisho_arn::is_account_id)
    };
    match condition.operator {
        Operator::Ip { .. } => !is_broad(value),
        Operator::Arn { .. } => !value.contains(WILD) || account_is_fixed(),
        Operator::StringLike { .. } => match condition.key.as_str() {
            "aws:userid" => !value.strip_suffix(":*").unwrap_or(value).contains(WILD),
            // The parts of a plain text may be anywhere: nothing before the account may be open.
            key if key.ends_with("arn") => {
                let before: Vec<&str> = value.splitn(6, ':').take(5).collect();
                !value.contains(WILD) || (account_is_fixed() && !before.concat().contains(WILD))
            }
            _ => !value.contains(WILD),
        },
        // A wildcard is a character like any other there.
        _ => true,
    }
}

/// Whether a range of addresses is as wide as the world to S3: wider than /8, and /32 of IPv6.
fn is_broad(range: &str) -> bool {
    let least = if range.contains(':') { 32 } else { 8 };
    matches!(range.rsplit_once('/'), Some((_, bits)) if bits.parse::<u32>().is_ok_and(|b| b < least))
}
