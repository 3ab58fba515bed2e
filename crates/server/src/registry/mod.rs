//! The OCI distribution API: another way to the operations of ECR, with the same authorization.

use std::net::SocketAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::request::Parts;
use hyper::body::Incoming;
use sekisho_arn::is_account_id;
use sekisho_engine::{ApiError, Call, Caller, Reply};
use serde_json::{Value, json};

use crate::body;
use crate::respond::{self, Answer};
use crate::{Shared, api, auth};

mod uploads;

const VERSION: (&str, &str) = ("docker-distribution-api-version", "registry/2.0");

pub(crate) async fn answer(
    shared: &Arc<Shared>,
    parts: &Parts,
    body: Incoming,
    peer: SocketAddr,
) -> Answer {
    let host = parts
        .headers
        .get("host")
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let Some((caller, region)) = login(shared, parts) else {
        let challenge = format!("Basic realm=\"{host}\",service=\"ecr.amazonaws.com\"");
        let headers = [
            ("www-authenticate", challenge.as_str()),
            ("content-type", "text/plain; charset=utf-8"),
            VERSION,
        ];
        return respond::full(401, &headers, "Not Authorized\n");
    };
    let path = parts
        .uri
        .path()
        .strip_prefix("/v2")
        .unwrap_or_default()
        .trim_start_matches('/');
    if path.is_empty() {
        return respond::full(200, &[VERSION, ("content-type", "application/json")], "{}");
    }
    let Some((name, kind, reference)) = split(path) else {
        return failure(
            404,
            "UNSUPPORTED",
            "the path is none of the distribution API",
        );
    };
    // AWS's own hosts say whose registry it is, and in which region; others leave that to the name.
    let (own, of) = registry_of(host);
    if of.is_some_and(|of| of != region) {
        let message = format!("the token is of {region}, and the registry of another region");
        return failure(401, "UNAUTHORIZED", &message);
    }
    let own = own.as_deref();
    let (account, name) = match (own, name.split_once('/')) {
        (Some(account), _) => (account.to_owned(), name.to_owned()),
        (None, Some((account, rest))) if is_account_id(account) => {
            (account.to_owned(), rest.to_owned())
        }
        (None, _) => (caller.account().to_owned(), name.to_owned()),
    };
    let registry = Registry {
        shared,
        parts,
        peer,
        caller,
        region,
        account,
        name,
    };
    let result = match (kind, parts.method.as_str()) {
        ("manifests", "GET" | "HEAD") => registry.get_manifest(reference),
        ("manifests", "PUT") => registry.put_manifest(reference, body).await,
        ("manifests", "DELETE") => registry.delete_manifest(reference),
        ("blobs", "HEAD") => registry.head_blob(reference),
        ("blobs", "GET") => registry.get_blob(reference),
        ("uploads", "POST") => registry.begin(body).await,
        ("uploads", "PATCH") => registry.append(reference, body).await,
        ("uploads", "PUT") => registry.complete(reference, body).await,
        ("tags", "GET") => registry.tags(),
        (kind, method) => Err(ApiError::new(
            "UNSUPPORTED",
            format!("sekisho does not support {method} of {kind} yet"),
        )
        .status(405)),
    };
    result.unwrap_or_else(|error| denial(&error))
}

/// The account that a host begins with, and the region where it is a host as AWS has them: `ACCOUNT.dkr.ecr.REGION.amazonaws.com`,
/// `ACCOUNT.dkr-ecr.REGION.on.aws` (Amazon ECR user guide, "Making requests to the Amazon ECR registry").
fn registry_of(host: &str) -> (Option<String>, Option<String>) {
    let host = crate::route::plain(host);
    let labels: Vec<&str> = host.split('.').collect();
    let Some((account, rest)) = labels.split_first().filter(|(a, _)| is_account_id(a)) else {
        return (None, None);
    };
    let region = match rest {
        ["dkr", "ecr" | "ecr-fips", region, _, ..]
        | ["dkr-ecr" | "dkr-ecr-fips", region, _, ..] => Some((*region).to_owned()),
        _ => None,
    };
    (Some((*account).to_owned()), region)
}

