//! Functions that encode, decode and hash.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::Args;

/// What Go's `url.QueryEscape` leaves as it is, apart from the blank.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b' ');

pub(super) fn call(name: &str, f: &Args<'_>, folder: &str) -> Option<Result<Value, String>> {
    let hex_of = |bytes: Result<Vec<u8>, String>| bytes.map(|b| json!(hex::encode(b)));
    let base64_of = |bytes: Result<Vec<u8>, String>| bytes.map(|b| json!(STANDARD.encode(b)));
    let text = || f.text(0).map(String::into_bytes);
    let file = || super::files::read(f, folder);
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
