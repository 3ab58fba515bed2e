//! A connection whose HTTP errors have AWS's form.
//!
//! A head that is too long or no HTTP at all never becomes a request: hyper itself answers, with an empty body, and
//! hangs up. This puts the error as S3 words it in the place of that answer, and reads on for a moment, so that a
//! client that is still sending is not reset before it reads the answer.

use std::io::IoSlice;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::Sleep;

/// How much of what a client goes on to send is read and dropped, in bytes.
const DRAIN: usize = 32 * 1024 * 1024;
/// For how long.
const DRAIN_TIME: Duration = Duration::from_secs(2);

/// A connection to a client.
pub(crate) struct Connection {
    inner: TokioIo<TcpStream>,
    /// Bytes of our own that go out in the place of hyper's.
    instead: Vec<u8>,
    written: usize,
    drained: usize,
    until: Option<Pin<Box<Sleep>>>,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self {
            inner: TokioIo::new(stream),
            instead: Vec::new(),
            written: 0,
            drained: 0,
            until: None,
        }
    }

    fn replaced(&self) -> bool {
        !self.instead.is_empty()
    }

    fn poll_instead(&mut self, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        while let Some(rest) = self.instead.get(self.written..).filter(|r| !r.is_empty()) {
            match ready!(Pin::new(&mut self.inner).poll_write(cx, rest))? {
                0 => return Poll::Ready(Err(std::io::ErrorKind::WriteZero.into())),
                n => self.written += n,
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Reads and drops what still comes.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let until = self
            .until
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(DRAIN_TIME)));
        if until.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        let mut bytes = [0; 16 * 1024];
        while self.drained < DRAIN {
            let mut buffer = ReadBuf::new(&mut bytes);
            match ready!(Pin::new(&mut self.inner).poll_read(cx, buffer.unfilled())) {
                Ok(()) if !buffer.filled().is_empty() => self.drained += buffer.filled().len(),
                Ok(()) | Err(_) => break,
            }
        }
        Poll::Ready(())
    }
}

impl Read for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buffer)
    }
}

impl Write for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        if let Some(instead) = instead_of(bytes) {
            self.instead = instead;
        }
        if self.replaced() {
            return Poll::Ready(Ok(bytes.len()));
        }
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        if let Some(instead) = slices.first().and_then(|s| instead_of(s)) {
            self.instead = instead;
        }
        if self.replaced() {
            return Poll::Ready(Ok(slices.iter().map(|s| s.len()).sum()));
        }
        Pin::new(&mut self.inner).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        ready!(self.poll_instead(cx))?;
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        ready!(self.poll_instead(cx))?;
        ready!(Pin::new(&mut self.inner).poll_shutdown(cx))?;
        if self.replaced() {
            ready!(self.poll_drain(cx));
        }
        Poll::Ready(Ok(()))
    }
}

/// The answer that stands for one of hyper's own: those have a status, a length of nothing, and no request id.
fn instead_of(head: &[u8]) -> Option<Vec<u8>> {
    let status = head.strip_prefix(b"HTTP/1.1 4")?.get(..2)?;
    let text = std::str::from_utf8(head).ok()?;
    if !text.contains("\r\ncontent-length: 0\r\n") || text.contains("\r\nx-amzn-requestid: ") {
        return None;
    }
    let (code, message) = match status {
        b"31" | b"14" => (
            "RequestHeaderSectionTooLarge",
            "Your request header section exceeds the maximum allowed size.",
        ),
        b"00" | b"05" => (
            "BadRequest",
            "An error occurred when parsing the HTTP request.",
        ),
        _ => return None,
    };
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    Some(
        format!(
            "HTTP/1.1 400 Bad Request\r\ncontent-type: application/xml\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
        .into_bytes(),
    )
}
