//! Bucket policies, and what makes one public.

use sekisho_engine::{ApiError, Caller, Lookup, PolicyText, pin};
use sekisho_policy::{
    Condition, Document, Effect, Kind, Operator, PrincipalPattern, Qualifier, validate,
};

use crate::bucket::Bucket;

/// Longest bucket policy, in bytes.
const MAX_POLICY: usize = 20_480;

fn malformed(message: &str) -> ApiError {
    ApiError::new("MalformedPolicy", message).status(400)
}

pub(crate) fn accept(
    lookup: &Lookup<'_>,
    bucket: &Bucket,
    text: &str,
) -> Result<PolicyText, ApiError> {
    if text.len() > MAX_POLICY {
        return Err(ApiError::new(
            "PolicyTooLarge",
            "The policy exceeds the maximum allowed document size.",
        )
        .status(400));
    }
    let document = validate(text, Kind::Bucket).map_err(|e| malformed(&e.message))?;
    let arn = bucket.arn();
    for statement in &document.statements {
        for resource in statement.resources.iter().flat_map(|r| r.texts()) {
            let name = resource
                .split_once('/')
                .map_or(resource, |(bucket, _)| bucket);
            if resource != "*" && !sekisho_arn::glob(name, &arn) {
                return Err(malformed("Policy has invalid resource"));
            }
        }
    }
    let pins = pin(lookup, &document)?.map_err(|_| malformed("Invalid principal in policy"))?;
    if bucket.public_access.is_some_and(|p| p.block_public_policy) && is_public(&document) {
        let message = format!(
            "User: {} is not authorized to perform: s3:PutBucketPolicy on resource: \"{arn}\" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
            lookup.caller().arn()
        );
        return Err(ApiError::new("AccessDenied", message).status(403));
    }
    Ok(PolicyText::pinned(text, pins))
}

/// Condition keys that narrow `"*"` down to somebody (S3 user guide, "The meaning of public").
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
];

/// Whether a policy lets everyone in.
pub(crate) fn is_public(document: &Document) -> bool {
    document.statements.iter().any(|s| {
        let everyone = s
            .principals
            .as_ref()
            .is_some_and(|p| !p.negated && p.patterns.contains(&PrincipalPattern::Any));
        s.effect == Effect::Allow && everyone && !s.conditions.iter().any(narrows)
    })
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
    let broad = |value: &str| matches!(value.rsplit_once('/'), Some((_, bits)) if bits.parse::<u32>().is_ok_and(|b| b < 8));
    // A role's identifier followed by any session name is one principal.
    let session = |v: &str| condition.key == "aws:userid" && v.ends_with(":*") && v.len() > 2;
    let fixed = condition.operands().all(|v| {
        (session(v) || !v.contains(['*', '?', '$']))
            && !(condition.key == "aws:sourceip" && broad(v))
    });
    NARROWING.contains(&condition.key.as_str())
        && positive
        && fixed
        && !condition.if_exists
        && condition.qualifier != Qualifier::ForAll
}

/// Whether `RestrictPublicBuckets` keeps this caller from what a public policy allows.
pub(crate) fn restricted(bucket: &Bucket, caller: &Caller) -> bool {
    bucket
        .public_access
        .is_some_and(|p| p.restrict_public_buckets)
        && caller.account() != bucket.account
        && !matches!(caller.principal, sekisho_policy::Principal::Service(_))
}
