//! The policy of a registry: of an account in a region. Nothing is replicated or made by it here, so that only policies
//! about that are taken.

use sekisho_engine::{ApiError, Cx, Table};
use sekisho_policy::Document;
use serde_json::{Value, json};

/// Policies by `account/region`.
const POLICIES: Table<String> = Table::new("ecr/registry-policy");

/// What a policy may be about: replication, and the caches of other registries. It decides about nothing else that is done
/// here (ECR user guide, "Private registry permissions").
const ABOUT: &[&str] = &[
    "ecr:BatchImportUpstreamImage",
    "ecr:CreateRepository",
    "ecr:ReplicateImage",
];

fn row(cx: &Cx<'_>) -> String {
    format!("{}/{}", cx.account(), cx.region())
}

fn answer(cx: &Cx<'_>, text: &str) -> Value {
    json!({"registryId": cx.account(), "policyText": text})
}

pub(crate) fn put(cx: &mut Cx<'_>, text: String) -> Result<Value, ApiError> {
    let document: Document = text.parse().map_err(|_| {
        let message = "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid registry policy provided'";
        ApiError::new("InvalidParameterException", message)
    })?;
    let about = |text: &str| ABOUT.iter().any(|a| a.eq_ignore_ascii_case(text));
    let other = document.statements().iter().find(|statement| {
        statement
            .actions
            .as_ref()
            .is_none_or(|a| a.negated || !a.texts().all(about))
    });
    if other.is_some() {
        let message = format!(
            "a registry policy about anything but {} is not supported by sekisho yet",
            ABOUT.join(", ")
        );
        return Err(ApiError::new("NotImplemented", message).status(501));
    }
    let output = answer(cx, &text);
    cx.put(&POLICIES, &row(cx), text)?;
    Ok(output)
}

pub(crate) fn get(cx: &Cx<'_>) -> Result<Value, ApiError> {
    match cx.get(&POLICIES, &row(cx))? {
        Some(text) => Ok(answer(cx, &text)),
        None => Err(missing(cx)),
    }
}

pub(crate) fn delete(cx: &mut Cx<'_>) -> Result<Value, ApiError> {
    let output = get(cx)?;
    cx.delete(&POLICIES, &row(cx));
    Ok(output)
}

fn missing(cx: &Cx<'_>) -> ApiError {
    let message = format!(
        "Registry policy does not exist in the registry with id '{}'",
        cx.account()
    );
    ApiError::new("RegistryPolicyNotFoundException", message)
}