/// The holder of the token in the `Authorization` header, and the region that it was issued in.
fn login(shared: &Shared, parts: &Parts) -> Option<(Caller, String)> {
    let header = parts.headers.get("authorization")?.to_str().ok()?;
    let plain = STANDARD.decode(header.strip_prefix("Basic ")?).ok()?;
    let plain = String::from_utf8(plain).ok()?;
    let (region, token) = plain.strip_prefix("AWS:")?.split_once('.')?;
    let credential = shared
        .engine
        .verify_token(token, &sekisho_ecr::registry_purpose(region))
        .ok()??;
    Some((credential.caller, region.to_owned()))
}

/// `<name>/manifests/<reference>` and the like; names hold slashes.
fn split(path: &str) -> Option<(&str, &'static str, &str)> {
    if let Some((name, reference)) = path.rsplit_once("/blobs/uploads/") {
        return Some((name, "uploads", reference));
    }
    if let Some(name) = path.strip_suffix("/blobs/uploads") {
        return Some((name, "uploads", ""));
    }
    if let Some(name) = path.strip_suffix("/tags/list") {
        return Some((name, "tags", ""));
    }
    let (rest, reference) = path.rsplit_once('/')?;
    if let Some(name) = rest.strip_suffix("/manifests") {
        return Some((name, "manifests", reference));
    }
    rest.strip_suffix("/blobs")
        .map(|name| (name, "blobs", reference))
}

fn failure(status: u16, code: &str, message: &str) -> Answer {
    let body = format!(
        "{}\n",
        json!({"errors": [{"code": code, "message": message}]})
    );
    respond::full(
        status,
        &[("content-type", "application/json; charset=utf-8"), VERSION],
        body,
    )
}

/// ECR's errors in the words of the distribution specification.
fn denial(error: &ApiError) -> Answer {
    let (status, code) = match error.code.as_str() {
        "AccessDeniedException" | "AccessDenied" => (403, "DENIED"),
        "RepositoryNotFoundException" => (404, "NAME_UNKNOWN"),
        "ImageNotFoundException" => (404, "MANIFEST_UNKNOWN"),
        "LayersNotFoundException" => (404, "BLOB_UNKNOWN"),
        "ReferencedImagesNotFoundException" => (404, "MANIFEST_BLOB_UNKNOWN"),
        "UploadNotFoundException" => (404, "BLOB_UPLOAD_UNKNOWN"),
        "InvalidLayerException" | "ImageDigestDoesNotMatchException" => (400, "DIGEST_INVALID"),
        "InvalidLayerPartException" => (416, "BLOB_UPLOAD_INVALID"),
        "ImageTagAlreadyExistsException" => (400, "TAG_INVALID"),
        "InvalidParameterException" => (400, "MANIFEST_INVALID"),
        other => (error.status.unwrap_or(400), other),
    };
    failure(status, code, &error.message)
}

struct Registry<'a> {
    shared: &'a Arc<Shared>,
    parts: &'a Parts,
    peer: SocketAddr,
    caller: Caller,
    region: String,
    account: String,
    name: String,
}

