//! Ends the upload of a layer, if its digest is what it should be.

use sekisho_engine::Staged;
use sekisho_engine::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::images::{self, LAYERS, UPLOADS, Upload, blob_name};
use crate::ops::upload_layer_part::find;
use crate::repos::{self, inside};

pub(crate) struct CompleteLayerUpload;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    registry_id: Option<String>,
    repository_name: String,
    upload_id: String,
    layer_digests: Vec<String>,
}

impl Operation for CompleteLayerUpload {
    const ID: OpId = OpId::new("ecr", "CompleteLayerUpload");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        repos::check(
            lookup,
            "CompleteLayerUpload",
            input.registry_id.as_deref(),
            &input.repository_name,
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let repo = repos::find(cx, input.registry_id.as_deref(), &input.repository_name)?;
        let upload = find(cx, &repo, &input.upload_id)?;
        let wanted = input.layer_digests.first().cloned().unwrap_or_default();
        if upload.parts.is_empty() {
            let message = format!("The upload with id '{}' has no parts", input.upload_id);
            return Err(ApiError::new("EmptyUploadException", message));
        }
        let (staged, digest) = join(cx, &upload)?;
        if digest != wanted {
            let message = format!(
                "The layer digest '{wanted}' does not match the digest '{digest}' of the bytes that were uploaded"
            );
            return Err(ApiError::new("InvalidLayerException", message));
        }
        if cx.get(&LAYERS, &inside(&repo.row(), &digest))?.is_some() {
            let (name, account) = (&repo.name, &repo.account);
            let message = format!(
                "Layer with digest '{digest}' already exists in the repository with name '{name}' in the registry with id '{account}'"
            );
            return Err(ApiError::new("LayerAlreadyExistsException", message));
        }
        cx.keep_blob(staged, &blob_name(&digest))?;
        images::add_layer(cx, &repo, &digest, upload.size)?;
        upload.parts.iter().for_each(|p| cx.remove_blob(&p.blob));
        cx.delete(&UPLOADS, &input.upload_id);
        Ok(
            json!({"registryId": repo.account, "repositoryName": repo.name, "uploadId": input.upload_id, "layerDigest": digest}),
        )
    }
}

/// Writes the parts one behind the other, and computes the digest of the whole.
fn join(cx: &Cx<'_>, upload: &Upload) -> Result<(Staged, String), ApiError> {
    let mut writer = cx.blobs().stage(None)?;
    let mut hash = Sha256::new();
    for part in &upload.parts {
        let mut reader = cx.blobs().read(&part.blob, part.size, 0, part.size, None)?;
        while let Some(chunk) = reader.next_chunk()? {
            hash.update(&chunk);
            writer.write(&chunk)?;
        }
    }
    Ok((
        writer.finish()?,
        format!("sha256:{}", hex::encode(hash.finalize())),
    ))
}
