//! Decrypts under one key and encrypts under another, without showing the plaintext.

use sekisho_engine::prelude::*;
use std::collections::BTreeMap;

use crate::{checks, cipher, family, grants, keys};

pub(crate) struct ReEncrypt;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    #[serde(default)]
    ciphertext_blob: String,
    #[serde(default)]
    source_encryption_context: BTreeMap<String, String>,
    source_key_id: Option<String>,
    destination_key_id: String,
    #[serde(default)]
    destination_encryption_context: BTreeMap<String, String>,
    dry_run: Option<bool>,
    #[serde(default)]
    grant_tokens: Vec<String>,
}

impl Operation for ReEncrypt {
    const ID: OpId = OpId::new("kms", "ReEncrypt");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        grants::known(lookup, &input.grant_tokens)?;
        let (arn, _) = cipher::split(&input.ciphertext_blob)?;
        let arn = family::here(lookup, arn);
        keys::is_the_one(lookup, input.source_key_id.as_deref(), &arn)?;
        let same = (keys::resolve(lookup, &input.destination_key_id)? == arn).to_string();
        let source = input.source_key_id.as_deref().unwrap_or(&arn);
        let from = checks::on_key(lookup, "ReEncryptFrom", source)?
            .with("kms:ReEncryptOnSameKey", same.clone());
        let to = checks::on_key(lookup, "ReEncryptTo", &input.destination_key_id)?
            .with("kms:ReEncryptOnSameKey", same);
        Ok(vec![
            checks::with_context(from, &input.source_encryption_context),
            checks::with_context(to, &input.destination_encryption_context),
        ])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let (arn, sealed) = cipher::split(&input.ciphertext_blob)?;
        let arn = family::here(&cx.lookup(), arn);
        let source = keys::find(cx, &arn)?;
        let target = keys::find(cx, &input.destination_key_id)?;
        let plaintext = cipher::decrypt(&source, &input.source_encryption_context, &sealed)?;
        let blob = cipher::encrypt(
            cx,
            &target,
            &input.destination_encryption_context,
            &plaintext,
        )?;
        keys::answer(
            input.dry_run,
            json!({
                "CiphertextBlob": blob, "SourceKeyId": source.arn, "KeyId": target.arn,
                "SourceEncryptionAlgorithm": "SYMMETRIC_DEFAULT", "DestinationEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
                "SourceKeyMaterialId": source.material_id(), "DestinationKeyMaterialId": target.material_id(),
            }),
        )
    }
}
