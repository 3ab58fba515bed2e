//! rest-xml: which operation a request is, and its input.

use std::collections::HashSet;

use sekisho_model::{Member, Operation, Service, Shape, Type};
use serde_json::{Map, Value, json};

use crate::labels::labels;
use crate::query::scalar;
use crate::xml::{self, Element};
use crate::{Head, Malformed, decode_percent};

/// An operation that fits a request, with what its path says.
#[derive(Debug)]
pub struct Matched<'a> {
    /// The operation.
    pub operation: &'a Operation,
    labels: Vec<(String, String)>,
}

/// Finds the operation: by method, path, the literal query of its pattern, and the parameters and headers that
/// it requires. Of several that fit, the one that asks for most is meant.
#[must_use]
pub fn route<'a>(
    service: &'a Service,
    head: &Head<'_>,
    bucket: Option<&str>,
) -> Option<Matched<'a>> {
    let path = head.path.strip_prefix('/').unwrap_or(head.path);
    let (first, rest) = match bucket {
        Some(bucket) => (bucket.to_owned(), Some(path).filter(|p| !p.is_empty())),
        None => match path.split_once('/') {
            Some((bucket, key)) => (decode_percent(bucket), Some(key).filter(|k| !k.is_empty())),
            None => (decode_percent(path), None),
        },
    };
    let parameters = head.parameters();
    let has = |name: &str| parameters.iter().any(|(n, _)| n == name);
    let mut best: Option<(usize, &Operation)> = None;
    for operation in service.operations.values() {
        let (pattern, literal) = operation
            .http
            .request_uri
            .split_once('?')
            .unwrap_or((&operation.http.request_uri, ""));
        let fits = match pattern {
            "/" => first.is_empty(),
            "/{Bucket}" => !first.is_empty() && rest.is_none(),
            "/{Bucket}/{Key+}" => !first.is_empty() && rest.is_some(),
            // S3 Control's paths have no bucket before them.
            other => labels(other, head.path).is_some(),
        };
        if operation.http.method != head.method || !fits || operation.deprecated {
            continue;
        }
        let literals: Vec<&str> = literal.split('&').filter(|l| !l.is_empty()).collect();
        let literal_fits = literals.iter().all(|l| match l.split_once('=') {
            Some((name, value)) => parameters.iter().any(|(n, v)| n == name && v == value),
            None => has(l),
        });
        let required = required(service, operation);
        let required_fit = required
            .iter()
            .all(|(location, name)| match location.as_str() {
                "querystring" => has(name),
                _ => head.headers.contains_key(name.as_str()),
            });
        let score = literals.len() * 2 + required.len();
        if literal_fits
            && required_fit
            && best.is_none_or(|(s, o)| (score, &o.name) > (s, &operation.name))
        {
            best = Some((score, operation));
        }
    }
    let (_, operation) = best?;
    // What a request says of a part of the resource is no request for the whole: `DELETE /bucket/key?acl` deletes no object.
    let names = parameters.iter().map(|(name, _)| name.as_str());
    if is_of_another(service, operation, names) {
        return None;
    }
    let labels = match operation.http.request_uri.split('?').next() {
        Some("/" | "/{Bucket}" | "/{Bucket}/{Key+}") => {
            let key = rest.map(|key| ("Key".to_owned(), decode_percent(key)));
            let bucket = ("Bucket".to_owned(), first);
            std::iter::once(bucket).chain(key).collect()
        }
        _ => labels(&operation.http.request_uri, head.path).unwrap_or_default(),
    };
    Some(Matched { operation, labels })
}

/// The literal parameters of an operation's pattern.
fn literals(operation: &Operation) -> impl Iterator<Item = &str> {
    let query = operation.http.request_uri.split_once('?');
    let parts = query.map_or("", |(_, query)| query).split('&');
    parts.map(|part| part.split('=').next().unwrap_or_default())
}

