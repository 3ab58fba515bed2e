//! Signature version 4: verified, never taken on trust.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{Head, decode_percent};

/// What AWS leaves as it is when it encodes for a signature.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');
const PATH: &AsciiSet = &UNRESERVED.remove(b'/');

/// How far a client's clock may be off, in milliseconds: 15 minutes.
const SKEW_MS: i64 = 15 * 60 * 1_000;
/// How long a presigned URL may hold, in seconds: 7 days.
const MAX_EXPIRES: i64 = 7 * 86_400;

/// Why a signature is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureError {
    /// The header or the query does not hold what it must.
    Incomplete(String),
    /// It was made for another service.
    Scope,
    /// The signature is not the one that the secret gives.
    Mismatch,
    /// The request is too old or from the future.
    Skewed,
    /// The presigned URL has expired.
    Expired,
}

/// The credential scope of a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// The access key id.
    pub key: String,
    /// `20260928`.
    pub date: String,
    /// The region.
    pub region: String,
    /// The service.
    pub service: String,
}

impl Credential {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.rsplitn(5, '/');
        let (end, service, region, date, key) = (
            parts.next()?,
            parts.next()?,
            parts.next()?,
            parts.next()?,
            parts.next()?,
        );
        (end == "aws4_request" && !key.is_empty()).then(|| Self {
            key: key.to_owned(),
            date: date.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
        })
    }

    /// `<date>/<region>/<service>/aws4_request`.
    #[must_use]
    pub fn scope(&self) -> String {
        format!(
            "{}/{}/{}/aws4_request",
            self.date, self.region, self.service
        )
    }
}

/// A signature as it came, in the header or in the query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Its credential scope.
    pub credential: Credential,
    /// `20260928T173312Z`.
    pub time: String,
    /// The session token that came with it.
    pub token: Option<String>,
    /// The signature itself.
    pub value: String,
    signed_headers: Vec<String>,
    expires: Option<i64>,
}

impl Signature {
    /// When it was made, in milliseconds.
    #[must_use]
    pub fn signed_ms(&self) -> Option<i64> {
        parse_time(&self.time)
    }

    /// Reads the signature of a request; `None` when there is none.
    ///
    /// # Errors
    /// When there is one and it is incomplete.
    pub fn read(head: &Head<'_>) -> Result<Option<Self>, SignatureError> {
        if let Some(header) = head
            .header("authorization")
            .filter(|h| !h.starts_with("Basic ") && !h.starts_with("Bearer "))
        {
            return Self::from_header(head, header).map(Some);
        }
        if head.query.contains("X-Amz-Signature=") {
            return Self::from_query(head).map(Some);
        }
        Ok(None)
    }

