//! AES-256-GCM: small secrets in one piece, blobs in segments.

use aes_gcm::aead::{Aead, AeadInOut, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::StoreError;

/// Plaintext bytes of one segment of a blob.
pub(crate) const SEGMENT: usize = 1 << 20;
/// Bytes that sealing adds to a segment.
pub(crate) const TAG: usize = 16;

/// 256 bits of key material; cleared when dropped, never shown.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct DataKey([u8; 32]);

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DataKey(..)")
    }
}

impl DataKey {
    /// Takes 32 bytes of key material.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads key material from a slice; `None` unless it is 32 bytes.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The key material.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new((&self.0).into())
    }
}

/// Seals `plaintext` under `key`; `aad` must be given again to open it. The 12-byte `nonce` must be new.
///
/// # Errors
/// When the cipher refuses (text longer than AES-GCM allows).
pub fn seal(
    key: &DataKey,
    nonce: [u8; 12],
    aad: &[u8],
    plaintext: &[u8],
) -> Result<Vec<u8>, StoreError> {
    let mut out = nonce.to_vec();
    let sealed = key
        .cipher()
        .encrypt(
            &Nonce::from(nonce),
            Payload {
                msg: plaintext,
                aad,
            },
        )
        .map_err(|_| StoreError::Unseal)?;
    out.extend(sealed);
    Ok(out)
}

/// Opens what [`seal`] made.
///
/// # Errors
/// [`StoreError::Unseal`] when key, `aad` or text are not the ones that were sealed.
pub fn open(key: &DataKey, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
    let (nonce, text) = sealed.split_at_checked(12).ok_or(StoreError::Unseal)?;
    let nonce: [u8; 12] = nonce.try_into().map_err(|_| StoreError::Unseal)?;
    key.cipher()
        .decrypt(&Nonce::from(nonce), Payload { msg: text, aad })
        .map_err(|_| StoreError::Unseal)
}

/// The key of a blob that is encrypted in segments. Each blob has its own nonce prefix.
#[derive(Clone)]
pub struct Sealed {
    cipher: Aes256Gcm,
    prefix: [u8; 8],
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealed(..)")
    }
}

impl Sealed {
    /// `prefix` must be new for every blob under the same key.
    #[must_use]
    pub fn new(key: &DataKey, prefix: [u8; 8]) -> Self {
        Self {
            cipher: key.cipher(),
            prefix,
        }
    }

    fn nonce(&self, segment: u32) -> [u8; 12] {
        let mut nonce = [0; 12];
        let (head, tail) = nonce.split_at_mut(8);
        head.copy_from_slice(&self.prefix);
        tail.copy_from_slice(&segment.to_be_bytes());
        nonce
    }

    /// Encrypts a segment in place; the last one is marked, so that a blob cut short does not open.
    pub(crate) fn encrypt(
        &self,
        segment: u32,
        last: bool,
        buffer: &mut Vec<u8>,
    ) -> Result<(), StoreError> {
        self.cipher
            .encrypt_in_place(&Nonce::from(self.nonce(segment)), &[u8::from(last)], buffer)
            .map_err(|_| StoreError::Unseal)
    }

    pub(crate) fn decrypt(
        &self,
        segment: u32,
        last: bool,
        buffer: &mut Vec<u8>,
    ) -> Result<(), StoreError> {
        self.cipher
            .decrypt_in_place(&Nonce::from(self.nonce(segment)), &[u8::from(last)], buffer)
            .map_err(|_| StoreError::Unseal)
    }
}