/// Whether a parameter says which part of a resource is meant, and an operation does not take it.
fn is_of_another<'n>(
    service: &Service,
    operation: &Operation,
    names: impl Iterator<Item = &'n str>,
) -> bool {
    // Of versions and of uploads in parts: members of some operations, and nothing to the others.
    const PARTS: [&str; 3] = ["versionId", "partNumber", "uploadId"];
    let mut names = names.filter(|name| !name.is_empty()).peekable();
    if names.peek().is_none() {
        return false;
    }
    let parts: HashSet<&str> = service.operations.values().flat_map(literals).collect();
    let shape = operation.input.as_ref();
    let shape = shape.and_then(|i| service.shape(&i.shape));
    let members = shape.into_iter().flat_map(|s| &s.fields);
    let members = members.filter(|(_, m)| m.location.as_deref() == Some("querystring"));
    let taken: HashSet<&str> = members
        .map(|(own, member)| member.location_name.as_deref().unwrap_or(own))
        .chain(literals(operation))
        .collect();
    names.any(|name| (PARTS.contains(&name) || parts.contains(name)) && !taken.contains(name))
}

/// Members that must be in the query or in a header.
fn required(service: &Service, operation: &Operation) -> Vec<(String, String)> {
    let Some(shape) = operation
        .input
        .as_ref()
        .and_then(|i| service.shape(&i.shape))
    else {
        return Vec::new();
    };
    shape
        .fields
        .iter()
        .filter(|(name, _)| shape.required.contains(name))
        .filter_map(|(name, member)| {
            let location = member
                .location
                .clone()
                .filter(|l| l == "querystring" || l == "header")?;
            Some((
                location,
                member.location_name.clone().unwrap_or_else(|| name.clone()),
            ))
        })
        .collect()
}

/// What an object is copied from.
const COPY_SOURCE: &str = "x-amz-copy-source";

/// Whose a bucket has to be.
const OWNER: &str = "x-amz-expected-bucket-owner";

/// Reads the input of a matched operation; a streaming body is left alone.
///
/// # Errors
/// When a value does not have the type that the model says, or the XML is malformed.
pub fn decode(
    service: &Service,
    matched: &Matched<'_>,
    head: &Head<'_>,
    body: &[u8],
) -> Result<Value, Malformed> {
    let mut map = Map::new();
    let Some(shape) = matched
        .operation
        .input
        .as_ref()
        .and_then(|i| service.shape(&i.shape))
    else {
        return Ok(Value::Object(map));
    };
    let parameters = head.parameters();
    let presigned = parameters
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("x-amz-signature"));
    for (name, member) in &shape.fields {
        let wire = member.location_name.as_deref().unwrap_or(name);
        let kind = service
            .shape(&member.shape)
            .map_or(Type::String, |s| s.kind);
        match member.location.as_deref() {
            Some("uri") => {
                if let Some((_, value)) = matched.labels.iter().find(|(n, _)| n == wire) {
                    map.insert(name.clone(), json!(value));
                }
            }
            Some("querystring") if kind == Type::List => {
                let values = parameters.iter().filter(|(n, _)| n == wire);
                let values: Vec<Value> = values.map(|(_, value)| json!(value)).collect();
                if !values.is_empty() {
                    map.insert(name.clone(), Value::Array(values));
                }
            }
            Some("querystring") => {
                if let Some((_, value)) = parameters.iter().find(|(n, _)| n == wire) {
                    map.insert(name.clone(), scalar(kind, value, wire)?);
                }
            }
            Some("header") => {
                let mut values: Vec<&str> = head
                    .headers
                    .get_all(wire)
                    .iter()
                    .filter_map(|v| v.to_str().ok())
                    .collect();
                // A presigned request may say in its query whose the bucket is (recorded: radkawar/stackd
                // s3/presigned_headers).
                if values.is_empty() && wire == OWNER && presigned {
                    let same = |n: &&(String, String)| n.0.eq_ignore_ascii_case(wire);
                    values.extend(parameters.iter().find(same).map(|(_, value)| &**value));
                }
                if !values.is_empty() {
                    let mut text = values.join(",");
                    // It may be escaped as a whole (aws/aws-sdk-js#1821); the rest of it is read where it is used.
                    if wire == COPY_SOURCE && !text.contains('/') {
                        text = text.replace("%2F", "/").replace("%2f", "/");
                    }
                    let value = if kind == Type::List {
                        text.split(',').map(|t| json!(t.trim())).collect()
                    } else {
                        // A time that cannot be read is as good as none.
                        match scalar(kind, &text, wire) {
                            Err(_) if kind == Type::Timestamp => continue,
                            other => other?,
                        }
                    };
                    map.insert(name.clone(), value);
                }
            }
            Some("headers") => {
                let mut found = Map::new();
                for (header, value) in head.headers {
                    if let (Some(rest), Ok(text)) = (
                        header.as_str().strip_prefix(&wire.to_lowercase()),
                        value.to_str(),
                    ) {
                        found.insert(rest.to_owned(), json!(text));
                    }
                }
                map.insert(name.clone(), Value::Object(found));
            }
            _ if shape.payload.as_deref() == Some(name) => {
                payload(service, name, member, body, &mut map)?
            }
            _ => {}
        }
    }
    // Without a payload the members that are nowhere else are those of the body (Smithy, "restXml", request bindings).
    if shape.payload.is_none() && !body.is_empty() {
        let of_body = shape.fields.iter().filter(|(_, m)| m.location.is_none());
        if of_body.clone().next().is_some()
            && let Value::Object(members) = structure(service, shape, &xml::parse(body)?)?
        {
            map.extend(
                members
                    .into_iter()
                    .filter(|(name, _)| of_body.clone().any(|(of_body, _)| of_body == name)),
            );
        }
    }
    Ok(Value::Object(map))
}

