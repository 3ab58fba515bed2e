//! Who signed a request.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use http::request::Parts;
use sekisho_engine::{ApiError, Caller, Engine, Origin, RequestInfo, Signing};
use sekisho_wire::{Credential, Head, Signature, SignatureError, signing_key};

use crate::route::Target;

/// Signing keys kept; when there are more, they are made anew.
const MAX_KEYS: usize = 4_096;

type KeyId = (String, String, String, String);

/// Signing keys by access key, date, region and service: four HMACs saved a request.
#[derive(Default)]
pub(crate) struct Keys(Mutex<HashMap<KeyId, (String, [u8; 32])>>);

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(..)")
    }
}

impl Keys {
    fn get(&self, secret: &str, credential: &Credential) -> [u8; 32] {
        let id = (
            credential.key.clone(),
            credential.date.clone(),
            credential.region.clone(),
            credential.service.clone(),
        );
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, key)) = keys.get(&id)
            && known == secret
        {
            return *key;
        }
        if keys.len() >= MAX_KEYS {
            keys.clear();
        }
        let key = signing_key(secret, credential);
        keys.insert(id, (secret.to_owned(), key));
        key
    }
}

/// The head of a request, for the wire.
pub(crate) fn head(parts: &Parts) -> Head<'_> {
    Head {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        headers: &parts.headers,
    }
}

/// Where a request came from, for `region`.
pub(crate) fn origin(parts: &Parts, peer: SocketAddr, region: &str) -> Origin {
    let signature = Signature::read(&head(parts)).ok().flatten();
    let signed_ms = signature.as_ref().and_then(Signature::signed_ms);
    let text = |name: &str| {
        parts
            .headers
            .get(name)
            .and_then(|v| v.to_str().ok())
            .map(str::to_owned)
    };
    Origin::external(RequestInfo {
        region: region.to_owned(),
        source_ip: Some(peer.ip().to_string()),
        // Loopback counts as secure transport; any other plain HTTP does not.
        secure: peer.ip().is_loopback(),
        user_agent: text("user-agent"),
        signing: match signature {
            Some(signature) if signature.presigned() => Signing::Query,
            Some(_) => Signing::Header,
            None => Signing::Nothing,
        },
        endpoint: text("host"),
        referer: text("referer"),
        content_sha256: text("x-amz-content-sha256"),
        signed_ms,
    })
}

/// A signature that was accepted, with the key that verifies chunks.
pub(crate) struct Signed {
    pub(crate) signature: Signature,
    pub(crate) key: [u8; 32],
}

/// How each service words a failure: JSON services, query services, S3.
fn worded(service: &str, json: &str, query: &str, s3: &str, message: &str) -> ApiError {
    match service {
        "s3" => ApiError::new(s3, message).status(403),
        "iam" | "sts" => ApiError::new(query, message).status(403),
        _ => ApiError::new(json, message).status(400),
    }
}

pub(crate) fn mismatch(service: &str) -> ApiError {
    let message = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
    worded(
        service,
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "SignatureDoesNotMatch",
        message,
    )
}

pub(crate) fn missing(service: &str) -> ApiError {
    worded(
        service,
        "MissingAuthenticationTokenException",
        "MissingAuthenticationToken",
        "AccessDenied",
        "Request is missing Authentication Token",
    )
}

fn unknown(service: &str) -> ApiError {
    let message = match service {
        "s3" => "The AWS Access Key Id you provided does not exist in our records.",
        _ => "The security token included in the request is invalid.",
    };
    worded(
        service,
        "UnrecognizedClientException",
        "InvalidClientTokenId",
        "InvalidAccessKeyId",
        message,
    )
}

