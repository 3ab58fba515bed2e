//! What is kept of a registry, an account's in a region: how it is scanned, where its images go, and what it caches. It has
//! no effect here: nothing is scanned, replicated or pulled from elsewhere.

use sekisho_engine::prelude::*;
use sekisho_engine::{Table, time};

/// How registries are scanned, by `account/region`.
pub(crate) const SCANNING: Table<Value> = Table::new("ecr/registry-scanning");
/// Where the images of registries go, by `account/region`.
pub(crate) const REPLICATION: Table<Value> = Table::new("ecr/registry-replication");
/// Pull through cache rules by `account/region/prefix`.
pub(crate) const CACHES: Table<CacheRule> = Table::new("ecr/pull-through-cache-rule");

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CacheRule {
    pub(crate) account: String,
    pub(crate) prefix: String,
    pub(crate) url: String,
    pub(crate) upstream: String,
    pub(crate) upstream_prefix: Option<String>,
    pub(crate) credential: Option<String>,
    pub(crate) role: Option<String>,
    pub(crate) created_ms: i64,
}

impl CacheRule {
    pub(crate) fn shown(&self) -> Value {
        let members = [
            ("ecrRepositoryPrefix", Some(json!(self.prefix))),
            ("upstreamRegistryUrl", Some(json!(self.url))),
            ("upstreamRegistry", Some(json!(self.upstream))),
            ("createdAt", Some(json!(time::seconds(self.created_ms)))),
            ("registryId", Some(json!(self.account))),
            ("credentialArn", self.credential.as_ref().map(|c| json!(c))),
            ("customRoleArn", self.role.as_ref().map(|r| json!(r))),
            (
                "upstreamRepositoryPrefix",
                self.upstream_prefix.as_ref().map(|p| json!(p)),
            ),
        ];
        let there = members
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Value::Object(there.collect())
    }
}

pub(crate) fn row(cx: &Cx<'_>) -> String {
    format!("{}/{}", cx.account(), cx.region())
}

/// The caller's own registry is the only one whose settings can be asked for.
pub(crate) fn own(lookup: &Lookup<'_>, registry: Option<&str>) -> Result<(), ApiError> {
    match registry.is_none_or(|id| id == lookup.account()) {
        true => Ok(()),
        false => {
            let message = "settings of another account's registry are not supported by sekisho yet";
            Err(ApiError::new("NotImplemented", message).status(501))
        }
    }
}

/// The check for handing a role to the service that pulls (ECR user guide, "IAM policies required for cross-account ECR to
/// ECR pull through cache").
pub(crate) fn passed(role: Option<&str>) -> Option<Check> {
    let check = Check::new("iam:PassRole", role?);
    Some(check.with("iam:PassedToService", "pullthroughcache.ecr.amazonaws.com"))
}

pub(crate) fn no_rule(cx: &Cx<'_>, prefix: &str) -> ApiError {
    let message = format!(
        "The pull through cache rule with the prefix '{prefix}' does not exist in the registry with id '{}'",
        cx.account()
    );
    ApiError::new("PullThroughCacheRuleNotFoundException", message)
}

/// Which registry an address is of (ECR user guide, "Sync an upstream registry").
pub(crate) fn upstream(url: &str) -> Result<&'static str, ApiError> {
    const KNOWN: &[(&str, &str)] = &[
        ("public.ecr.aws", "ecr-public"),
        ("registry.k8s.io", "k8s"),
        ("quay.io", "quay"),
        ("registry-1.docker.io", "docker-hub"),
        ("ghcr.io", "github-container-registry"),
        ("registry.gitlab.com", "gitlab-container-registry"),
        ("cgr.dev", "chainguard"),
    ];
    let host = url.strip_prefix("https://").unwrap_or(url);
    let host = host.split('/').next().unwrap_or_default();
    if let Some((_, name)) = KNOWN.iter().find(|(known, _)| *known == host) {
        return Ok(name);
    }
    if host.ends_with(".azurecr.io") {
        return Ok("azure-container-registry");
    }
    if host.contains(".dkr.ecr.") && host.ends_with(".amazonaws.com") {
        return Ok("ecr");
    }
    let message = "The specified upstream registry isn't supported.";
    Err(ApiError::new(
        "UnsupportedUpstreamRegistryException",
        message,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_upstream_follows_from_its_address() {
        let of = |url| upstream(url).map_err(|e| e.code.to_string());
        assert_eq!(of("public.ecr.aws"), Ok("ecr-public"));
        assert_eq!(of("https://quay.io"), Ok("quay"));
        assert_eq!(of("team.azurecr.io"), Ok("azure-container-registry"));
        assert_eq!(
            of("111111111111.dkr.ecr.us-east-1.amazonaws.com"),
            Ok("ecr")
        );
        let refused = Err("UnsupportedUpstreamRegistryException".to_owned());
        assert_eq!(of("example.com"), refused);
        assert_eq!(of("quay.io.example.com"), refused);
    }
}
