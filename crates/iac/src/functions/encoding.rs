//! Functions that encode, decode and hash.

use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use md5::Md5;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::{Args, Files};

/// What Go's `url.QueryEscape` leaves as it is, apart from the blank.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b' ');

pub(super) fn call(name: &str, f: &Args<'_>, files: &Files<'_>) -> Option<Result<Value, String>> {
    let hex_of = |bytes: Result<Vec<u8>, String>| bytes.map(|b| json!(hex::encode(b)));
    let base64_of = |bytes: Result<Vec<u8>, String>| bytes.map(|b| json!(STANDARD.encode(b)));
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
        "md5" => hex_of(text().map(md5)),
        "sha1" => hex_of(text().map(sha1)),
        "sha512" => hex_of(text().map(sha512)),
        "base64gzip" => base64_of(text().map(|b| gzip(&b))),
        "textencodebase64" => base64_of(f.text(0).and_then(|t| encoded(&t, &f.text(1)?))),
        "textdecodebase64" => f.text(0).and_then(|t| {
            let bytes = STANDARD
                .decode(t)
                .map_err(|e| format!("textdecodebase64: {e}"))?;
            decoded(&bytes, &f.text(1)?).map(|t| json!(t))
        }),
        "uuid" => Ok(json!(random_uuid())),
        "uuidv5" => f.text(0).and_then(|n| uuid_v5(&n, &f.text(1)?)),
        "csvdecode" => f.text(0).and_then(|t| csv(&t)),
        "urlencode" => f
            .text(0)
            .map(|t| json!(utf8_percent_encode(&t, QUERY).to_string().replace(' ', "+"))),
        _ => return None,
    })
}

/// RFC 4180: the first line names the columns.
fn csv(text: &str) -> Result<Value, String> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let (mut row, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted && chars.peek() == Some(&'\n') => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    if quoted {
        return Err("csvdecode: a quote is not closed".to_owned());
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    rows.retain(|r| r.iter().any(|c| !c.is_empty()) || r.len() > 1);
    let mut rows = rows.into_iter();
    let head = rows.next().ok_or("csvdecode: there is no first line")?;
    rows.map(|row| {
        if row.len() != head.len() {
            return Err("csvdecode: a line has another number of columns".to_owned());
        }
        let cells = head.iter().cloned().zip(row.into_iter().map(Value::String));
        Ok(Value::Object(cells.collect::<Map<_, _>>()))
    })
    .collect()
}

/// The bytes are another compressor's than Terraform's, of the same text.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // A Vec takes all that is written.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// Encodings that texts have in the world of deliveries; the others of IANA's list are not here.
fn encoding(name: &str) -> Result<String, String> {
    let name = name.to_ascii_uppercase();
    match &*name {
        "UTF-8" | "UTF-16LE" | "UTF-16BE" | "ISO-8859-1" | "US-ASCII" => Ok(name),
        other => Err(format!("the encoding `{other}` is not supported yet")),
    }
}

fn encoded(text: &str, name: &str) -> Result<Vec<u8>, String> {
    let limit = |most: u32| {
        let byte = |c: char| {
            u8::try_from(u32::from(c))
                .ok()
                .filter(|_| u32::from(c) <= most)
        };
        let bytes: Option<Vec<u8>> = text.chars().map(byte).collect();
        bytes.ok_or_else(|| format!("a character is not in {name}"))
    };
    match &*encoding(name)? {
        "UTF-16LE" => Ok(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        "UTF-16BE" => Ok(text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        "ISO-8859-1" => limit(0xff),
        "US-ASCII" => limit(0x7f),
        _ => Ok(text.as_bytes().to_vec()),
    }
}

fn decoded(bytes: &[u8], name: &str) -> Result<String, String> {
    let wrong = || format!("the bytes are not {name}");
    let units = |read: fn([u8; 2]) -> u16| {
        let pair = |p: &[u8]| match p {
            [a, b] => Ok(read([*a, *b])),
            _ => Err(wrong()),
        };
        let units: Vec<u16> = bytes.chunks(2).map(pair).collect::<Result<_, _>>()?;
        String::from_utf16(&units).map_err(|_| wrong())
    };
    match &*encoding(name)? {
        "UTF-16LE" => units(u16::from_le_bytes),
        "UTF-16BE" => units(u16::from_be_bytes),
        "ISO-8859-1" => Ok(bytes.iter().copied().map(char::from).collect()),
        "US-ASCII" if !bytes.is_ascii() => Err(wrong()),
        _ => String::from_utf8(bytes.to_vec()).map_err(|_| wrong()),
    }
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
    Ok(json!(uuid_text(&Sha1::digest(bytes), 5)))
}
