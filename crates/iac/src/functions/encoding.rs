//! Functions that encode and decode.

use std::collections::BTreeMap;
use std::io::Write as _;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use flate2::Compression;
use flate2::write::GzEncoder;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Args, json, yaml};
use crate::value::{Type, Value};

/// What Go's `url.QueryEscape` leaves as it is, apart from the blank.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b' ');

/// Go overlooks line ends, and bits behind the last byte.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

pub(super) fn call(name: &str, f: &Args<'_>) -> Option<Result<Value, String>> {
    let base64 = |bytes: &[u8]| Value::from(STANDARD.encode(bytes));
    let unbase64 = |text: String| {
        let text = text.replace(['\r', '\n'], "");
        LENIENT.decode(text).map_err(|e| format!("{name}: {e}"))
    };
    Some(match name {
        "base64decode" => f.text(0).and_then(unbase64).and_then(|bytes| {
            let text = String::from_utf8(bytes).map_err(|e| format!("base64decode: {e}"))?;
            Ok(text.into())
        }),
        "base64encode" => f.text(0).map(|t| base64(t.as_bytes())),
        "base64gzip" => f.text(0).map(|t| base64(&gzip(t.as_bytes()))),
        "csvdecode" => f.text(0).and_then(|t| csv(&t)),
        "jsondecode" => f.text(0).and_then(|t| json::decode(&t)),
        "jsonencode" => f.value(0).map(|v| json::encode(v).into()),
        "textdecodebase64" => f
            .text(0)
            .and_then(unbase64)
            .and_then(|bytes| decoded(&bytes, &f.text(1)?).map(Value::from)),
        "textencodebase64" => f
            .text(0)
            .and_then(|t| Ok(base64(&encoded(&t, &f.text(1)?)?))),
        "urlencode" => f.text(0).map(|t| {
            let text = utf8_percent_encode(&t, QUERY).to_string();
            text.replace(' ', "+").into()
        }),
        "yamldecode" => f.text(0).and_then(|t| yaml::decode(&t)),
        "yamlencode" => f.value(0).map(|v| yaml::encode(v).into()),
        _ => return None,
    })
}

/// RFC 4180: the first line names the columns.
fn csv(text: &str) -> Result<Value, String> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let (mut row, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    // Whether the cell was quoted: then nothing may stand behind the quote.
    let mut closed = false;
    let stray = || Err("csvdecode: a quote stands where none may".to_owned());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if quoted => (quoted, closed) = (false, true),
            '"' if closed || !cell.is_empty() => return stray(),
            '"' => quoted = true,
            ',' if !quoted => {
                closed = false;
                row.push(std::mem::take(&mut cell));
            }
            '\r' if !quoted && chars.peek() == Some(&'\n') => {}
            '\n' if !quoted => {
                closed = false;
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            _ if closed => return stray(),
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
    if (1..head.len()).any(|i| head.iter().take(i).any(|name| Some(name) == head.get(i))) {
        return Err("csvdecode: two columns have the same name".to_owned());
    }
    let columns: BTreeMap<String, Type> = head
        .iter()
        .map(|name| (name.clone(), Type::String))
        .collect();
    rows.map(|row| {
        if row.len() != head.len() {
            return Err("csvdecode: a line has another number of columns".to_owned());
        }
        let cells = head.iter().cloned().zip(row.into_iter().map(Value::from));
        Ok(Value::object(cells.collect()))
    })
    .collect::<Result<Vec<_>, String>>()
    .map(|rows| Value::list(Type::Object(columns), rows))
}

/// The bytes are another compressor's than Terraform's, of the same text.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // A Vec takes all that is written.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// The Unicode encodings and those that are a part of Unicode are read here; all others by their tables.
enum Encoding {
    Utf8,
    /// With the mark of its byte order in front, the big end first if it is written.
    Utf16,
    Utf16Little,
    Utf16Big,
    /// Characters up to this one, a byte each.
    Bytes(u32),
    Table(&'static encoding_rs::Encoding),
}

fn encoding(name: &str) -> Result<Encoding, String> {
    Ok(match &*name.to_ascii_uppercase() {
        "UTF-8" => Encoding::Utf8,
        "UTF-16" => Encoding::Utf16,
        "UTF-16LE" => Encoding::Utf16Little,
        "UTF-16BE" => Encoding::Utf16Big,
        "ISO-8859-1" | "ISO_8859-1" | "LATIN1" | "L1" => Encoding::Bytes(0xff),
        "US-ASCII" | "ASCII" => Encoding::Bytes(0x7f),
        _ => {
            let table = encoding_rs::Encoding::for_label(name.as_bytes());
            let unknown = || format!("\"{name}\" is no encoding that IANA knows");
            Encoding::Table(table.ok_or_else(unknown)?)
        }
    })
}

fn encoded(text: &str, name: &str) -> Result<Vec<u8>, String> {
    let wrong = || format!("a character is not in {name}");
    let units = |write: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(write);
    Ok(match encoding(name)? {
        Encoding::Utf8 => text.as_bytes().to_vec(),
        Encoding::Utf16 => [0xfe, 0xff]
            .into_iter()
            .chain(units(u16::to_be_bytes))
            .collect(),
        Encoding::Utf16Little => units(u16::to_le_bytes).collect(),
        Encoding::Utf16Big => units(u16::to_be_bytes).collect(),
        Encoding::Bytes(most) => {
            let byte = |c: char| {
                u8::try_from(u32::from(c))
                    .ok()
                    .filter(|_| u32::from(c) <= most)
            };
            let bytes: Option<Vec<u8>> = text.chars().map(byte).collect();
            bytes.ok_or_else(wrong)?
        }
        Encoding::Table(table) => match table.encode(text) {
            (bytes, _, false) => bytes.into_owned(),
            _ => return Err(wrong()),
        },
    })
}

fn decoded(bytes: &[u8], name: &str) -> Result<String, String> {
    let wrong = || format!("the bytes are not {name}");
    let units = |bytes: &[u8], read: fn([u8; 2]) -> u16| {
        let pair = |p: &[u8]| match p {
            [a, b] => Ok(read([*a, *b])),
            _ => Err(wrong()),
        };
        let units: Vec<u16> = bytes.chunks(2).map(pair).collect::<Result<_, _>>()?;
        String::from_utf16(&units).map_err(|_| wrong())
    };
    match encoding(name)? {
        Encoding::Utf8 => String::from_utf8(bytes.to_vec()).map_err(|_| wrong()),
        Encoding::Utf16 => match bytes {
            [0xff, 0xfe, rest @ ..] => units(rest, u16::from_le_bytes),
            [0xfe, 0xff, rest @ ..] => units(rest, u16::from_be_bytes),
            _ => units(bytes, u16::from_be_bytes),
        },
        Encoding::Utf16Little => units(bytes, u16::from_le_bytes),
        Encoding::Utf16Big => units(bytes, u16::from_be_bytes),
        Encoding::Bytes(most) if bytes.iter().any(|b| u32::from(*b) > most) => Err(wrong()),
        Encoding::Bytes(_) => Ok(bytes.iter().copied().map(char::from).collect()),
        Encoding::Table(table) => {
            let text = table.decode_without_bom_handling_and_without_replacement(bytes);
            text.map(Into::into).ok_or_else(wrong)
        }
    }
}
