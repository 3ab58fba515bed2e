//! Answers.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::BodyExt as _;
use http_body_util::Full;
use http_body_util::combinators::UnsyncBoxBody;
use sekisho_engine::{ApiError, BodyOut};
use sekisho_model::Service;
use sekisho_wire::{Failure, cbor, render_error};

use crate::stream::Outgoing;

pub(crate) type Answer = Response<UnsyncBoxBody<Bytes, std::io::Error>>;

/// An answer with a body that is there.
pub(crate) fn full(status: u16, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Answer {
    let body = Full::new(body.into())
        .map_err(|never| match never {})
        .boxed_unsync();
    build(status, headers, body)
}

/// An answer whose body streams.
pub(crate) fn streaming(status: u16, headers: &[(&str, &str)], body: BodyOut) -> Answer {
    build(status, headers, Outgoing::new(body).boxed_unsync())
}

fn build(
    status: u16,
    headers: &[(&str, &str)],
    body: UnsyncBoxBody<Bytes, std::io::Error>,
) -> Answer {
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        // Values that cannot be header values (line breaks in metadata) are left out.
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(value),
        ) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

pub(crate) fn health() -> Answer {
    let body = format!(
        "{{\"status\":\"ready\",\"version\":\"{}\"}}\n",
        env!("CARGO_PKG_VERSION")
    );
    full(200, &[("content-type", "application/json")], body)
}

/// In which form a client is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// That of the service's protocol.
    Protocol,
    /// The same for a HEAD request, which has no body.
    Head,
    /// CBOR, where the client asks for it.
    Cbor,
}

/// An error, as the client wants to read it.
pub(crate) fn error(service: &Service, error: &ApiError, request_id: &str, form: Form) -> Answer {
    let status = error
        .status
        .or_else(|| service.error_status(&error.code))
        .unwrap_or(400);
    let failure = Failure {
        code: &error.code,
        message: &error.message,
        status,
        fields: &error.fields,
        request_id,
    };
    let namespace = service
        .metadata
        .xml_namespace
        .as_deref()
        .unwrap_or_default();
    let (body, kind) = match form {
        Form::Cbor => (cbor::error(&failure), cbor::CONTENT_TYPE),
        _ => render_error(&failure, &service.metadata.protocol, namespace),
    };
    let event = error.event.map(|e| e.to_string()).unwrap_or_default();
    let mut headers = vec![
        ("content-type", kind),
        ("x-amzn-requestid", request_id),
        ("x-amz-request-id", request_id),
    ];
    if form == Form::Cbor {
        headers.push(("smithy-protocol", cbor::PROTOCOL));
    }
    if !event.is_empty() {
        headers.push(("x-sekisho-event", &event));
    }
    if service.metadata.protocol.ends_with("json") {
        headers.push(("x-amzn-errortype", &error.code));
    }
    if let Some(message) = &error.encoded {
        headers.push(("x-sekisho-authorization-message", message));
    }
    if let Some(id) = &error.authorization {
        headers.push(("x-sekisho-authorization-id", id));
    }
    if let Some(region) = error.fields.get("BucketRegion").and_then(|v| v.as_str()) {
        headers.push(("x-amz-bucket-region", region));
    }
    // Neither a HEAD request nor a 304 has a body.
    let body = if form == Form::Head || status == 304 {
        Vec::new()
    } else {
        body
    };
    full(status, &headers, body)
}
