//! Functions that hash, and those that make identifiers.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::{Args, Files};
use crate::Reason;
use crate::value::Value;

pub(super) fn call(name: &str, f: &Args<'_>, files: &Files<'_>) -> Option<Result<Value, String>> {
    let hex_of = |bytes: Result<Vec<u8>, String>| bytes.map(|b| hex::encode(b).into());
    let base64_of = |bytes: Result<Vec<u8>, String>| bytes.map(|b| STANDARD.encode(b).into());
    let text = || f.text(0).map(String::into_bytes);
    let file = || super::files::read(f, files);
    let md5 = |b: Vec<u8>| Md5::digest(b).to_vec();
    let sha1 = |b: Vec<u8>| Sha1::digest(b).to_vec();
    let sha256 = |b: Vec<u8>| Sha256::digest(b).to_vec();
    let sha512 = |b: Vec<u8>| Sha512::digest(b).to_vec();
    Some(match name {
        "base64sha256" => base64_of(text().map(sha256)),
        "base64sha512" => base64_of(text().map(sha512)),
        "filebase64" => base64_of(file()),
        "filebase64sha256" => base64_of(file().map(sha256)),
        "filebase64sha512" => base64_of(file().map(sha512)),
        "filemd5" => hex_of(file().map(md5)),
        "filesha1" => hex_of(file().map(sha1)),
        "filesha256" => hex_of(file().map(sha256)),
        "filesha512" => hex_of(file().map(sha512)),
        "rsadecrypt" => f.text(0).and_then(|t| super::rsa::decrypt(&t, &f.text(1)?)),
        "md5" => hex_of(text().map(md5)),
        "sha1" => hex_of(text().map(sha1)),
        "sha256" => hex_of(text().map(sha256)),
        "sha512" => hex_of(text().map(sha512)),
        "uuid" => Ok(random_uuid().into()),
        "uuidv5" => f.text(0).and_then(|n| uuid_v5(&n, &f.text(1)?)),
        _ => return None,
    })
}

/// A hash with a salt of its own: another at every call.
pub(super) fn bcrypt(f: &Args<'_>) -> Result<Value, Reason> {
    const COST: i64 = 10;
    /// More takes longer than anybody waits.
    const MOST: u32 = 16;
    let cost = match f.args.get(1) {
        Some(_) => f.int(1)?,
        None => COST,
    };
    let cost = u32::try_from(cost).unwrap_or(0).max(4);
    if cost > MOST {
        let message = format!("bcrypt: a cost above {MOST} is not supported yet");
        return Err(Reason::unsupported(message));
    }
    let parts = bcrypt::hash_with_result(f.text(0)?, cost).map_err(|e| format!("bcrypt: {e}"))?;
    Ok(parts.format_for_version(bcrypt::Version::TwoA).into())
}

fn uuid_text(bytes: &[u8], version: u8) -> String {
    let mut bytes: Vec<u8> = bytes.iter().copied().take(16).collect();
    if let Some(byte) = bytes.get_mut(6) {
        *byte = *byte & 0x0f | version << 4;
    }
    if let Some(byte) = bytes.get_mut(8) {
        *byte = *byte & 0x3f | 0x80;
    }
    let text = hex::encode(bytes);
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    [
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32),
    ]
    .join("-")
}

/// Another at every call; it says nothing, and is no secret.
fn random_uuid() -> String {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    uuid_text(&Sha256::digest(format!("uuid {call}")), 4)
}

/// RFC 4122, version 5: a namespace by its name or as a UUID.
fn uuid_v5(namespace: &str, name: &str) -> Result<Value, String> {
    let named = |last: u8| format!("6ba7b81{last}-9dad-11d1-80b4-00c04fd430c8");
    let id = match namespace {
        "dns" => named(0),
        "url" => named(1),
        "oid" => named(2),
        "x500" => named(4),
        other => other.to_owned(),
    };
    let bytes = hex::decode(id.replace('-', ""))
        .ok()
        .filter(|b| b.len() == 16);
    let mut bytes = bytes.ok_or_else(|| format!("uuidv5: `{namespace}` is no UUID"))?;
    bytes.extend(name.as_bytes());
    Ok(uuid_text(&Sha1::digest(bytes), 5).into())
}
