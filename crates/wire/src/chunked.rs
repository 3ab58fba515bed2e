//! `aws-chunked` bodies: chunks that may be signed, and trailers behind them.

use crate::sigv4::{hash, mac};

/// Largest chunk: 16 MiB.
const MAX_CHUNK: usize = 16 << 20;
/// Longest line of a chunk header or trailer.
const MAX_LINE: usize = 4_096;

/// Why a body cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChunkedError {
    /// It is not `aws-chunked`.
    Malformed,
    /// A chunk's signature is wrong.
    Signature,
    /// It ended too early.
    Incomplete,
}

/// What signed chunks are verified with: the key, time and scope of the request, and the signature before.
#[derive(Clone)]
pub struct Signing {
    /// The signing key.
    pub key: [u8; 32],
    /// `20260928T173312Z`.
    pub time: String,
    /// The credential scope.
    pub scope: String,
    /// The signature of the request, then of each chunk.
    pub previous: String,
}

impl std::fmt::Debug for Signing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signing(..)")
    }
}

/// What came out of a piece of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chunk {
    /// Data.
    Data(Vec<u8>),
    /// The end, with the trailers.
    End(Vec<(String, String)>),
}

#[derive(Debug)]
enum At {
    Header,
    Data {
        size: usize,
        signature: Option<String>,
    },
    Trailers(Vec<(String, String)>),
    Done,
}

/// Decodes an `aws-chunked` body piece by piece.
#[derive(Debug)]
pub struct Chunked {
    buffer: Vec<u8>,
    at: At,
    signing: Option<Signing>,
}

impl Chunked {
    /// A decoder; with `signing` every chunk must be signed.
    #[must_use]
    pub fn new(signing: Option<Signing>) -> Self {
        Self {
            buffer: Vec::new(),
            at: At::Header,
            signing,
        }
    }

    /// Takes a piece and gives what is complete.
    ///
    /// # Errors
    /// When the body is malformed or a signature is wrong.
    pub fn push(&mut self, piece: &[u8]) -> Result<Vec<Chunk>, ChunkedError> {
        self.buffer.extend_from_slice(piece);
        let mut out = Vec::new();
        while let Some(chunk) = self.next()? {
            out.extend(chunk);
        }
        Ok(out)
    }

    /// Says that no more will come.
    ///
    /// # Errors
    /// [`ChunkedError::Incomplete`] when the last chunk has not been seen.
    pub fn finish(&self) -> Result<(), ChunkedError> {
        if matches!(self.at, At::Done) {
            Ok(())
        } else {
            Err(ChunkedError::Incomplete)
        }
    }

    fn line(&mut self) -> Result<Option<String>, ChunkedError> {
        let Some(at) = self.buffer.windows(2).position(|w| w == b"\r\n") else {
            return if self.buffer.len() > MAX_LINE {
                Err(ChunkedError::Malformed)
            } else {
                Ok(None)
            };
        };
        let line: Vec<u8> = self.buffer.drain(..at + 2).take(at).collect();
        String::from_utf8(line)
            .map(Some)
            .map_err(|_| ChunkedError::Malformed)
    }

    /// One step; `None` when more is needed.
    fn next(&mut self) -> Result<Option<Option<Chunk>>, ChunkedError> {
        match std::mem::replace(&mut self.at, At::Header) {
            At::Header => {
                let Some(line) = self.line()? else {
                    return Ok(None);
                };
                let (size, extension) = line.split_once(';').unwrap_or((line.as_str(), ""));
                let size =
                    usize::from_str_radix(size.trim(), 16).map_err(|_| ChunkedError::Malformed)?;
                if size > MAX_CHUNK {
                    return Err(ChunkedError::Malformed);
                }
                let signature = extension
                    .trim()
                    .strip_prefix("chunk-signature=")
                    .map(str::to_owned);
                if size == 0 {
                    self.verify(b"", signature.as_deref())?;
                    self.at = At::Trailers(Vec::new());
                } else {
                    self.at = At::Data { size, signature };
                }
                Ok(Some(None))
            }
            At::Data { size, signature } => {
                if self.buffer.len() < size + 2 {
                    self.at = At::Data { size, signature };
                    return Ok(None);
                }
                let mut data: Vec<u8> = self.buffer.drain(..size + 2).collect();
                if data.split_off(size) != b"\r\n" {
                    return Err(ChunkedError::Malformed);
                }
                self.verify(&data, signature.as_deref())?;
                Ok(Some(Some(Chunk::Data(data))))
            }
            At::Trailers(mut trailers) => {
                let Some(line) = self.line()? else {
                    self.at = At::Trailers(trailers);
                    return Ok(None);
                };
                if line.is_empty() {
                    self.at = At::Done;
                    return Ok(Some(Some(Chunk::End(trailers))));
                }
                let (name, value) = line.split_once(':').ok_or(ChunkedError::Malformed)?;
                let (name, value) = (name.trim().to_lowercase(), value.trim().to_owned());
                if name == "x-amz-trailer-signature" {
                    self.verify_trailer(&trailers, &value)?;
                } else {
                    trailers.push((name, value));
                }
                if trailers.len() > 16 {
                    return Err(ChunkedError::Malformed);
                }
                self.at = At::Trailers(trailers);
                Ok(Some(None))
            }
            At::Done => {
                self.at = At::Done;
                if self.buffer.is_empty() {
                    Ok(None)
                } else {
                    Err(ChunkedError::Malformed)
                }
            }
        }
    }