impl Registry<'_> {
    fn prepare(&self, operation: &str, repository: &str, mut input: Value) -> Call {
        if let Some(map) = input.as_object_mut() {
            map.insert("registryId".to_owned(), json!(self.account));
            map.insert("repositoryName".to_owned(), json!(repository));
        }
        Call {
            caller: self.caller.clone(),
            service: "ecr".to_owned(),
            operation: operation.to_owned(),
            input,
            origin: auth::origin(self.parts, self.peer, &self.region),
        }
    }

    fn call(&self, operation: &str, input: Value) -> Result<Reply, ApiError> {
        api::run(
            self.shared,
            self.prepare(operation, &self.name, input),
            None,
        )
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.parts.headers.get(name).and_then(|v| v.to_str().ok())
    }

    fn parameter(&self, name: &str) -> Option<String> {
        auth::head(self.parts)
            .parameters()
            .into_iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v)
    }

    fn is_head(&self) -> bool {
        self.parts.method == http::Method::HEAD
    }

    fn get_manifest(&self, reference: &str) -> Result<Answer, ApiError> {
        let reply = self.call("BatchGetImage", json!({"imageIds": [image_id(reference)]}))?;
        let Some(image) = reply.output.pointer("/images/0") else {
            let message = "Requested image not found";
            return Err(ApiError::new("ImageNotFoundException", message));
        };
        let text = |pointer: &str| {
            image
                .pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let (manifest, kind, digest) = (
            text("/imageManifest"),
            text("/imageManifestMediaType"),
            text("/imageId/imageDigest"),
        );
        let length = manifest.len().to_string();
        if self.is_head() {
            let headers = [
                ("content-type", kind.as_str()),
                ("docker-content-digest", &digest),
                ("content-length", &length),
                VERSION,
            ];
            return Ok(respond::full(200, &headers, ""));
        }
        Ok(respond::full(
            200,
            &[
                ("content-type", kind.as_str()),
                ("docker-content-digest", &digest),
                VERSION,
            ],
            manifest,
        ))
    }

    async fn put_manifest(&self, reference: &str, body: Incoming) -> Result<Answer, ApiError> {
        let bytes = body::whole(body).await?;
        let Ok(text) = std::str::from_utf8(&bytes) else {
            return Err(ApiError::new(
                "InvalidParameterException",
                "the manifest is not UTF-8",
            ));
        };
        let mut input = json!({"imageManifest": text});
        if let Some(map) = input.as_object_mut() {
            if let Some(kind) = self.header("content-type") {
                map.insert("imageManifestMediaType".to_owned(), json!(kind));
            }
            let name = if reference.starts_with("sha256:") {
                "imageDigest"
            } else {
                "imageTag"
            };
            map.insert(name.to_owned(), json!(reference));
        }
        let digest = format!("sha256:{}", sekisho_wire::hash(&bytes));
        match self.call("PutImage", input) {
            Ok(_) => {}
            Err(error) if error.code == "ImageAlreadyExistsException" => {}
            Err(error) => return Err(error),
        }
        let location = format!("/v2/{}/manifests/{digest}", self.path_name());
        Ok(respond::full(
            201,
            &[
                ("docker-content-digest", digest.as_str()),
                ("location", &location),
                VERSION,
            ],
            "",
        ))
    }

    fn delete_manifest(&self, reference: &str) -> Result<Answer, ApiError> {
        let reply = self.call(
            "BatchDeleteImage",
            json!({"imageIds": [image_id(reference)]}),
        )?;
        match reply
            .output
            .pointer("/failures/0/failureReason")
            .and_then(Value::as_str)
        {
            Some(reason) => Err(ApiError::new("ImageNotFoundException", reason)),
            None => Ok(respond::full(202, &[VERSION], "")),
        }
    }

    fn head_blob(&self, digest: &str) -> Result<Answer, ApiError> {
        let reply = self.call(
            "BatchCheckLayerAvailability",
            json!({"layerDigests": [digest]}),
        )?;
        match reply
            .output
            .pointer("/layers/0/layerSize")
            .and_then(Value::as_u64)
        {
            Some(size) => {
                let size = size.to_string();
                let headers = [
                    ("content-length", size.as_str()),
                    ("content-type", "application/octet-stream"),
                    ("docker-content-digest", digest),
                    VERSION,
                ];
                Ok(respond::full(200, &headers, ""))
            }
            None => Err(ApiError::new(
                "LayersNotFoundException",
                format!("blob {digest} is not in {}", self.name),
            )),
        }
    }

    fn get_blob(&self, digest: &str) -> Result<Answer, ApiError> {
        let reply = self.call("GetDownloadUrlForLayer", json!({"layerDigest": digest}))?;
        let Some(mut body) = reply.body else {
            return Err(ApiError::internal("a layer without bytes"));
        };
        let size = body.length();
        let headers = [
            ("content-type", "application/octet-stream"),
            ("docker-content-digest", digest),
            VERSION,
        ];
        let range = self
            .header("range")
            .and_then(|r| r.strip_prefix("bytes="))
            .and_then(|r| r.split_once('-'));
        let Some((Ok(first), last)) =
            range.map(|(first, last)| (first.parse::<u64>(), last.parse::<u64>()))
        else {
            return Ok(respond::streaming(200, &headers, body));
        };
        let last = last.unwrap_or(u64::MAX).min(size.saturating_sub(1));
        if first > last {
            return Ok(failure(416, "BLOB_UNKNOWN", "the range is not satisfiable"));
        }
        body.narrow(first, last - first + 1);
        let text = format!("bytes {first}-{last}/{size}");
        let mut headers = headers.to_vec();
        headers.push(("content-range", &text));
        Ok(respond::streaming(206, &headers, body))
    }

    /// How the client names the repository: with the account, if it did so.
    fn path_name(&self) -> String {
        let with = format!("/v2/{}/", self.account);
        if self.parts.uri.path().starts_with(&with) {
            format!("{}/{}", self.account, self.name)
        } else {
            self.name.clone()
        }
    }

    fn tags(&self) -> Result<Answer, ApiError> {
        let mut tags = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let mut input = json!({"filter": {"tagStatus": "TAGGED"}, "maxResults": 1_000});
            if let (Some(token), Some(map)) = (&token, input.as_object_mut()) {
                map.insert("nextToken".to_owned(), json!(token));
            }
            let reply = self.call("ListImages", input)?;
            let ids = reply
                .output
                .get("imageIds")
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default();
            tags.extend(
                ids.iter()
                    .filter_map(|i| i.get("imageTag")?.as_str().map(str::to_owned)),
            );
            token = reply
                .output
                .get("nextToken")
                .and_then(Value::as_str)
                .map(str::to_owned);
            if token.is_none() {
                break;
            }
        }
        tags.sort();
        if let Some(last) = self.parameter("last") {
            tags.retain(|t| *t > last);
        }
        if let Some(limit) = self.parameter("n").and_then(|n| n.parse::<usize>().ok()) {
            tags.truncate(limit);
        }
        // Recorded: the content type is not JSON.
        let body = json!({"name": self.name, "tags": tags}).to_string();
        Ok(respond::full(
            200,
            &[("content-type", "text/plain; charset=utf-8"), VERSION],
            body,
        ))
    }
}

fn image_id(reference: &str) -> Value {
    if reference.starts_with("sha256:") {
        json!({"imageDigest": reference})
    } else {
        json!({"imageTag": reference})
    }
}

#[cfg(test)]
mod tests {
    use super::registry_of;

    #[test]
    fn hosts_name_registries() {
        let account = Some("111111111111");
        for (host, expected) in [
            (
                "111111111111.dkr.ecr.us-east-1.amazonaws.com",
                (account, Some("us-east-1")),
            ),
            (
                "111111111111.DKR.ECR-fips.US-EAST-1.localhost:4777",
                (account, Some("us-east-1")),
            ),
            (
                "111111111111.dkr-ecr.eu-west-1.on.aws:443",
                (account, Some("eu-west-1")),
            ),
            ("111111111111.registry.svc.cluster.local", (account, None)),
            ("111111111111.dkr.ecr.localhost:4777", (account, None)),
            ("111111111111.localhost", (account, None)),
            ("registry.localhost:4777", (None, None)),
            ("127.0.0.1:4777", (None, None)),
        ] {
            let (own, region) = registry_of(host);
            assert_eq!((own.as_deref(), region.as_deref()), expected, "{host}");
        }
    }
}
