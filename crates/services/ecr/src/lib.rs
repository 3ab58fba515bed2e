//! ECR: repositories, their policies, and images as the OCI distribution specification has them.
//!
//! The registry's HTTP API (`/v2/…`) is another way to the same operations: the server translates it into them.

mod encryption;
mod images;
mod lifecycle;
mod manifest;
mod mutability;
mod ops;
mod policy;
mod registry;
mod registry_settings;
mod repos;

use sekisho_arn::Arn;
use sekisho_engine::{AccessDenied, ApiError, Check, Lookup, Resource, Service, invalid};

/// The purpose of the tokens that `GetAuthorizationToken` issues in `region`. The password that docker sends is
/// the region, a full stop, and the token.
#[must_use]
pub fn registry_purpose(region: &str) -> String {
    format!("ecr-registry {region}")
}

/// How long an authorization token holds, in milliseconds: 12 hours.
pub const TOKEN_MS: i64 = 12 * 3_600 * 1_000;

/// The purpose of a token that lets its holder fetch one layer.
#[must_use]
pub fn layer_purpose(account: &str, repository: &str, digest: &str) -> String {
    format!("ecr-layer {account} {repository} {digest}")
}

/// The service.
#[must_use]
pub fn service() -> Service {
    let service = Service::new("ecr", AccessDenied::JSON, resolve, invalid::ecr)
        .tagged_once("InvalidTagParameterException", "Duplicate tag keys found.");
    ops::all(service)
}

fn resolve(lookup: &Lookup<'_>, _: &Check, arn: &Arn) -> Result<Resource, ApiError> {
    let mut resource = Resource::owned_by(&arn.account);
    resource.policy_noun = "repository policy";
    let name = arn.resource.strip_prefix("repository/").unwrap_or_default();
    if let Some(repo) = lookup.get(&repos::REPOS, &repos::row(&arn.account, &arn.region, name))? {
        resource.tags.clone_from(&repo.tags);
        resource.tag_key = Some("ecr:resourcetag/");
        resource.policy = repo
            .policy
            .as_ref()
            .and_then(|p| p.compiled(|| format!("repository policy of {name}")));
    }
    Ok(resource)
}
