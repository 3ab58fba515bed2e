//! Bodies that stream: where they go, what is computed on the way, and how they come back.

use crc_fast::{CrcAlgorithm, Digest as Crc};
use md5::{Digest, Md5};
use sekisho_store::{BlobReader, BlobWriter, Sealed, Staged, StoreError};
use serde_json::Value;
use sha1::Sha1;
use sha2::Sha256;

/// The checksums that S3 knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checksum {
    /// CRC-32 (IEEE).
    Crc32,
    /// CRC-32C.
    Crc32c,
    /// CRC-64/NVME, the default of current SDKs and of S3.
    Crc64Nvme,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
}

impl Checksum {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Crc32,
        Self::Crc32c,
        Self::Crc64Nvme,
        Self::Sha1,
        Self::Sha256,
    ];

    /// The name in the API: `CRC32`, …
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    /// Reads the name, in any case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|c| c.name().eq_ignore_ascii_case(name))
    }
}

/// The MD5 of `bytes` in base64, as `Content-MD5` carries it.
#[must_use]
pub fn md5_base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(Md5::digest(bytes))
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex_of(bytes: [u8; 32]) -> String {
    hex::encode(bytes)
}

/// What an operation wants to know of its body, and how it is kept.
#[derive(Debug, Default)]
pub struct SinkSpec {
    /// Encrypts what is kept.
    pub sealed: Option<Sealed>,
    /// Whether the MD5 is wanted.
    pub md5: bool,
    /// Whether the SHA-256 is wanted.
    pub sha256: bool,
    /// The checksum that is wanted.
    pub checksum: Option<Checksum>,
    /// What `sink` wants `run` to know.
    pub carry: Value,
}

/// What was computed over a body.
#[derive(Debug, Clone, Default)]
pub struct Digests {
    /// MD5, if it was wanted.
    pub md5: Option<[u8; 16]>,
    /// SHA-256, if it was wanted.
    pub sha256: Option<[u8; 32]>,
    /// The checksum that was wanted, big-endian.
    pub checksum: Option<(Checksum, Vec<u8>)>,
}

/// A body that was read whole.
#[derive(Debug)]
pub struct Body {
    /// Where it is kept.
    pub staged: Staged,
    /// What was computed over it.
    pub digests: Digests,
    /// A checksum that the client sent behind the body (a trailer), in base64.
    pub trailer: Option<(Checksum, String)>,
    /// What `sink` left for `run`.
    pub carry: Value,
    pub(crate) event: u64,
}

/// Takes a body piece by piece.
pub struct Sink {
    writer: BlobWriter,
    md5: Option<Md5>,
    sha256: Option<Sha256>,
    checksum: Option<(Checksum, Running)>,
    carry: Value,
    event: u64,
}

impl std::fmt::Debug for Sink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sink({} bytes)", self.writer.size())
    }
}

enum Running {
    Crc(Box<Crc>, usize),
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Sink {
    pub(crate) fn new(writer: BlobWriter, spec: SinkSpec, event: u64) -> Self {
        let checksum = spec.checksum.map(|c| {
            let running = match c {
                Checksum::Crc32 => Running::Crc(Box::new(Crc::new(CrcAlgorithm::Crc32IsoHdlc)), 4),
                Checksum::Crc32c => Running::Crc(Box::new(Crc::new(CrcAlgorithm::Crc32Iscsi)), 4),
                Checksum::Crc64Nvme => Running::Crc(Box::new(Crc::new(CrcAlgorithm::Crc64Nvme)), 8),
                Checksum::Sha1 => Running::Sha1(Sha1::new()),
                Checksum::Sha256 => Running::Sha256(Sha256::new()),
            };
            (c, running)
        });
        Self {
            writer,
            md5: spec.md5.then(Md5::new),
            sha256: spec.sha256.then(Sha256::new),
            checksum,
            carry: spec.carry,
            event,
        }
    }

    /// Asks for the SHA-256 as well; call before the first write.
    pub fn want_sha256(&mut self) {
        self.sha256.get_or_insert_with(Sha256::new);
    }

    /// Asks for the MD5 as well; call before the first write.
    pub fn want_md5(&mut self) {
        self.md5.get_or_insert_with(Md5::new);
    }

    /// Bytes written so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.writer.size()
    }

    /// Appends a piece.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn write(&mut self, data: &[u8]) -> Result<(), StoreError> {
        if let Some(md5) = &mut self.md5 {
            md5.update(data);
        }
        if let Some(sha256) = &mut self.sha256 {
            sha256.update(data);
        }
        match &mut self.checksum {
            Some((_, Running::Crc(crc, _))) => crc.update(data),
            Some((_, Running::Sha1(sha))) => sha.update(data),
            Some((_, Running::Sha256(sha))) => sha.update(data),
            None => {}
        }
        self.writer.write(data)
    }

    /// Ends the body.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn finish(self) -> Result<Body, StoreError> {
        let checksum = self.checksum.map(|(c, running)| {
            let bytes = match running {
                Running::Crc(crc, len) => {
                    let all = crc.finalize().to_be_bytes();
                    all.get(8 - len..).unwrap_or_default().to_vec()
                }
                Running::Sha1(sha) => sha.finalize().to_vec(),
                Running::Sha256(sha) => sha.finalize().to_vec(),
            };
            (c, bytes)
        });
        let digests = Digests {
            md5: self.md5.map(|m| m.finalize().into()),
            sha256: self.sha256.map(|s| s.finalize().into()),
            checksum,
        };
        Ok(Body {
            staged: self.writer.finish()?,
            digests,
            trailer: None,
            carry: self.carry,
            event: self.event,
        })
    }
}

/// A body that goes out: pieces of blobs, one behind the other.
#[derive(Debug)]
pub struct BodyOut {
    readers: std::collections::VecDeque<BlobReader>,
    length: u64,
}

impl BodyOut {
    /// The bodies of `readers`, in order.
    #[must_use]
    pub fn new(readers: Vec<BlobReader>) -> Self {
        let length = readers.iter().map(BlobReader::remaining).sum();
        Self {
            readers: readers.into(),
            length,
        }
    }

    /// Keeps `length` bytes from byte `start` on.
    pub fn narrow(&mut self, start: u64, length: u64) {
        let (mut skip, mut left) = (start, length);
        for reader in &mut self.readers {
            skip -= reader.narrow(skip, left);
            left -= reader.remaining();
        }
        self.length = self.readers.iter().map(BlobReader::remaining).sum();
    }

    /// Bytes in all.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The next piece.
    ///
    /// # Errors
    /// When the disk fails or a blob does not decrypt.
    pub fn next_chunk(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        while let Some(reader) = self.readers.front_mut() {
            if let Some(chunk) = reader.next_chunk()? {
                return Ok(Some(chunk));
            }
            self.readers.pop_front();
        }
        Ok(None)
    }

    /// All of it; for bodies known to be small.
    ///
    /// # Errors
    /// As [`BodyOut::next_chunk`].
    pub fn read_all(mut self) -> Result<Vec<u8>, StoreError> {
        let mut out = Vec::new();
        while let Some(chunk) = self.next_chunk()? {
            out.extend(chunk);
        }
        Ok(out)
    }
}
