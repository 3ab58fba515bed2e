//! The APIs: JSON, query and rest-xml.

use std::net::SocketAddr;
use std::sync::Arc;

use http::request::Parts;
use hyper::body::Incoming;
use sekisho_engine::{ApiError, Call, Caller, Reply};
use sekisho_model::Operation;
use sekisho_wire::{Head, Malformed, Matched, Signature, SignatureError, Signing, cbor};
use serde_json::Value;

use crate::Shared;
use crate::auth::{self, Signed};
use crate::body::{self, Framing};
use crate::respond::{self, Answer, Form};
use crate::route::{self, Target};
use crate::said;
use crate::strange::{self, Strange};

pub(crate) async fn answer(
    shared: &Arc<Shared>,
    parts: &Parts,
    bucket: Option<String>,
    body: Incoming,
    peer: SocketAddr,
) -> Answer {
    let request_id = shared.engine.ids().uuid();
    let head = auth::head(parts);
    let signature = Signature::read(&head);
    let signed = signature.as_ref().ok().and_then(Option::as_ref);
    let Some(target) = route::find(parts, bucket, signed) else {
        let service = match &signature {
            Ok(Some(s)) => s.credential.service.as_str(),
            _ => "",
        };
        let strange = Strange {
            service,
            target: head.header("x-amz-target"),
            content_type: head.header("content-type"),
        };
        return strange::answer(&strange, &request_id);
    };
    let request = Request {
        shared,
        parts,
        head,
        peer,
        target: &target,
        request_id: &request_id,
    };
    let result = match signature {
        Err(SignatureError::Incomplete(message)) => Err(auth::incomplete(target.name, &message)),
        Err(_) => Err(auth::mismatch(target.name)),
        Ok(signature) => request.serve(signature, body).await,
    };
    let form = match head.method {
        _ if request.speaks_cbor() => Form::Cbor,
        "HEAD" => Form::Head,
        _ => Form::Protocol,
    };
    result.unwrap_or_else(|error| respond::error(target.model, &error, &request_id, form))
}

struct Request<'a> {
    shared: &'a Arc<Shared>,
    parts: &'a Parts,
    head: Head<'a>,
    peer: SocketAddr,
    target: &'a Target,
    request_id: &'a str,
}

fn malformed(protocol: &str) -> impl Fn(Malformed) -> ApiError {
    let code = match protocol {
        "json" | "rest-json" => "SerializationException",
        "query" => "MalformedInput",
        _ => "MalformedXML",
    };
    move |Malformed(message)| ApiError::new(code, message).status(400)
}

