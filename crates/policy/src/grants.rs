//! Constraints of grants, and which grants a grant may create.

use crate::decision::Grant;
use crate::request::{Context, ContextValue, Request};

/// The encryption context of a request, as the front door puts it into the condition keys.
fn encryption_context(context: &Context) -> Vec<(&str, &str)> {
    context
        .iter()
        .filter_map(|(key, value)| match value {
            ContextValue::Single(value) => {
                Some((key.strip_prefix("kms:encryptioncontext:")?, value.as_str()))
            }
            ContextValue::List(_) => None,
        })
        .collect()
}

/// What a grant may be for (KMS API reference, `CreateGrant`).
const OPERATIONS: &[&str] = &[
    "CreateGrant",
    "Decrypt",
    "DeriveSharedSecret",
    "DescribeKey",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "GetPublicKey",
    "ReEncryptFrom",
    "ReEncryptTo",
    "RetireGrant",
    "Sign",
    "Verify",
    "VerifyMac",
];

/// Whether there are grants for an operation; for another, one that names it is none that AWS could have issued.
pub(crate) fn is_for_grants(operation: &str) -> bool {
    let mut all = OPERATIONS.iter();
    all.any(|own| own.eq_ignore_ascii_case(operation))
}

/// The operations that take an encryption context: constraints on it bind no others (KMS API reference,
/// `GrantConstraints`).
const WITH_CONTEXT: &[&str] = &[
    "Decrypt",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
];

/// Whether an operation takes an encryption context.
pub(crate) fn takes_context(operation: &str) -> bool {
    let mut all = WITH_CONTEXT.iter();
    all.any(|own| own.eq_ignore_ascii_case(operation))
}

/// Whether a request that `SourceArn` binds is made on behalf of that resource (KMS API reference, `GrantConstraints`:
/// as `aws:SourceArn` would).
pub(crate) fn on_behalf(grant: &Grant, context: &Context) -> bool {
    let wanted = grant.source_arn.as_deref();
    wanted.is_none_or(|arn| context.single("aws:sourcearn") == Some(arn))
}

/// Whether KMS has yet to make a grant known everywhere, and the request does not pass its token.
pub(crate) fn unsettled(grant: &Grant, request: &Request<'_>) -> bool {
    let token = grant.token.as_ref();
    token.is_some_and(|token| !request.grant_tokens.contains(token))
}

pub(crate) fn constraints_hold(grant: &Grant, context: &Context) -> bool {
    if grant.context_equals.is_none() && grant.context_subset.is_none() {
        return true;
    }
    let given = encryption_context(context);
    // Of pairs whose keys differ only in case, a condition sees one: they are pairs all the same.
    let count = match context.get("kms:encryptioncontextkeys") {
        Some(ContextValue::List(keys)) => keys.len(),
        _ => 0,
    };
    let count = count.max(given.len());
    let has = |(key, value): &(String, String)| {
        given
            .iter()
            .any(|(k, v)| k.eq_ignore_ascii_case(key) && *v == value.as_str())
    };
    let equals = grant
        .context_equals
        .as_ref()
        .is_none_or(|all| all.len() == count && all.iter().all(has));
    let subset = grant
        .context_subset
        .as_ref()
        .is_none_or(|some| some.iter().all(has));
    equals && subset
}

/// Whether `parent` lets its grantee create `child`: every operation, under constraints at least as narrow.
/// Two parents do not add up (recorded on AWS).
pub(crate) fn covers_child(parent: &Grant, child: &Grant) -> bool {
    let operations = child
        .operations
        .iter()
        .all(|o| parent.operations.contains(o));
    let holds = |required: &[(String, String)], given: Option<&Vec<(String, String)>>| {
        // Keys are the same in any case, values are not.
        let has = |(key, value): &(String, String), given: &[(String, String)]| {
            given
                .iter()
                .any(|(k, v)| k.eq_ignore_ascii_case(key) && v == value)
        };
        given.is_some_and(|given| required.iter().all(|pair| has(pair, given)))
    };
    let subset = parent.context_subset.as_ref().is_none_or(|required| {
        holds(required, child.context_equals.as_ref())
            || holds(required, child.context_subset.as_ref())
    });
    let equals = parent.context_equals.as_ref().is_none_or(|required| {
        child
            .context_equals
            .as_ref()
            .is_some_and(|c| c.len() == required.len() && holds(required, Some(c)))
    });
    let source = parent.source_arn.is_none() || parent.source_arn == child.source_arn;
    operations && subset && equals && source
}
