//! Ciphertexts: which key made them, and what it sealed.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sekisho_engine::{ApiError, Cx, DataKey, seal, unseal};

use crate::keys::Key;

/// The first byte of every ciphertext.
const FORMAT: u8 = 1;

fn key_of(key: &Key) -> Result<DataKey, ApiError> {
    let bytes = hex::decode(&key.material.0).ok();
    bytes
        .as_deref()
        .and_then(DataKey::from_slice)
        .ok_or_else(|| ApiError::internal("key material does not read"))
}

/// The key and the encryption context as bytes; the order of the context does not matter to the caller.
fn aad(own: &str, context: &BTreeMap<String, String>) -> Vec<u8> {
    let mut out = own.as_bytes().to_vec();
    for (key, value) in context {
        for text in [key, value] {
            out.extend((text.len() as u64).to_be_bytes());
            out.extend(text.as_bytes());
        }
    }
    out
}

pub(crate) fn encrypt(
    cx: &Cx<'_>,
    key: &Key,
    context: &BTreeMap<String, String>,
    plaintext: &[u8],
) -> Result<String, ApiError> {
    key.usable()?;
    let sealed = seal(
        &key_of(key)?,
        cx.ids().bytes(),
        &aad(&key.own(), context),
        plaintext,
    )?;
    let arn = key.arn.as_bytes();
    let mut out = vec![
        FORMAT,
        u8::try_from(arn.len()).map_err(|_| ApiError::internal("key ARN too long"))?,
    ];
    out.extend(arn);
    out.extend(sealed);
    Ok(STANDARD.encode(out))
}

fn invalid() -> ApiError {
    ApiError::new("InvalidCiphertextException", "")
}

/// The ARN of the key that made `blob` (base64), and what it sealed.
pub(crate) fn split(blob: &str) -> Result<(String, Vec<u8>), ApiError> {
    let bytes = STANDARD.decode(blob).map_err(|_| invalid())?;
    let [FORMAT, len, rest @ ..] = bytes.as_slice() else {
        return Err(invalid());
    };
    let (arn, sealed) = rest
        .split_at_checked(usize::from(*len))
        .ok_or_else(invalid)?;
    let arn = std::str::from_utf8(arn).map_err(|_| invalid())?;
    Ok((arn.to_owned(), sealed.to_vec()))
}

pub(crate) fn decrypt(
    key: &Key,
    context: &BTreeMap<String, String>,
    sealed: &[u8],
) -> Result<Vec<u8>, ApiError> {
    key.usable()?;
    unseal(&key_of(key)?, &aad(&key.own(), context), sealed).map_err(|_| invalid())
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn from_base64(text: &str) -> Result<Vec<u8>, ApiError> {
    STANDARD
        .decode(text)
        .map_err(|_| ApiError::new("SerializationException", "a blob is not base64"))
}
