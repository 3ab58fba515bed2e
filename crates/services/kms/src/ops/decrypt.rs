//! Decrypts what a key of KMS encrypted; the ciphertext names the key.

use sekisho_engine::prelude::*;
use std::collections::BTreeMap;

use crate::{checks, cipher, family, grants, keys};

pub(crate) struct Decrypt;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    #[serde(default)]
    ciphertext_blob: String,
    key_id: Option<String>,
    #[serde(default)]
    encryption_context: BTreeMap<String, String>,
    dry_run: Option<bool>,
    #[serde(default)]
    grant_tokens: Vec<String>,
}

impl Operation for Decrypt {
    const ID: OpId = OpId::new("kms", "Decrypt");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        grants::known(lookup, &input.grant_tokens)?;
        let (arn, _) = cipher::split(&input.ciphertext_blob)?;
        let arn = family::here(lookup, arn);
        keys::is_the_one(lookup, input.key_id.as_deref(), &arn)?;
        let check = checks::on_key(lookup, "Decrypt", input.key_id.as_deref().unwrap_or(&arn))?;
        Ok(vec![checks::with_context(check, &input.encryption_context)])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let (arn, sealed) = cipher::split(&input.ciphertext_blob)?;
        let arn = family::here(&cx.lookup(), arn);
        let key = keys::find(cx, &arn)?;
        let plaintext = cipher::decrypt(&key, &input.encryption_context, &sealed)?;
        keys::answer(
            input.dry_run,
            json!({"Plaintext": cipher::base64(&plaintext), "KeyId": key.arn, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT", "KeyMaterialId": key.material_id()}),
        )
    }
}
