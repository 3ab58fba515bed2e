//! Takes a part of a layer: in the input (the API), or as a body of any size (the registry).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sekisho_engine::prelude::*;
use sekisho_engine::{SinkSpec, StreamOperation};
use sha2::Digest as _;

use crate::images::{Part, UPLOADS, Upload};
use crate::repos::{self, Repo};

pub(crate) struct UploadLayerPart;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    registry_id: Option<String>,
    repository_name: String,
    upload_id: String,
    part_first_byte: u64,
    part_last_byte: u64,
    layer_part_blob: String,
}

impl Operation for UploadLayerPart {
    const ID: OpId = OpId::new("ecr", "UploadLayerPart");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        repos::check(
            lookup,
            "UploadLayerPart",
            input.registry_id.as_deref(),
            &input.repository_name,
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let repo = repos::find(cx, input.registry_id.as_deref(), &input.repository_name)?;
        let upload = find(cx, &repo, &input.upload_id)?;
        if input.part_first_byte != upload.size {
            let message = format!(
                "Layer part with first byte {} and last byte {} is invalid for upload id '{}': the last byte received is {}",
                input.part_first_byte,
                input.part_last_byte,
                input.upload_id,
                upload.size as i64 - 1
            );
            let error = ApiError::new("InvalidLayerPartException", message);
            return Err(error
                .field("lastValidByteReceived", upload.size as i64 - 1)
                .field("uploadId", input.upload_id));
        }
        let (staged, sha256) = match cx.take_body() {
            Ok(body) => (body.staged, body.digests.sha256.unwrap_or_default()),
            Err(_) => {
                let bytes = STANDARD
                    .decode(&input.layer_part_blob)
                    .map_err(|_| repos::invalid("layerPartBlob", "Member must be base64"))?;
                if bytes.len() as u64
                    != input
                        .part_last_byte
                        .saturating_add(1)
                        .saturating_sub(input.part_first_byte)
                {
                    return Err(repos::invalid(
                        "partLastByte",
                        "The part does not have the length that its range says",
                    ));
                }
                let mut writer = cx.blobs().stage(None)?;
                writer.write(&bytes)?;
                (writer.finish()?, sha2::Sha256::digest(&bytes).into())
            }
        };
        let mut upload = upload.as_ref().clone();
        let size = staged.size;
        let blob = format!(
            "upload{}{}",
            input.upload_id.replace('-', ""),
            upload.parts.len()
        );
        cx.keep_blob(staged, &blob)?;
        upload.parts.push(Part {
            blob,
            size,
            sha256: hex::encode(sha256),
        });
        upload.size += size;
        let last = upload.size as i64 - 1;
        cx.put(&UPLOADS, &input.upload_id, upload)?;
        Ok(
            json!({"registryId": repo.account, "repositoryName": repo.name, "uploadId": input.upload_id, "lastByteReceived": last}),
        )
    }
}

impl StreamOperation for UploadLayerPart {
    fn sink(cx: &mut Cx<'_>, input: &Input, _: &Permit<Self>) -> Result<SinkSpec, ApiError> {
        let repo = repos::find(cx, input.registry_id.as_deref(), &input.repository_name)?;
        find(cx, &repo, &input.upload_id)?;
        Ok(SinkSpec {
            sha256: true,
            ..SinkSpec::default()
        })
    }
}

pub(crate) fn find(cx: &Cx<'_>, repo: &Repo, id: &str) -> Result<std::sync::Arc<Upload>, ApiError> {
    cx.get(&UPLOADS, id)?.filter(|u| u.repo == repo.row()).ok_or_else(|| {
        let (name, account) = (&repo.name, &repo.account);
        let message = format!("The upload with id '{id}' does not exist in the repository with name '{name}' in the registry with id '{account}'");
        ApiError::new("UploadNotFoundException", message)
    })
}
