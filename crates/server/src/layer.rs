//! The URLs that GetDownloadUrlForLayer gives: a token says who holds them, and the call is authorized again.

use std::net::SocketAddr;

use http::request::Parts;
use sekisho_engine::Call;
use serde_json::json;

use crate::respond::{self, Answer};
use crate::{Shared, api, auth};

pub(crate) fn answer(shared: &Shared, parts: &Parts, rest: &str, peer: SocketAddr) -> Answer {
    let refuse = |status, text: &str| {
        respond::full(
            status,
            &[("content-type", "text/plain")],
            format!("{text}\n"),
        )
    };
    let head = auth::head(parts);
    let parameters = head.parameters();
    let get = |name: &str| {
        parameters
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
            .unwrap_or_default()
    };
    let mut path = rest.splitn(3, '/');
    let (Some(account), Some(region), Some(name)) = (path.next(), path.next(), path.next()) else {
        return refuse(404, "not a layer");
    };
    let purpose = sekisho_ecr::layer_purpose(account, name, get("digest"));
    let Ok(Some(credential)) = shared.engine.verify_token(get("token"), &purpose) else {
        return refuse(403, "the URL is not valid, or has expired");
    };
    let call = Call {
        caller: credential.caller,
        service: "ecr".to_owned(),
        operation: "GetDownloadUrlForLayer".to_owned(),
        input: json!({"registryId": account, "repositoryName": name, "layerDigest": get("digest")}),
        origin: auth::origin(parts, peer, region),
    };
    match api::run(shared, call, None) {
        Ok(reply) => match reply.body {
            Some(body) => {
                respond::streaming(200, &[("content-type", "application/octet-stream")], body)
            }
            None => refuse(404, "no such layer"),
        },
        Err(error) => refuse(
            if error.is_access_denied() { 403 } else { 404 },
            &error.message,
        ),
    }
}