impl Request<'_> {
    async fn serve(
        &self,
        signature: Option<Signature>,
        body: Incoming,
    ) -> Result<Answer, ApiError> {
        // What is signed in one spelling and read in none would be left out without a word (aws/aws-sdk-java#2694).
        let unread = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            name.as_str().starts_with("x-amz-") && value.to_str().is_err()
        };
        if self.parts.headers.iter().any(unread) {
            return Err(auth::mismatch(self.target.name));
        }
        match self.target.model.metadata.protocol.as_str() {
            "rest-xml" => self.rest(signature, body).await,
            protocol => {
                let body = body::whole(body).await?;
                let region = self.region(signature.as_ref());
                let Some(signature) = signature else {
                    return Err(auth::missing(self.target.name));
                };
                let (caller, _) = self.verify(signature, &sekisho_wire::hash(&body))?;
                match protocol {
                    "json" if self.head.method != "POST" => {
                        let message = "operations are asked for with POST";
                        Err(ApiError::new("UnknownOperationException", message).status(404))
                    }
                    "json" if self.speaks_cbor() => self.cbor(caller, &region, &body),
                    "json" => self.json(caller, &region, &body),
                    "rest-json" => self.rest_json(caller, &region, &body),
                    _ => self.query(caller, &region, &body),
                }
            }
        }
    }

    fn region(&self, signature: Option<&Signature>) -> String {
        signature.map_or_else(
            || self.shared.region.clone(),
            |s| auth::region(&s.credential.region).to_owned(),
        )
    }

    fn verify(&self, signature: Signature, payload: &str) -> Result<(Caller, Signed), ApiError> {
        auth::verify(
            &self.shared.engine,
            &self.shared.keys,
            &self.head,
            signature,
            self.target,
            payload,
        )
    }

    fn call(&self, caller: Caller, region: &str, operation: &str, input: Value) -> Call {
        Call {
            caller,
            service: self.target.name.to_owned(),
            operation: operation.to_owned(),
            input,
            origin: auth::origin(self.parts, self.peer, region).requested(self.request_id),
        }
    }

    /// Calls the engine. Where commits go to disk, the thread may have to wait for it.
    fn run(&self, call: Call, body: Option<sekisho_engine::Body>) -> Result<Reply, ApiError> {
        run(self.shared, call, body)
    }

    fn operation(&self, name: &str) -> Result<&'static Operation, ApiError> {
        self.target.model.operations.get(name).ok_or_else(|| {
            let message = format!("{} has no operation {name}", self.target.name);
            let (code, status) = match self.target.model.metadata.protocol.as_str() {
                "query" => ("InvalidAction", 400),
                _ => ("UnknownOperationException", 404),
            };
            ApiError::new(code, message).status(status)
        })
    }

    /// Whether the client chose CBOR where the service speaks JSON as well.
    fn speaks_cbor(&self) -> bool {
        self.target.model.metadata.protocol == "json"
            && self.head.header("smithy-protocol") == Some(cbor::PROTOCOL)
    }

    fn cbor(&self, caller: Caller, region: &str, body: &[u8]) -> Result<Answer, ApiError> {
        let operation = self.operation(cbor::operation(self.head.path).unwrap_or_default())?;
        let input = cbor::decode(body).map_err(malformed("json"))?;
        let reply = self.run(self.call(caller, region, &operation.name, input), None)?;
        let event = reply.event.to_string();
        let headers = [
            ("content-type", cbor::CONTENT_TYPE),
            ("smithy-protocol", cbor::PROTOCOL),
            ("x-amzn-requestid", self.request_id),
            ("x-sekisho-event", &event),
        ];
        let body = cbor::encode(self.target.model, operation, &reply.output);
        Ok(respond::full(200, &headers, body))
    }

    fn json(&self, caller: Caller, region: &str, body: &[u8]) -> Result<Answer, ApiError> {
        let name = self
            .head
            .header("x-amz-target")
            .and_then(|t| t.split_once('.'))
            .map(|(_, n)| n)
            .unwrap_or_default();
        let operation = self.operation(name)?;
        let version = self
            .target
            .model
            .metadata
            .json_version
            .as_deref()
            .unwrap_or("1.1");
        let kind = format!("application/x-amz-json-{version}");
        if !self
            .head
            .header("content-type")
            .is_some_and(|t| t.starts_with(&kind))
        {
            return Err(ApiError::new(
                "UnknownOperationException",
                format!("The content type must be {kind}"),
            )
            .status(404));
        }
        let input = sekisho_wire::decode_json(body).map_err(malformed("json"))?;
        let reply = self.run(self.call(caller, region, &operation.name, input), None)?;
        let event = reply.event.to_string();
        let headers = [
            ("content-type", kind.as_str()),
            ("x-amzn-requestid", self.request_id),
            ("x-sekisho-event", &event),
        ];
        Ok(respond::full(
            200,
            &headers,
            sekisho_wire::encode_json(&reply.output),
        ))
    }

    fn rest_json(&self, caller: Caller, region: &str, body: &[u8]) -> Result<Answer, ApiError> {
        let model = self.target.model;
        let (operation, labels) =
            sekisho_wire::route_rest_json(model, &self.head).ok_or_else(|| {
                let message = format!(
                    "{} has no operation at {} {}",
                    self.target.name, self.head.method, self.head.path
                );
                ApiError::new("UnknownOperationException", message).status(404)
            })?;
        let input = sekisho_wire::decode_rest_json(model, operation, &labels, &self.head, body)
            .map_err(malformed("rest-json"))?;
        let reply = self.run(self.call(caller, region, &operation.name, input), None)?;
        let event = reply.event.to_string();
        let headers = [
            ("content-type", "application/json"),
            ("x-amzn-requestid", self.request_id),
            ("x-sekisho-event", &event),
        ];
        let body = sekisho_wire::encode_json(&reply.output);
        Ok(respond::full(200, &headers, body))
    }

    fn query(&self, caller: Caller, region: &str, body: &[u8]) -> Result<Answer, ApiError> {
        let text = String::from_utf8_lossy(body);
        // One of the two would be left out.
        if !body.is_empty() && !self.head.query.is_empty() {
            let message = "parameters stand in the body or in the query, not in both";
            return Err(ApiError::new("MalformedInput", message).status(400));
        }
        let query = if body.is_empty() {
            self.head.query
        } else {
            &*text
        };
        let name = query
            .split('&')
            .find_map(|p| p.strip_prefix("Action="))
            .unwrap_or_default();
        let operation = self.operation(name)?;
        let input = sekisho_wire::decode_query(self.target.model, operation, query.as_bytes())
            .map_err(malformed("query"))?;
        let reply = self.run(self.call(caller, region, name, input), None)?;
        let event = reply.event.to_string();
        let headers = [
            ("content-type", "text/xml"),
            ("x-amzn-requestid", self.request_id),
            ("x-sekisho-event", &event),
        ];
        let body = sekisho_wire::encode_query(
            self.target.model,
            operation,
            &reply.output,
            self.request_id,
        );
        Ok(respond::full(200, &headers, body))
    }

    async fn rest(&self, signature: Option<Signature>, body: Incoming) -> Result<Answer, ApiError> {
        let matched =
            sekisho_wire::route(self.target.model, &self.head, self.target.bucket.as_deref());
        let Some(matched) = matched else {
            let message = "The specified method is not allowed against this resource.";
            return Err(ApiError::new("MethodNotAllowed", message).status(405));
        };
        said::check_owner_once(&self.head)?;
        said::check_mechanism(&self.head, signature.as_ref())?;
        let presigned = signature.as_ref().is_some_and(Signature::presigned);
        let claimed = said::claimed(&self.head, signature.is_some() && !presigned)?;
        let payload = if presigned {
            "UNSIGNED-PAYLOAD"
        } else {
            &claimed
        };
        // An anonymous request may be for a bucket of any region.
        let region = signature
            .as_ref()
            .map_or_else(String::new, |s| s.credential.region.clone());
        let (caller, signed) = match signature {
            Some(signature) => {
                let (caller, signed) = self.verify(signature, payload)?;
                (caller, Some(signed))
            }
            None => (Caller::anonymous(), None),
        };
        if self
            .shared
            .engine
            .registry()
            .streams("s3", &matched.operation.name)
        {
            return self
                .upload(caller, &region, &matched, signed, body, &claimed)
                .await;
        }
        let body = body::whole(body).await?;
        if claimed.len() == 64 && !presigned && claimed != sekisho_wire::hash(&body) {
            return Err(hash_mismatch());
        }
        said::check_md5(&self.head, &body)?;
        let input = sekisho_wire::decode_rest(self.target.model, &matched, &self.head, &body)
            .map_err(malformed("rest-xml"))?;
        let reply = self.run(
            self.call(caller, &region, &matched.operation.name, input),
            None,
        )?;
        Ok(self.rest_answer(matched.operation, reply))
    }

    async fn upload(
        &self,
        caller: Caller,
        region: &str,
        matched: &Matched<'_>,
        signed: Option<Signed>,
        body: Incoming,
        claimed: &str,
    ) -> Result<Answer, ApiError> {
        let input = sekisho_wire::decode_rest(self.target.model, matched, &self.head, &[])
            .map_err(malformed("rest-xml"))?;
        let mut input = input;
        self.announced_checksum(&mut input);
        let call = self.call(caller, region, &matched.operation.name, input);
        let mut sink = blocking(self.shared, || self.shared.engine.sink(&call))?;
        let number = |name: &str| self.head.header(name).and_then(|v| v.parse::<u64>().ok());
        let signing = signed.map(|s| Signing {
            key: s.key,
            time: s.signature.time.clone(),
            scope: s.signature.credential.scope(),
            previous: s.signature.value,
        });
        let (framing, length) = match claimed {
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => (
                Framing::Chunked(None),
                number("x-amz-decoded-content-length"),
            ),
            c if c.starts_with("STREAMING-AWS4-HMAC-SHA256-PAYLOAD") => (
                Framing::Chunked(signing),
                number("x-amz-decoded-content-length"),
            ),
            c if c.starts_with("STREAMING-") => {
                return Err(ApiError::new(
                    "NotImplemented",
                    format!("sekisho does not support {c} yet"),
                )
                .status(501));
            }
            _ => (Framing::Plain, number("content-length")),
        };
        let hashed = claimed.len() == 64;
        if hashed {
            sink.want_sha256();
        }
        let body = body::into_sink(body, sink, framing, length).await?;
        if hashed && body.digests.sha256.map(sekisho_engine::hex_of).as_deref() != Some(claimed) {
            return Err(hash_mismatch());
        }
        let reply = self.run(call, Some(body))?;
        Ok(self.rest_answer(matched.operation, reply))
    }

    /// A checksum that comes as a trailer is announced in a header.
    fn announced_checksum(&self, input: &mut Value) {
        let announced = self
            .head
            .header("x-amz-trailer")
            .and_then(|t| t.strip_prefix("x-amz-checksum-"));
        if let (Some(name), Some(map)) = (announced, input.as_object_mut()) {
            map.insert(
                "ChecksumAlgorithm".to_owned(),
                Value::String(name.to_uppercase()),
            );
        }
    }

    fn rest_answer(&self, operation: &Operation, reply: Reply) -> Answer {
        let answer = sekisho_wire::encode_rest(self.target.model, operation, &reply.output);
        let event = reply.event.to_string();
        let mut headers: Vec<(&str, &str)> = answer
            .headers
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        headers.extend([
            ("x-amz-request-id", self.request_id),
            ("x-amz-id-2", self.request_id),
            ("x-sekisho-event", &event),
        ]);
        let partial = reply.output.get("ContentRange").is_some();
        let status = if partial { 206 } else { answer.status };
        match reply.body {
            Some(body) => {
                headers.retain(|(n, _)| !n.eq_ignore_ascii_case("content-length"));
                respond::streaming(status, &headers, body)
            }
            None => respond::full(status, &headers, answer.body),
        }
    }
}

fn hash_mismatch() -> ApiError {
    let message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
    ApiError::new("XAmzContentSHA256Mismatch", message).status(400)
}

/// Where commits go to disk, other requests must not wait for this one.
pub(crate) fn blocking<T>(shared: &Shared, work: impl FnOnce() -> T) -> T {
    if shared.engine.store().is_durable() {
        tokio::task::block_in_place(work)
    } else {
        work()
    }
}

pub(crate) fn run(
    shared: &Shared,
    call: Call,
    body: Option<sekisho_engine::Body>,
) -> Result<Reply, ApiError> {
    // Proofs about policies take up to seconds.
    if call.service == "accessanalyzer" {
        return tokio::task::block_in_place(|| shared.engine.call(call, body));
    }
    blocking(shared, || shared.engine.call(call, body))
}
