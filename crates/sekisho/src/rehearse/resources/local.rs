//! Resources that are nowhere but in Terraform's state: random values, and those that do nothing.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sekisho_iac::Node;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::Values;

const TYPES: &[&str] = &[
    "null_resource",
    "random_id",
    "random_password",
    "random_pet",
    "random_string",
    "random_uuid",
    "terraform_data",
    "time_sleep",
];

pub(super) fn known(node: &Node) -> bool {
    !node.is_data() && TYPES.contains(&&*node.type_name)
}

/// Bytes that look random and are the same in every rehearsal of the same address.
fn bytes(address: &str, count: usize) -> Vec<u8> {
    let blocks = (0u32..).flat_map(|i| Sha256::digest(format!("{address} {i}")).to_vec());
    blocks.take(count).collect()
}

/// The attributes of such a resource; none if it is another.
pub(super) fn make(
    node: &Node,
    address: &str,
    values: &Values<'_>,
) -> Option<Result<Map<String, Value>, String>> {
    if !known(node) {
        return None;
    }
    let count = |name: &str, default: usize| {
        let number = values.number(name).and_then(|n| usize::try_from(n).ok());
        number.unwrap_or(default).min(1024)
    };
    let prefix = values.text("prefix").unwrap_or_default();
    let made = match &*node.type_name {
        "random_id" => {
            let bytes = bytes(address, count("byte_length", 8));
            let number = bytes
                .iter()
                .take(16)
                .fold(0u128, |n, b| n << 8 | u128::from(*b));
            vec![
                ("hex", format!("{prefix}{}", hex::encode(&bytes))),
                ("dec", format!("{prefix}{number}")),
                ("b64_std", format!("{prefix}{}", STANDARD.encode(&bytes))),
                (
                    "b64_url",
                    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(&bytes)),
                ),
                ("id", URL_SAFE_NO_PAD.encode(&bytes)),
            ]
        }
        "random_string" | "random_password" => {
            let mut letters = String::new();
            for (name, set) in [
                ("lower", "abcdefghijklmnopqrstuvwxyz"),
                ("upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
                ("numeric", "0123456789"),
                ("special", "!@#$%&*()-_=+[]{}<>:?"),
            ] {
                if values.flag(name) != Some(false) {
                    letters.push_str(set);
                }
            }
            let letters: Vec<char> = letters.chars().collect();
            let pick = |b: &u8| letters.get(usize::from(*b) % letters.len().max(1)).copied();
            let text: String = bytes(address, count("length", 16))
                .iter()
                .filter_map(pick)
                .collect();
            vec![("id", text.clone()), ("result", text)]
        }
        "random_pet" => {
            let words = [
                "calm", "brave", "swift", "quiet", "amber", "heron", "otter", "finch",
            ];
            let word = |b: &u8| {
                words
                    .get(usize::from(*b) % words.len())
                    .copied()
                    .unwrap_or_default()
            };
            let parts: Vec<&str> = bytes(address, count("length", 2))
                .iter()
                .map(word)
                .collect();
            let separator = values.text("separator").unwrap_or_else(|| "-".to_owned());
            let text = parts.join(&separator);
            let text = if prefix.is_empty() {
                text
            } else {
                format!("{prefix}{separator}{text}")
            };
            vec![("id", text)]
        }
        "random_uuid" => {
            let hex = hex::encode(bytes(address, 16));
            let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_owned();
            let text = [
                part(0, 8),
                part(8, 12),
                part(12, 16),
                part(16, 20),
                part(20, 32),
            ]
            .join("-");
            vec![("id", text.clone()), ("result", text)]
        }
        _ => vec![("id", hex::encode(bytes(address, 8)))],
    };
    let mut out: Map<String, Value> = made
        .into_iter()
        .map(|(k, v)| (k.to_owned(), json!(v)))
        .collect();
    if node.type_name == "terraform_data" {
        let said = |name: &str| values.raw(name).cloned().unwrap_or_default();
        out.insert("input".to_owned(), said("input"));
        out.insert("output".to_owned(), said("input"));
        out.insert("triggers_replace".to_owned(), said("triggers_replace"));
    }
    Some(Ok(out))
}