fn payload(
    service: &Service,
    name: &str,
    member: &Member,
    body: &[u8],
    map: &mut Map<String, Value>,
) -> Result<(), Malformed> {
    let Some(shape) = service.shape(&member.shape) else {
        return Ok(());
    };
    match shape.kind {
        Type::Structure if !body.is_empty() => {
            let root = xml::parse(body)?;
            map.insert(name.to_owned(), structure(service, shape, &root)?);
        }
        Type::String => {
            let text = std::str::from_utf8(body)
                .map_err(|_| Malformed("the body is not UTF-8".to_owned()))?;
            map.insert(name.to_owned(), json!(text));
        }
        _ => {}
    }
    Ok(())
}

fn structure(service: &Service, shape: &Shape, element: &Element) -> Result<Value, Malformed> {
    let mut map = Map::new();
    for (name, member) in &shape.fields {
        let wire = member.location_name.as_deref().unwrap_or(name);
        if member.xml_attribute {
            let local = wire.rsplit(':').next().unwrap_or_default();
            if let Some((_, value)) = element.attributes.iter().find(|(n, _)| n == local) {
                map.insert(name.clone(), json!(value));
            }
            continue;
        }
        let Some(shape) = service.shape(&member.shape) else {
            continue;
        };
        if shape.kind == Type::List && (shape.flattened || member.flattened) {
            let items = element.children.iter().filter(|c| c.name == wire);
            let items = items
                .map(|c| item(service, shape, c))
                .collect::<Result<Vec<_>, _>>()?;
            if !items.is_empty() {
                map.insert(name.clone(), Value::Array(items));
            }
        } else if let Some(child) = element.child(wire) {
            // Recorded: a member that is given twice is refused, whether the two say the same or not (radkawar/stackd
            // s3/access_raw_replay).
            if element.children.iter().filter(|c| c.name == wire).count() > 1 {
                return Err(Malformed(format!("`{wire}` is given twice")));
            }
            map.insert(name.clone(), value(service, shape, child)?);
        }
    }
    Ok(Value::Object(map))
}

fn item(service: &Service, list: &Shape, element: &Element) -> Result<Value, Malformed> {
    match list.member.as_ref().and_then(|m| service.shape(&m.shape)) {
        Some(shape) => value(service, shape, element),
        None => Ok(Value::Null),
    }
}