    fn verify(&mut self, data: &[u8], signature: Option<&str>) -> Result<(), ChunkedError> {
        let Some(signing) = &mut self.signing else {
            return Ok(());
        };
        let text = format!(
            "AWS4-HMAC-SHA256-PAYLOAD\n{}\n{}\n{}\n{}\n{}",
            signing.time,
            signing.scope,
            signing.previous,
            hash(b""),
            hash(data)
        );
        let expected = hex::encode(mac(&signing.key, text.as_bytes()));
        if signature != Some(expected.as_str()) {
            return Err(ChunkedError::Signature);
        }
        signing.previous = expected;
        Ok(())
    }

    fn verify_trailer(
        &mut self,
        trailers: &[(String, String)],
        signature: &str,
    ) -> Result<(), ChunkedError> {
        let Some(signing) = &self.signing else {
            return Ok(());
        };
        let text: String = trailers.iter().map(|(n, v)| format!("{n}:{v}\n")).collect();
        let text = format!(
            "AWS4-HMAC-SHA256-TRAILER\n{}\n{}\n{}\n{}",
            signing.time,
            signing.scope,
            signing.previous,
            hash(text.as_bytes())
        );
        if hex::encode(mac(&signing.key, text.as_bytes())) == signature {
            Ok(())
        } else {
            Err(ChunkedError::Signature)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn data(chunks: &[Chunk]) -> Vec<u8> {
        chunks
            .iter()
            .flat_map(|c| {
                if let Chunk::Data(d) = c {
                    d.clone()
                } else {
                    Vec::new()
                }
            })
            .collect()
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same(body in prop::collection::vec(any::<u8>(), 0..300), cut in 1usize..40) {
            let mut wire = format!("{:x}\r\n", body.len()).into_bytes();
            if body.is_empty() { wire.clear() } else { wire.extend(&body); wire.extend(b"\r\n"); }
            wire.extend(b"0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n");
            let mut decoder = Chunked::new(None);
            let mut out = Vec::new();
            for piece in wire.chunks(cut) {
                out.extend(decoder.push(piece).unwrap());
            }
            decoder.finish().unwrap();
            prop_assert_eq!(data(&out), body);
            let trailers = vec![("x-amz-checksum-crc32".to_owned(), "AAAA".to_owned())];
            prop_assert_eq!(out.last(), Some(&Chunk::End(trailers)));
        }

        #[test]
        fn never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Chunked::new(None).push(&bytes);
        }
    }

    #[test]
    fn a_body_cut_short_is_incomplete() {
        let mut decoder = Chunked::new(None);
        decoder.push(b"5\r\nhel").unwrap();
        assert_eq!(decoder.finish(), Err(ChunkedError::Incomplete));
    }

    /// The example of the S3 documentation: 66,560 bytes of `a` in two signed chunks.
    #[test]
    fn signed_chunks_as_documented() {
        let credential = crate::Credential {
            key: "AKIAIOSFODNN7EXAMPLE".into(),
            date: "20130524".into(),
            region: "us-east-1".into(),
            service: "s3".into(),
        };
        let signing = Signing {
            key: crate::signing_key("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", &credential),
            time: "20130524T000000Z".into(),
            scope: credential.scope(),
            previous: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9".into(),
        };
        let mut wire = b"10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n".to_vec();
        wire.extend(vec![b'a'; 65_536]);
        wire.extend(b"\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n");
        wire.extend(vec![b'a'; 1_024]);
        wire.extend(b"\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n");
        let mut decoder = Chunked::new(Some(signing.clone()));
        assert_eq!(data(&decoder.push(&wire).unwrap()).len(), 66_560);
        decoder.finish().unwrap();
        let at = wire.len() / 2;
        wire[at] ^= 1;
        assert_eq!(
            Chunked::new(Some(signing)).push(&wire),
            Err(ChunkedError::Signature)
        );
    }
}
