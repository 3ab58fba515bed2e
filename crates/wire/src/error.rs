//! Errors in the form of each protocol.

use serde_json::{Map, Value, json};

use crate::xml;

/// An error, ready to be written.
#[derive(Debug, Clone, Copy)]
pub struct Failure<'a> {
    /// The code.
    pub code: &'a str,
    /// The sentence.
    pub message: &'a str,
    /// The status.
    pub status: u16,
    /// Further members.
    pub fields: &'a Map<String, Value>,
    /// The request's id.
    pub request_id: &'a str,
}

/// The body of `failure` for `protocol` (`json`, `rest-json`, `query` or `rest-xml`), and its content type.
#[must_use]
pub fn render(failure: &Failure<'_>, protocol: &str, namespace: &str) -> (Vec<u8>, &'static str) {
    match protocol {
        "json" | "rest-json" => {
            // AccessDeniedException has a capital M (recorded for ECR and KMS).
            let name = if failure.code == "AccessDeniedException" {
                "Message"
            } else {
                "message"
            };
            let mut body = json!({"__type": failure.code, name: failure.message});
            if let Some(map) = body.as_object_mut() {
                map.extend(failure.fields.clone());
            }
            let kind = if protocol == "json" {
                "application/x-amz-json-1.1"
            } else {
                "application/json"
            };
            (body.to_string().into_bytes(), kind)
        }
        "query" => {
            let kind = if failure.status >= 500 {
                "Receiver"
            } else {
                "Sender"
            };
            let mut out =
                format!("<ErrorResponse xmlns=\"{namespace}\"><Error><Type>{kind}</Type>");
            xml::leaf("Code", failure.code, &mut out);
            xml::leaf("Message", failure.message, &mut out);
            out.push_str("</Error>");
            xml::leaf("RequestId", failure.request_id, &mut out);
            out.push_str("</ErrorResponse>");
            (out.into_bytes(), "text/xml")
        }
        _ => {
            let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
            xml::leaf("Code", failure.code, &mut out);
            xml::leaf("Message", failure.message, &mut out);
            for (name, value) in failure.fields {
                xml::leaf(name, &crate::query::text(value), &mut out);
            }
            xml::leaf("RequestId", failure.request_id, &mut out);
            xml::leaf("HostId", failure.request_id, &mut out);
            out.push_str("</Error>");
            (out.into_bytes(), "application/xml")
        }
    }
}