fn value(service: &Service, shape: &Shape, element: &Element) -> Result<Value, Malformed> {
    match shape.kind {
        Type::Structure => structure(service, shape, element),
        Type::List => {
            let items = element.children.iter().map(|c| item(service, shape, c));
            Ok(Value::Array(items.collect::<Result<_, _>>()?))
        }
        kind => scalar(kind, &element.text, &element.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderMap;
    use proptest::prelude::*;

    fn operation(method: &str, uri: &str, headers: &HeaderMap) -> String {
        let s3 = sekisho_model::service("s3").unwrap();
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        let head = Head {
            method,
            path,
            query,
            headers,
        };
        route(s3, &head, None).map_or_else(|| "none".to_owned(), |m| m.operation.name.clone())
    }

    #[test]
    fn operations_are_found() {
        let none = HeaderMap::new();
        for (method, uri, name) in [
            ("GET", "/", "ListBuckets"),
            ("PUT", "/b", "CreateBucket"),
            ("HEAD", "/b", "HeadBucket"),
            ("GET", "/b", "ListObjects"),
            ("GET", "/b?list-type=2&prefix=x", "ListObjectsV2"),
            ("GET", "/b?versions", "ListObjectVersions"),
            ("GET", "/b?location=", "GetBucketLocation"),
            ("GET", "/b?policy", "GetBucketPolicy"),
            ("GET", "/b?policyStatus", "GetBucketPolicyStatus"),
            ("PUT", "/b?publicAccessBlock", "PutPublicAccessBlock"),
            ("GET", "/b/k", "GetObject"),
            ("GET", "/b/k?tagging", "GetObjectTagging"),
            ("GET", "/b/k?uploadId=u", "ListParts"),
            ("PUT", "/b/k/with/slashes", "PutObject"),
            ("PUT", "/b/k?partNumber=1&uploadId=u", "UploadPart"),
            ("POST", "/b/k?uploads", "CreateMultipartUpload"),
            ("POST", "/b/k?uploadId=u", "CompleteMultipartUpload"),
            ("DELETE", "/b/k?uploadId=u", "AbortMultipartUpload"),
            ("DELETE", "/b/k", "DeleteObject"),
            ("POST", "/b?delete", "DeleteObjects"),
        ] {
            assert_eq!(operation(method, uri, &none), name, "{method} {uri}");
        }
        let mut copy = HeaderMap::new();
        copy.insert("x-amz-copy-source", "/a/b".parse().unwrap());
        assert_eq!(operation("PUT", "/b/k", &copy), "CopyObject");
    }

    proptest! {
        #[test]
        fn xml_never_panics(text in r#"(<(Tagging|TagSet|Tag|Key)/?>|</(Tagging|Tag)>|&amp;|&x;|<!\[CDATA\[|\]\]>|a| |"){0,30}"#) {
            let _ = xml::parse(text.as_bytes());
        }
    }

    #[test]
    fn bodies_are_read() {
        let s3 = sekisho_model::service("s3").unwrap();
        let headers = HeaderMap::new();
        let head = Head {
            method: "PUT",
            path: "/b",
            query: "tagging",
            headers: &headers,
        };
        let matched = route(s3, &head, None).unwrap();
        let body = b"<?xml version=\"1.0\"?><Tagging xmlns=\"x\"><TagSet><Tag><Key>a&amp;b</Key><Value>c</Value></Tag></TagSet></Tagging>";
        let value = decode(s3, &matched, &head, body).unwrap();
        assert_eq!(
            value,
            json!({"Bucket": "b", "Tagging": {"TagSet": [{"Key": "a&b", "Value": "c"}]}})
        );
        assert!(decode(s3, &matched, &head, b"<Tagging><TagSet>").is_err());
        assert!(decode(s3, &matched, &head, b"<!DOCTYPE x><Tagging/>").is_err());
    }
}
