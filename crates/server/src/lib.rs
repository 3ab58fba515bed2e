//! The listener: finds out what a request is, who signed it, and passes it to the engine.
//!
//! **Invariant:** nothing here decides what a caller may do. A request becomes a call, and the call goes through the
//! front door.

mod api;
mod auth;
mod body;
mod connection;
mod layer;
mod registry;
mod respond;
mod route;
mod said;
mod strange;
mod stream;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use http::header::{CONNECTION, EXPECT, HeaderValue};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioTimer;
use sekisho_engine::Engine;
use tokio::net::TcpListener;

use auth::Keys;
use connection::Connection;
use respond::Answer;

/// Longest head of a request, in bytes; `connection` words the refusal beyond it.
const MAX_HEAD: usize = 128 * 1024;
/// How long the head of a request may take.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// A listener over an engine.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    shared: Arc<Shared>,
}

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) engine: Arc<Engine>,
    pub(crate) keys: Keys,
    /// The region of requests that name none.
    pub(crate) region: String,
}

impl Server {
    /// Listens on `address`. `region` is meant by requests that name none.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn bind(
        address: SocketAddr,
        engine: Arc<Engine>,
        region: &str,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let shared = Arc::new(Shared {
            engine,
            keys: Keys::default(),
            region: region.to_owned(),
        });
        Ok(Self { listener, shared })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the socket is gone.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers requests until `stop` is done.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        loop {
            tokio::select! {
                accepted = self.listener.accept() => {
                    // A connection that cannot be accepted (no more descriptors) is tried again a little later.
                    let Ok((stream, peer)) = accepted else {
                        tokio::time::sleep(Duration::from_millis(50)).await;
                        continue;
                    };
                    let _ = stream.set_nodelay(true);
                    let shared = Arc::clone(&self.shared);
                    tokio::spawn(async move {
                        let service = service_fn(move |request| answer(Arc::clone(&shared), peer, request));
                        let _ = http1::Builder::new()
                            .timer(TokioTimer::new())
                            .header_read_timeout(HEAD_TIMEOUT)
                            .max_buf_size(MAX_HEAD)
                            .serve_connection(Connection::new(stream), service)
                            .await;
                    });
                }
                () = &mut stop => return,
            }
        }
    }
}

async fn answer(
    shared: Arc<Shared>,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Result<Answer, Infallible> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    let there = |name: &str| sekisho_s3::has_bucket(&shared.engine, name);
    let bucket = route::bucket(&parts, there);
    // What is asked of a bucket by its own host has any path.
    let mut answer = if bucket.is_some() {
        api::answer(&shared, &parts, bucket, body, peer).await
    } else if path == "/_sekisho/health" {
        respond::health()
    } else if let Some(rest) = path.strip_prefix("/_sekisho/layer/") {
        layer::answer(&shared, &parts, rest, peer)
    } else if path == "/v2" || path.starts_with("/v2/") {
        registry::answer(&shared, &parts, body, peer).await
    } else {
        api::answer(&shared, &parts, None, body, peer).await
    };
    // Who waits for leave to send a body, and is refused, does not send it: what comes next on the connection would be taken
    // for it. S3 hangs up, too (RFC 9110, 10.1.1).
    if parts.headers.contains_key(EXPECT) && !answer.status().is_success() {
        let close = HeaderValue::from_static("close");
        answer.headers_mut().insert(CONNECTION, close);
    }
    Ok(answer)
}
