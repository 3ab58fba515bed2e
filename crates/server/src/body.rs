//! Bodies that come in: whole, with a limit, or piece by piece into a sink.

use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Incoming;
use sekisho_engine::{ApiError, Body, Checksum, Sink};
use sekisho_wire::{Chunk, Chunked, ChunkedError, Signing};

/// Largest body of a request that does not stream: 32 MiB.
const MAX_BODY: usize = 32 << 20;

/// Reads a body whole.
pub(crate) async fn whole(body: Incoming) -> Result<Bytes, ApiError> {
    match Limited::new(body, MAX_BODY).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(e) if e.is::<LengthLimitError>() => {
            let message = format!("Your request was too big: the limit is {MAX_BODY} bytes.");
            Err(ApiError::new("RequestEntityTooLarge", message).status(413))
        }
        Err(_) => Err(incomplete()),
    }
}

fn incomplete() -> ApiError {
    let message =
        "You did not provide the number of bytes specified by the Content-Length HTTP header";
    ApiError::new("IncompleteBody", message).status(400)
}

/// How a streaming body travels.
pub(crate) enum Framing {
    /// As it is.
    Plain,
    /// In chunks, signed if there is a signing.
    Chunked(Option<Signing>),
}

/// Reads a body into `sink`. `length` is what the client said the decoded body would be.
pub(crate) async fn into_sink(
    mut body: Incoming,
    mut sink: Sink,
    framing: Framing,
    length: Option<u64>,
) -> Result<Body, ApiError> {
    let mut trailers = Vec::new();
    match framing {
        Framing::Plain => {
            while let Some(frame) = body.frame().await {
                if let Ok(data) = frame.map_err(|_| incomplete())?.into_data() {
                    sink.write(&data)?;
                }
            }
        }
        Framing::Chunked(signing) => {
            let mut decoder = Chunked::new(signing);
            while let Some(frame) = body.frame().await {
                let Ok(data) = frame.map_err(|_| incomplete())?.into_data() else {
                    continue;
                };
                for chunk in decoder.push(&data).map_err(chunked)? {
                    match chunk {
                        Chunk::Data(data) => sink.write(&data)?,
                        Chunk::End(found) => trailers = found,
                    }
                }
            }
            decoder.finish().map_err(chunked)?;
        }
    }
    if length.is_some_and(|l| l != sink.size()) {
        return Err(incomplete());
    }
    let mut body = sink.finish()?;
    for (name, value) in trailers {
        if let Some(checksum) = name
            .strip_prefix("x-amz-checksum-")
            .and_then(Checksum::parse)
        {
            body.trailer = Some((checksum, value));
        }
    }
    Ok(body)
}

fn chunked(error: ChunkedError) -> ApiError {
    match error {
        ChunkedError::Incomplete => incomplete(),
        ChunkedError::Malformed => {
            ApiError::new("InvalidRequest", "The aws-chunked body is malformed").status(400)
        }
        ChunkedError::Signature => crate::auth::mismatch("s3"),
    }
}
