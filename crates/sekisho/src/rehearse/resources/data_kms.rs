//! KMS's ciphertexts: what is encrypted while Terraform runs, and what it decrypts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::{Failed, Made, Type, Values, attributes, text_at};
use crate::rehearse::Client;

/// The data source, which encrypts anew each time.
pub(super) const READ_CIPHERTEXT: Type = Type {
    make: encrypt,
    ..CIPHERTEXT
};
/// The resource.
pub(super) const CIPHERTEXT: Type = Type {
    name: "aws_kms_ciphertext",
    arguments: &["context", "key_id", "plaintext"],
    ignored: &[],
    make: ciphertext,
};
pub(super) const SECRETS: Type = Type {
    name: "aws_kms_secrets",
    arguments: &["secret"],
    ignored: &[],
    make: secrets,
};

fn ciphertext(client: &Client, values: &Values<'_>) -> Made {
    let mut out = encrypt(client, values)?;
    // Its own is of the time.
    out.insert("id".to_owned(), json!(values.name("id", "id")));
    Ok(out)
}

fn encrypt(client: &Client, values: &Values<'_>) -> Made {
    let key = values.need("key_id")?;
    let mut input = Map::from_iter([
        ("KeyId".to_owned(), json!(key)),
        (
            "Plaintext".to_owned(),
            json!(STANDARD.encode(values.need("plaintext")?)),
        ),
    ]);
    let context = values.get("context").cloned();
    input.extend(context.map(|context| ("EncryptionContext".to_owned(), context)));
    let made = client.call("kms", "Encrypt", Value::Object(input))?;
    Ok(attributes([
        ("ciphertext_blob", json!(text_at(&made, "/CiphertextBlob"))),
        ("id", json!(text_at(&made, "/KeyId"))),
    ]))
}

fn secrets(client: &Client, values: &Values<'_>) -> Made {
    let mut plain = Map::new();
    for secret in values.blocks("secret") {
        let name = secret.need("name")?;
        let mut input = Map::new();
        input.insert("CiphertextBlob".to_owned(), json!(secret.need("payload")?));
        for (from, to) in [
            ("context", "EncryptionContext"),
            ("encryption_algorithm", "EncryptionAlgorithm"),
            ("grant_tokens", "GrantTokens"),
            ("key_id", "KeyId"),
        ] {
            input.extend(secret.get(from).map(|v| (to.to_owned(), v.clone())));
        }
        let found = client.call("kms", "Decrypt", Value::Object(input))?;
        let text = STANDARD.decode(text_at(&found, "/Plaintext")).ok();
        let text = text.and_then(|bytes| String::from_utf8(bytes).ok());
        let text = text.ok_or_else(|| Failed::text(format!("the secret {name} is no text")))?;
        plain.insert(name, json!(text));
    }
    Ok(attributes([
        ("id", json!(client.region)),
        ("plaintext", Value::Object(plain)),
    ]))
}
