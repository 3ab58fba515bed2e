//! Which service a request is for.

use http::request::Parts;
use sekisho_model::{SERVICES, Service};
use sekisho_wire::Signature;

/// A service and, for S3, the bucket that the host names.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    pub(crate) model: &'static Service,
    pub(crate) bucket: Option<String>,
}

fn target(name: &'static str) -> Option<Target> {
    Some(Target {
        name,
        model: sekisho_model::service(name)?,
        bucket: None,
    })
}

/// By `X-Amz-Target`, by the scope of the signature, by host, by the form's API version; S3 takes the rest.
///
/// `bucket`: the one that the host names, see [`bucket`].
pub(crate) fn find(
    parts: &Parts,
    bucket: Option<String>,
    signature: Option<&Signature>,
) -> Option<Target> {
    let header = |name: &str| parts.headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(prefix) = header("x-amz-target").and_then(|t| t.split('.').next()) {
        let by_prefix = |s: &&&'static str| {
            sekisho_model::service(s)
                .is_some_and(|m| m.metadata.target_prefix.as_deref() == Some(prefix))
        };
        return SERVICES.iter().find(by_prefix).and_then(|s| target(s));
    }
    let host = header("host").unwrap_or_default();
    // S3 Control signs as S3 does.
    if header("x-amz-account-id").is_some() && parts.uri.path().starts_with("/v20180820/") {
        return target("s3control");
    }
    // IAM Toolbox signs as IAM does, which knows no path.
    let scope = signature.map(|s| s.credential.service.as_str());
    if scope == Some("iam") && parts.uri.path().starts_with("/authorization-details/") {
        return target("iam-toolbox");
    }
    if let Some(signature) = signature {
        let scope = signature.credential.service.as_str();
        let name = SERVICES.iter().find(|s| {
            **s == scope || sekisho_model::service(s).is_some_and(|m| m.signing_name() == scope)
        })?;
        let mut found = target(name)?;
        if found.name == "s3" {
            found.bucket = bucket;
        }
        return Some(found);
    }
    if let Some(name) = SERVICES.iter().find(|s| host.starts_with(&format!("{s}."))) {
        return target(name);
    }
    let form =
        header("content-type").is_some_and(|t| t.starts_with("application/x-www-form-urlencoded"));
    if form && parts.uri.path() == "/" {
        return target("sts");
    }
    let mut s3 = target("s3")?;
    s3.bucket = bucket;
    Some(s3)
}

/// The bucket that the host of a request names. `NAME.localhost` may be a bucket's host and may be what somebody calls this
/// server: it is a bucket's where there is such a bucket, or where the request is about nothing but the bucket.
pub(crate) fn bucket(parts: &Parts, there: impl FnOnce(&str) -> bool) -> Option<String> {
    let header = |name: &str| parts.headers.get(name).and_then(|v| v.to_str().ok());
    let host = header("host")?;
    if let Some(bucket) = bucket_of(host) {
        return Some(bucket);
    }
    let name = local(host)?;
    let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
    if !there(&name) {
        let whole = path == "/" && (parts.method != http::Method::GET || !query.is_empty());
        return whole.then_some(name);
    }
    let signed = query.contains("X-Amz-Algorithm=")
        || header("authorization").is_some_and(|a| a.starts_with("AWS4-"));
    let other = ["/v2", "/_sekisho"].iter().any(|own| {
        let rest = path.strip_prefix(own);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    (signed || !other).then_some(name)
}

/// A host without its port, in small letters: hosts know no case.
pub(crate) fn plain(host: &str) -> String {
    let host = host.to_ascii_lowercase();
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name.to_owned(),
        _ => host,
    }
}

/// The bucket that a host of S3 names: `bucket.s3.region.amazonaws.com`, `bucket.s3.` and any other host. A bucket's name may itself
/// have `.s3-` in it: what stands last is S3's.
fn bucket_of(host: &str) -> Option<String> {
    let name = plain(host);
    let at = name.rfind(".s3.").max(name.rfind(".s3-"))?;
    let bucket = name.get(..at)?;
    (!bucket.is_empty()).then(|| bucket.to_owned())
}

/// What stands before `.localhost`, unless that is S3 or a registry.
fn local(host: &str) -> Option<String> {
    let name = plain(host);
    let name = name.strip_suffix(".localhost")?;
    let s3 = name == "s3" || name.starts_with("s3.") || name.starts_with("s3-");
    let registry = name
        .split('.')
        .any(|label| label == "dkr" || label.starts_with("dkr-"));
    (!name.is_empty() && !s3 && !registry).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_name_buckets() {
        let there = |name: &str| ["mine", "a.b"].contains(&name);
        let named = |method: &str, host: &str, path: &str, signed: bool| {
            let mut request = http::Request::builder().method(method).uri(path);
            request = request.header("host", host);
            if signed {
                request = request.header("authorization", "AWS4-HMAC-SHA256 Credential=x");
            }
            let (parts, ()) = request.body(()).unwrap().into_parts();
            bucket(&parts, there)
        };
        for (host, bucket) in [
            ("data.s3.us-east-1.amazonaws.com", Some("data")),
            (
                "data.s3-logs.s3.us-east-1.amazonaws.com",
                Some("data.s3-logs"),
            ),
            ("data.s3-us-west-2.amazonaws.com", Some("data")),
            ("Data.S3.us-east-1.amazonaws.com:443", Some("data")),
            ("a.b.s3.localhost:4566", Some("a.b")),
            ("mine.localhost:4566", Some("mine")),
            ("Mine.localhost", Some("mine")),
            ("s3.localhost:4566", None),
            ("s3.us-east-1.localhost", None),
            ("s3-us-west-2.localhost", None),
            ("sekisho.localhost:4566", None),
            ("111111111111.dkr.ecr.us-east-1.localhost:4566", None),
            ("111111111111.dkr.ecr.localhost", None),
            ("localhost:4566", None),
            ("s3.us-east-1.amazonaws.com", None),
            ("127.0.0.1:4566", None),
            ("[::1]:4566", None),
            ("sekisho:4566", None),
        ] {
            let found = named("PUT", host, "/folder/key", true);
            assert_eq!(found.as_deref(), bucket, "{host}");
        }
        for (method, host, path, signed, bucket) in [
            ("GET", "mine.localhost", "/v2/k", true, Some("mine")),
            ("GET", "mine.localhost", "/v2/k", false, None),
            ("GET", "mine.localhost", "/_sekisho/health", false, None),
            ("GET", "mine.localhost", "/_sekisho2", false, Some("mine")),
            (
                "GET",
                "mine.localhost",
                "/v2/k?X-Amz-Algorithm=x",
                false,
                Some("mine"),
            ),
            (
                "GET",
                "sekisho.localhost",
                "/bucket?list-type=2",
                true,
                None,
            ),
            ("GET", "sekisho.localhost", "/", true, None),
            ("PUT", "new.localhost", "/", true, Some("new")),
            ("HEAD", "new.localhost", "/", true, Some("new")),
            ("GET", "new.localhost", "/?list-type=2", true, Some("new")),
        ] {
            let found = named(method, host, path, signed);
            assert_eq!(found.as_deref(), bucket, "{method} {host}{path}");
        }
    }
}
