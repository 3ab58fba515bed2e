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

/// `bucket.s3.region.amazonaws.com`, or `bucket.s3.` and any other host.
fn bucket_of(host: &str) -> Option<String> {
    let (bucket, rest) = host.split_once(".s3")?;
    (rest.starts_with('.') || rest.starts_with('-')).then(|| bucket.to_owned())
}