/// Verifies `signature` over a body with hash `payload` and says who signed.
pub(crate) fn verify(
    engine: &Engine,
    keys: &Keys,
    head: &Head<'_>,
    signature: Signature,
    target: &Target,
    payload: &str,
) -> Result<(Caller, Signed), ApiError> {
    let (service, signing_name) = (target.name, target.model.signing_name());
    if !is_region(&signature.credential.region) {
        return Err(worded(
            service,
            "InvalidSignatureException",
            "SignatureDoesNotMatch",
            "AuthorizationHeaderMalformed",
            "Credential should be scoped to a valid region.",
        ));
    }
    let credential = engine
        .credential(&signature.credential.key)?
        .ok_or_else(|| unknown(service))?;
    if credential.token != signature.token {
        return Err(unknown(service));
    }
    let now = engine.clock().now_ms();
    if credential.expires_ms.is_some_and(|at| at <= now) {
        let message = "The security token included in the request is expired";
        return Err(worded(
            service,
            "ExpiredTokenException",
            "ExpiredToken",
            "ExpiredToken",
            message,
        ));
    }
    let key = keys.get(&credential.secret, &signature.credential);
    signature
        .verify(head, signing_name, &key, payload, now)
        .map_err(|e| match e {
            SignatureError::Scope if service == "s3" => {
                let message = format!(
                    "The authorization header is malformed; incorrect service \"{}\". This endpoint belongs to \"s3\".",
                    signature.credential.service
                );
                incomplete(service, &message)
            }
            SignatureError::Scope => {
                let message =
                    format!("Credential should be scoped to correct service: '{signing_name}'.");
                worded(
                    service,
                    "InvalidSignatureException",
                    "SignatureDoesNotMatch",
                    "AuthorizationHeaderMalformed",
                    &message,
                )
            }
            SignatureError::Mismatch => mismatch(service),
            SignatureError::Skewed => {
                let message = format!(
                    "Signature expired: {} is too far from the time of the server",
                    signature.time
                );
                worded(
                    service,
                    "InvalidSignatureException",
                    "SignatureDoesNotMatch",
                    "RequestTimeTooSkewed",
                    &message,
                )
            }
            SignatureError::Expired => {
                ApiError::new("AccessDenied", "Request has expired").status(403)
            }
            SignatureError::Incomplete(message) => incomplete(service, &message),
        })?;
    Ok((credential.caller, Signed { signature, key }))
}

pub(crate) fn incomplete(service: &str, message: &str) -> ApiError {
    worded(
        service,
        "IncompleteSignatureException",
        "IncompleteSignature",
        "AuthorizationHeaderMalformed",
        message,
    )
    .status(400)
}

/// The region that is meant where one signs for all of them (botocore's `aws-global`).
pub(crate) fn region(name: &str) -> &str {
    match name {
        "aws-global" => "us-east-1",
        name => name,
    }
}

/// Whether AWS may have a region called so: a request for one that it cannot have would go past what policies say of those that
/// it has. The fronts are those of botocore's partitions.
fn is_region(name: &str) -> bool {
    const FRONTS: [&str; 16] = [
        "af", "ap", "ca", "cn", "eu", "eu-isoe", "eusc-de", "il", "me", "mx", "sa", "us", "us-gov",
        "us-iso", "us-isob", "us-isof",
    ];
    const SIDES: [&str; 9] = [
        "central",
        "east",
        "north",
        "northeast",
        "northwest",
        "south",
        "southeast",
        "southwest",
        "west",
    ];
    let parts = region(name).rsplit_once('-').and_then(|(rest, number)| {
        let (front, side) = rest.rsplit_once('-')?;
        Some((front, side, number))
    });
    parts.is_some_and(|(front, side, number)| {
        let digits = (1..=2).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
        FRONTS.contains(&front) && SIDES.contains(&side) && digits
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_that_aws_may_have() {
        for name in [
            "us-east-1",
            "eu-central-2",
            "ap-southeast-7",
            "us-gov-west-1",
            "cn-northwest-1",
            "us-isob-east-1",
            "eusc-de-east-1",
            "il-central-1",
            "mx-central-1",
            "us-isof-south-1",
            "eu-isoe-west-1",
            "aws-global",
        ] {
            assert!(is_region(name), "{name}");
        }
        for name in [
            "",
            "us-east",
            "us-east-",
            "us-east-1*",
            "mars-north-9",
            "a b",
            "us-east-1-",
            "us--1",
            "us-de-1",
            "us-de-east-1",
            "eusc-east-1",
        ] {
            assert!(!is_region(name), "{name}");
        }
    }
}
