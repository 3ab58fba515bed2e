//! Requests for services that are not here: who asks is told which, in the form in which that service would answer.

use serde_json::json;

use crate::respond::{self, Answer};

/// What the request says of how it is made.
pub(crate) struct Strange<'r> {
    /// The service of the credential scope; empty, if nothing is signed.
    pub(crate) service: &'r str,
    /// The header `x-amz-target`, which services that speak JSON have.
    pub(crate) target: Option<&'r str>,
    /// The type of the body.
    pub(crate) content_type: Option<&'r str>,
}

/// Services that speak XML and have no query.
const REST_XML: &[&str] = &["cloudfront", "route53", "s3express"];

/// The answer, with the status 404.
pub(crate) fn answer(request: &Strange<'_>, request_id: &str) -> Answer {
    const CODE: &str = "UnknownOperationException";
    let of = match request.service {
        "" => request.target.unwrap_or_default(),
        service => service,
    };
    // What is no name of a service has no place in an answer.
    let plain = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
    let of: String = of.chars().filter(plain).take(100).collect();
    let message = format!("sekisho has no service {of}");
    let form = request
        .content_type
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let (kind, text) = match request.service {
        "ec2" if form => (
            "text/xml",
            format!(
                "<Response><Errors><Error><Code>{CODE}</Code><Message>{message}</Message></Error></Errors><RequestID>{request_id}</RequestID></Response>\n"
            ),
        ),
        service if form || REST_XML.contains(&service) => (
            "text/xml",
            format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{CODE}</Code><Message>{message}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>\n"
            ),
        ),
        // What ECR answers to a request that it does not know (recorded).
        "" if request.target.is_none() => (
            "application/xml",
            format!("<{CODE}><Message>{message}</Message></{CODE}>\n"),
        ),
        _ => (
            "application/x-amz-json-1.1",
            json!({"__type": CODE, "message": message}).to_string(),
        ),
    };
    let headers = [
        ("content-type", kind),
        ("x-amzn-requestid", request_id),
        ("x-amzn-errortype", CODE),
    ];
    respond::full(404, &headers, text)
}
