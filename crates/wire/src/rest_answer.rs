//! rest-xml: answers.

use sekisho_model::{Member, Operation, Service, Shape, Type};
use serde_json::Value;

use crate::query::text;
use crate::{time, xml};

/// An answer, but for a body that streams.
#[derive(Debug, Default)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// Writes an answer.
#[must_use]
pub fn encode(service: &Service, operation: &Operation, output: &Value) -> Answer {
    let mut answer = Answer {
        status: operation.http.response_code.unwrap_or(200),
        ..Answer::default()
    };
    let Some(shape) = operation
        .output
        .as_ref()
        .and_then(|o| service.shape(&o.shape))
    else {
        return answer;
    };
    for (name, member) in &shape.fields {
        let Some(value) = output.get(name).filter(|v| !v.is_null()) else {
            continue;
        };
        let wire = member.location_name.as_deref().unwrap_or(name);
        match member.location.as_deref() {
            Some("header") => {
                let kind = service
                    .shape(&member.shape)
                    .map(|s| (s.kind, s.timestamp_format.as_deref()));
                let value = match kind {
                    Some((Type::Timestamp, Some("iso8601"))) => {
                        time::iso(value.as_f64().unwrap_or_default())
                    }
                    Some((Type::Timestamp, _)) => time::http(value.as_f64().unwrap_or_default()),
                    _ => text(value),
                };
                answer.headers.push((wire.to_owned(), value));
            }
            Some("headers") => {
                for (key, value) in value.as_object().into_iter().flatten() {
                    answer.headers.push((format!("{wire}{key}"), text(value)));
                }
            }
            _ => {}
        }
    }
    answer.body = body(service, operation, shape, output);
    if !answer.body.is_empty()
        && shape
            .payload
            .as_deref()
            .is_none_or(|p| !is_text(service, shape, p))
    {
        answer
            .headers
            .push(("Content-Type".to_owned(), "application/xml".to_owned()));
    }
    answer
}

fn is_text(service: &Service, shape: &Shape, payload: &str) -> bool {
    let member = shape.fields.iter().find(|(n, _)| n == payload);
    member
        .and_then(|(_, m)| service.shape(&m.shape))
        .is_some_and(|s| s.kind == Type::String)
}

fn body(service: &Service, operation: &Operation, shape: &Shape, output: &Value) -> Vec<u8> {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    if operation.name == "GetBucketLocation" {
        // The one answer whose root is its only member.
        let region = output
            .get("LocationConstraint")
            .map(text)
            .unwrap_or_default();
        out.push_str(&format!("<LocationConstraint xmlns=\"{NAMESPACE}\">"));
        xml::escape(&region, &mut out);
        out.push_str("</LocationConstraint>");
        return out.into_bytes();
    }
    match &shape.payload {
        Some(payload) => {
            let Some((_, member)) = shape.fields.iter().find(|(n, _)| n == payload) else {
                return Vec::new();
            };
            let Some(value) = output.get(payload).filter(|v| !v.is_null()) else {
                return Vec::new();
            };
            match service.shape(&member.shape) {
                Some(inner) if inner.kind == Type::Structure => {
                    let name = member
                        .location_name
                        .as_deref()
                        .or(inner.location_name.as_deref())
                        .unwrap_or(payload);
                    root(service, inner, name, value, &mut out);
                    out.into_bytes()
                }
                Some(inner) if inner.kind == Type::String => text(value).into_bytes(),
                _ => Vec::new(),
            }
        }
        None => {
            let in_body = |(_, m): &&(String, Member)| m.location.is_none();
            if shape.fields.iter().filter(in_body).count() == 0 {
                return Vec::new();
            }
            let name = match operation.name.as_str() {
                "ListBuckets" => "ListAllMyBucketsResult",
                "ListObjects" | "ListObjectsV2" => "ListBucketResult",
                "ListObjectVersions" => "ListVersionsResult",
                "DeleteObjects" => "DeleteResult",
                "GetBucketTagging" | "GetObjectTagging" => "Tagging",
                "GetBucketAcl" | "GetObjectAcl" => "AccessControlPolicy",
                "GetBucketVersioning" => "VersioningConfiguration",
                "CreateMultipartUpload" => "InitiateMultipartUploadResult",
                other => &format!("{other}Result"),
            };
            root(service, shape, name, output, &mut out);
            out.into_bytes()
        }
    }
}

fn root(service: &Service, shape: &Shape, name: &str, value: &Value, out: &mut String) {
    out.push_str(&format!("<{name} xmlns=\"{NAMESPACE}\">"));
    structure(service, shape, value, out);
    out.push_str(&format!("</{name}>"));
}

fn structure(service: &Service, shape: &Shape, value: &Value, out: &mut String) {
    for (name, member) in shape
        .fields
        .iter()
        .filter(|(_, m)| m.location.is_none() && !m.xml_attribute)
    {
        if let Some(value) = value.get(name).filter(|v| !v.is_null()) {
            element(
                service,
                member,
                member.location_name.as_deref().unwrap_or(name),
                value,
                out,
            );
        }
    }
}

fn element(service: &Service, member: &Member, name: &str, value: &Value, out: &mut String) {
    let Some(shape) = service.shape(&member.shape) else {
        return;
    };
    match shape.kind {
        Type::Structure => {
            let mut open = name.to_owned();
            let prefix = member
                .xml_namespace
                .as_ref()
                .or(shape.xml_namespace.as_ref())
                .and_then(|n| Some((n.prefix.as_ref()?, &n.uri)));
            if let Some((prefix, uri)) = prefix {
                open.push_str(&format!(" xmlns:{prefix}=\"{uri}\""));
            }
            for (field, inner) in shape.fields.iter().filter(|(_, m)| m.xml_attribute) {
                if let Some(value) = value.get(field) {
                    open.push_str(&format!(
                        " {}=\"",
                        inner.location_name.as_deref().unwrap_or(field)
                    ));
                    xml::escape(&text(value), &mut open);
                    open.push('"');
                }
            }
            out.push_str(&format!("<{open}>"));
            structure(service, shape, value, out);
            out.push_str(&format!("</{name}>"));
        }
        Type::List => {
            let Some(inner) = &shape.member else { return };
            let items = value.as_array().into_iter().flatten();
            if shape.flattened || member.flattened {
                items.for_each(|item| element(service, inner, name, item, out));
            } else {
                out.push_str(&format!("<{name}>"));
                let item_name = inner.location_name.as_deref().unwrap_or("member");
                items.for_each(|item| element(service, inner, item_name, item, out));
                out.push_str(&format!("</{name}>"));
            }
        }
        Type::Timestamp => xml::leaf(name, &time::iso_ms(value.as_f64().unwrap_or_default()), out),
        _ => xml::leaf(name, &text(value), out),
    }
}
