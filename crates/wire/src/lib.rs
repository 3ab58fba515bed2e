//! The protocols of AWS: bytes in, values out, and back. One codec per protocol reads the models.
//!
//! Deliberately absent: sockets, and what any operation means.

pub mod cbor;
mod chunked;
mod error;
mod json;
mod labels;
mod query;
mod rest;
mod rest_answer;
mod rest_json;
mod sigv4;
mod time;
mod xml;

pub use chunked::{Chunk, Chunked, ChunkedError, Signing};
pub use error::{Failure, render as render_error};
pub use json::{decode as decode_json, encode as encode_json};
pub use query::{decode as decode_query, encode as encode_query};
pub use rest::{Matched, decode as decode_rest, route};
pub use rest_answer::{Answer, encode as encode_rest};
pub use rest_json::{decode as decode_rest_json, route as route_rest_json};
pub use sigv4::{Credential, Signature, SignatureError, hash, signing_key};

/// A request that cannot be read: what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed(pub String);

/// A request, but for its body.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// The method.
    pub method: &'a str,
    /// The path as sent, still percent-encoded.
    pub path: &'a str,
    /// The query as sent, without the question mark.
    pub query: &'a str,
    /// The headers.
    pub headers: &'a http::HeaderMap,
}

impl Head<'_> {
    /// The header `name`, if it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }

    /// The decoded parameters of the query, in order.
    #[must_use]
    pub fn parameters(&self) -> Vec<(String, String)> {
        // A plus sign in a query is a plus sign here only when it is escaped; AWS clients send %20 for blanks.
        self.query
            .split('&')
            .filter(|p| !p.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decode_percent(name), decode_percent(value))
            })
            .collect()
    }
}

pub(crate) fn decode_percent(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
}
