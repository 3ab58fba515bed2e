//! Encrypts up to 4,096 bytes.

use sekisho_engine::prelude::*;
use std::collections::BTreeMap;

use crate::{checks, cipher, grants, keys};

pub(crate) struct Encrypt;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    key_id: String,
    #[serde(default)]
    encryption_context: BTreeMap<String, String>,
    plaintext: String,
    dry_run: Option<bool>,
    #[serde(default)]
    grant_tokens: Vec<String>,
}

impl Operation for Encrypt {
    const ID: OpId = OpId::new("kms", "Encrypt");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        grants::known(lookup, &input.grant_tokens)?;
        let check = checks::on_key(lookup, "Encrypt", &input.key_id)?;
        Ok(vec![checks::with_context(check, &input.encryption_context)])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let key = keys::find(cx, &input.key_id)?;
        let plaintext = cipher::from_base64(&input.plaintext)?;
        if plaintext.len() > 4_096 {
            let message = "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096";
            return Err(ApiError::new("ValidationException", message));
        }
        let blob = cipher::encrypt(cx, &key, &input.encryption_context, &plaintext)?;
        keys::answer(
            input.dry_run,
            json!({"CiphertextBlob": blob, "KeyId": key.arn, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}),
        )
    }
}
