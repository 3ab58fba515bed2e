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
pub(crate) fn find(parts: &Parts, signature: Option<&Signature>) -> Option<Target> {
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
    if let Some(signature) = signature {
        let scope = signature.credential.service.as_str();
        let name = SERVICES.iter().find(|s| {
            **s == scope || sekisho_model::service(s).is_some_and(|m| m.signing_name() == scope)
        })?;
        let mut found = target(name)?;
        if found.name == "s3" {
            found.bucket = bucket_of(host);
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
    s3.bucket = bucket_of(host);
    Some(s3)
}

/// The bucket that a host names: `bucket.s3.region.amazonaws.com`, `bucket.s3.` and any other host, `bucket.localhost`. Hosts know
/// no case, and a bucket's name may itself have `.s3-` in it: what stands last is S3's.
pub(crate) fn bucket_of(host: &str) -> Option<String> {
    let host = host.to_ascii_lowercase();
    let name = host.rsplit_once(':').map_or(host.as_str(), |(name, port)| {
        match port.bytes().all(|b| b.is_ascii_digit()) {
            true => name,
            false => host.as_str(),
        }
    });
    let at = name.rfind(".s3.").max(name.rfind(".s3-"));
    // A registry has a host of its own as well.
    let other = |rest: &&str| *rest != "s3" && !rest.contains(".dkr.ecr.");
    let local = || name.strip_suffix(".localhost").filter(other);
    let bucket = at.and_then(|at| name.get(..at)).or_else(local)?;
    (!bucket.is_empty()).then(|| bucket.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_name_buckets() {
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
            ("s3.localhost:4566", None),
            ("111111111111.dkr.ecr.us-east-1.localhost:4566", None),
            ("localhost:4566", None),
            ("s3.us-east-1.amazonaws.com", None),
            ("127.0.0.1:4566", None),
            ("[::1]:4566", None),
            ("sekisho:4566", None),
        ] {
            assert_eq!(bucket_of(host).as_deref(), bucket, "{host}");
        }
    }
}
