//! A fresh data key, in the clear and encrypted.

use sekisho_engine::prelude::*;
use std::collections::BTreeMap;

use crate::{checks, cipher, grants, keys};

pub(crate) struct GenerateDataKey;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    key_id: String,
    #[serde(default)]
    encryption_context: BTreeMap<String, String>,
    key_spec: Option<String>,
    number_of_bytes: Option<i64>,
    dry_run: Option<bool>,
    #[serde(default)]
    grant_tokens: Vec<String>,
}

impl Operation for GenerateDataKey {
    const ID: OpId = OpId::new("kms", "GenerateDataKey");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        grants::known(lookup, &input.grant_tokens)?;
        let check = checks::on_key(lookup, "GenerateDataKey", &input.key_id)?;
        Ok(vec![checks::with_context(check, &input.encryption_context)])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let key = keys::find(cx, &input.key_id)?;
        let count = match (input.key_spec.as_deref(), input.number_of_bytes) {
            (Some("AES_256"), None) => 32,
            (Some("AES_128"), None) => 16,
            (None, Some(count @ 1..=1_024)) => usize::try_from(count).unwrap_or(32),
            _ => {
                let message = "Please specify either number of bytes or key spec.";
                return Err(ApiError::new("ValidationException", message));
            }
        };
        let plaintext = cx.ids().vec(count);
        let blob = cipher::encrypt(cx, &key, &input.encryption_context, &plaintext)?;
        keys::answer(
            input.dry_run,
            json!({"CiphertextBlob": blob, "Plaintext": cipher::base64(&plaintext), "KeyId": key.arn, "KeyMaterialId": key.material_id()}),
        )
    }
}