    fn from_header(head: &Head<'_>, header: &str) -> Result<Self, SignatureError> {
        let incomplete = |what: &str| {
            SignatureError::Incomplete(format!(
                "Authorization header requires '{what}' parameter. Authorization={header}"
            ))
        };
        let Some(fields) = header.strip_prefix("AWS4-HMAC-SHA256") else {
            return Err(SignatureError::Incomplete(format!(
                "Unsupported AWS 'algorithm': '{}'",
                header.split(' ').next().unwrap_or_default()
            )));
        };
        let field = |name: &str| {
            fields
                .split(',')
                .find_map(|f| f.trim().strip_prefix(name)?.strip_prefix('='))
                .map(str::to_owned)
        };
        let credential = field("Credential").ok_or_else(|| incomplete("Credential"))?;
        let credential = Credential::parse(&credential).ok_or_else(|| incomplete("Credential"))?;
        let signed = field("SignedHeaders").ok_or_else(|| incomplete("SignedHeaders"))?;
        let value = field("Signature").ok_or_else(|| incomplete("Signature"))?;
        let time = head
            .header("x-amz-date")
            .or_else(|| head.header("date"))
            .unwrap_or_default()
            .to_owned();
        if time.is_empty() {
            return Err(SignatureError::Incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.".to_owned()));
        }
        Ok(Self {
            credential,
            time,
            token: head.header("x-amz-security-token").map(str::to_owned),
            value,
            signed_headers: signed.split(';').map(str::to_lowercase).collect(),
            expires: None,
        })
    }

    fn from_query(head: &Head<'_>) -> Result<Self, SignatureError> {
        let parameters = head.parameters();
        let get = |name: &str| {
            parameters
                .iter()
                .find(|(n, _)| n == name)
                .map(|(_, v)| v.clone())
        };
        let need = |name: &str| {
            get(name).ok_or_else(|| SignatureError::Incomplete(format!("The query lacks {name}")))
        };
        let credential = Credential::parse(&need("X-Amz-Credential")?).ok_or_else(|| {
            SignatureError::Incomplete("X-Amz-Credential is malformed".to_owned())
        })?;
        let expires = need("X-Amz-Expires")?
            .parse::<i64>()
            .ok()
            .filter(|e| (1..=MAX_EXPIRES).contains(e));
        Ok(Self {
            credential,
            time: need("X-Amz-Date")?,
            token: get("X-Amz-Security-Token"),
            value: need("X-Amz-Signature")?,
            signed_headers: need("X-Amz-SignedHeaders")?
                .split(';')
                .map(str::to_lowercase)
                .collect(),
            expires: Some(expires.ok_or_else(|| {
                SignatureError::Incomplete("X-Amz-Expires is malformed".to_owned())
            })?),
        })
    }

    /// Whether it was in the query: a presigned URL.
    #[must_use]
    pub fn presigned(&self) -> bool {
        self.expires.is_some()
    }

    /// Verifies it for a service that signs as `service`, with `key` (see [`signing_key`]). `payload` is the hash of the body, or
    /// what stands for it.
    ///
    /// # Errors
    /// Why it is not accepted.
    pub fn verify(
        &self,
        head: &Head<'_>,
        service: &str,
        key: &[u8; 32],
        payload: &str,
        now_ms: i64,
    ) -> Result<(), SignatureError> {
        // What was signed for one service is nothing to another, whatever else the request says.
        if self.credential.service != service {
            return Err(SignatureError::Scope);
        }
        let time = parse_time(&self.time).ok_or_else(|| {
            SignatureError::Incomplete(format!(
                "Date in the request must be in ISO-8601 'basic format'. Got '{}'.",
                self.time
            ))
        })?;
        if !self.time.starts_with(&self.credential.date) {
            return Err(SignatureError::Mismatch);
        }
        match self.expires {
            Some(seconds) if now_ms > time + seconds * 1_000 => {
                return Err(SignatureError::Expired);
            }
            Some(_) if time > now_ms + SKEW_MS => return Err(SignatureError::Skewed),
            None if (now_ms - time).abs() > SKEW_MS => return Err(SignatureError::Skewed),
            _ => {}
        }
        if !self.signed_headers.iter().any(|h| h == "host") {
            return Err(SignatureError::Incomplete(
                "'Host' must be a 'SignedHeader' in the AWS Authorization.".to_owned(),
            ));
        }
        // S3 takes no x-amz- header that the signature does not cover, and nobody one that says what is to be done.
        let uncovered = head.headers.keys().find(|n| {
            let name = n.as_str();
            let counts = match service {
                "s3" => name.starts_with("x-amz-"),
                _ => name == "x-amz-target",
            };
            counts && !self.signed_headers.iter().any(|h| h == name)
        });
        if let Some(name) = uncovered {
            let message =
                format!("There were headers present in the request which were not signed: {name}");
            return Err(SignatureError::Incomplete(message));
        }
        let canonical = self.canonical(head, payload);
        let text = format!(
            "AWS4-HMAC-SHA256\n{}\n{}\n{}",
            self.time,
            self.credential.scope(),
            hash(canonical.as_bytes())
        );
        let expected = hex::encode(mac(key, text.as_bytes()));
        if bool::from(expected.as_bytes().ct_eq(self.value.as_bytes())) {
            Ok(())
        } else {
            Err(SignatureError::Mismatch)
        }
    }

    fn canonical(&self, head: &Head<'_>, payload: &str) -> String {
        let path = decode_percent(head.path);
        let mut uri = utf8_percent_encode(&path, PATH).to_string();
        // Every service but S3 encodes the path twice.
        if self.credential.service != "s3" {
            uri = utf8_percent_encode(&uri, PATH).to_string();
        }
        if uri.is_empty() {
            uri.push('/');
        }
        let encode = |t: &str| utf8_percent_encode(t, UNRESERVED).to_string();
        let mut query: Vec<(String, String)> = head
            .parameters()
            .into_iter()
            .filter(|(n, _)| n != "X-Amz-Signature")
            .map(|(n, v)| (encode(&n), encode(&v)))
            .collect();
        query.sort();
        let query: Vec<String> = query.into_iter().map(|(n, v)| format!("{n}={v}")).collect();
        let mut headers = String::new();
        for name in &self.signed_headers {
            let values: Vec<String> = head
                .headers
                .get_all(name)
                .iter()
                .map(|v| squeeze(&String::from_utf8_lossy(v.as_bytes())))
                .collect();
            let _ = writeln!(headers, "{name}:{}", values.join(","));
        }
        format!(
            "{}\n{uri}\n{}\n{headers}\n{}\n{payload}",
            head.method,
            query.join("&"),
            self.signed_headers.join(";")
        )
    }
}

/// Runs of blanks count as one.
fn squeeze(text: &str) -> String {
    text.split(' ')
        .filter(|p| !p.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
        .trim()
        .to_owned()
}

fn parse_time(text: &str) -> Option<i64> {
    let time = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    Some(
        time.to_zoned(jiff::tz::TimeZone::UTC)
            .ok()?
            .timestamp()
            .as_millisecond(),
    )
}

/// The lower-case hexadecimal SHA-256 of `bytes`.
#[must_use]
pub fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

pub(crate) fn mac(key: &[u8], text: &[u8]) -> [u8; 32] {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return [0; 32];
    };
    mac.update(text);
    mac.finalize().into_bytes().into()
}

/// The key that signs for a day, a region and a service.
#[must_use]
pub fn signing_key(secret: &str, credential: &Credential) -> [u8; 32] {
    let date = mac(
        format!("AWS4{secret}").as_bytes(),
        credential.date.as_bytes(),
    );
    let region = mac(&date, credential.region.as_bytes());
    let service = mac(&region, credential.service.as_bytes());
    mac(&service, b"aws4_request")
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, HeaderValue};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn never_panics(header in "[ -~]{0,120}", query in "[ -~]{0,120}") {
            let mut headers = HeaderMap::new();
            headers.insert("authorization", HeaderValue::from_str(&format!("AWS4-HMAC-SHA256 {header}")).unwrap());
            headers.insert("x-amz-date", HeaderValue::from_str(&header).unwrap());
            let query = format!("X-Amz-Signature=1&{query}");
            let head = Head { method: "GET", path: "/", query: &query, headers: &headers };
            if let Ok(Some(signature)) = Signature::read(&head) {
                prop_assert!(signature.verify(&head, "s3", &[0; 32], "", 0).is_err());
            }
            let none = HeaderMap::new();
            let _ = Signature::read(&Head { headers: &none, ..head });
        }
    }

    /// `get-vanilla-query-order-key-case` of AWS's own test suite.
    #[test]
    fn the_official_vector() {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("example.amazonaws.com"));
        headers.insert("x-amz-date", HeaderValue::from_static("20150830T123600Z"));
        headers.insert("authorization", HeaderValue::from_static("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"));
        let head = Head {
            method: "GET",
            path: "/",
            query: "Param2=value2&Param1=value1",
            headers: &headers,
        };
        let signature = Signature::read(&head).unwrap().unwrap();
        let key = signing_key(
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            &signature.credential,
        );
        let now = parse_time("20150830T123600Z").unwrap();
        assert_eq!(
            signature.verify(&head, "service", &key, &hash(b""), now),
            Ok(())
        );
        assert_eq!(
            signature.verify(&head, "service", &key, &hash(b"x"), now),
            Err(SignatureError::Mismatch)
        );
        assert_eq!(
            signature.verify(&head, "service", &key, &hash(b""), now + SKEW_MS + 1),
            Err(SignatureError::Skewed)
        );
        assert_eq!(
            signature.verify(&head, "kms", &key, &hash(b""), now),
            Err(SignatureError::Scope)
        );
    }

    #[test]
    fn incomplete_signatures_are_said_to_be_so() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "authorization",
            HeaderValue::from_static("AWS4-HMAC-SHA256 Credential=nonsense"),
        );
        let head = Head {
            method: "GET",
            path: "/",
            query: "",
            headers: &headers,
        };
        assert!(matches!(
            Signature::read(&head),
            Err(SignatureError::Incomplete(_))
        ));
    }
}
