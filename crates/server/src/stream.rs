//! Bodies that go out piece by piece.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use sekisho_engine::BodyOut;

/// Reads, and decrypts, the next piece when the client has taken the last.
pub(crate) struct Outgoing {
    body: BodyOut,
    left: u64,
}

impl Outgoing {
    pub(crate) fn new(body: BodyOut) -> Self {
        Self {
            left: body.length(),
            body,
        }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        Poll::Ready(match self.body.next_chunk() {
            Ok(None) => None,
            Ok(Some(chunk)) => {
                self.left = self.left.saturating_sub(chunk.len() as u64);
                Some(Ok(Frame::data(Bytes::from(chunk))))
            }
            Err(error) => Some(Err(std::io::Error::other(error.to_string()))),
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
