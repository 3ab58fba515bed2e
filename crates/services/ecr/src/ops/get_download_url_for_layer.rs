//! A URL that gives the bytes of a layer for an hour. The answer carries the bytes as well, for the registry.

use sekisho_engine::BodyOut;
use sekisho_engine::prelude::*;

use crate::images::{LAYERS, blob_name};
use crate::repos::{self, inside};

pub(crate) struct GetDownloadUrlForLayer;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    registry_id: Option<String>,
    repository_name: String,
    layer_digest: String,
}

impl Operation for GetDownloadUrlForLayer {
    const ID: OpId = OpId::new("ecr", "GetDownloadUrlForLayer");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        repos::check(
            lookup,
            "GetDownloadUrlForLayer",
            input.registry_id.as_deref(),
            &input.repository_name,
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let repo = repos::find(cx, input.registry_id.as_deref(), &input.repository_name)?;
        let digest = input.layer_digest;
        let Some(layer) = cx.get(&LAYERS, &inside(&repo.row(), &digest))? else {
            let (name, account) = (&repo.name, &repo.account);
            let message = format!(
                "The layer with digest '{digest}' does not exist in the repository with name '{name}' in the registry with id '{account}'"
            );
            return Err(ApiError::new("LayersNotFoundException", message));
        };
        let purpose = crate::layer_purpose(&repo.account, &repo.name, &digest);
        let token = cx.issue_token(&purpose, cx.now_ms() + 3_600_000)?;
        let endpoint = cx
            .origin()
            .info()
            .endpoint
            .clone()
            .unwrap_or_else(|| "127.0.0.1:4566".to_owned());
        let url = format!(
            "http://{endpoint}/_sekisho/layer/{}/{}/{}?digest={digest}&token={token}",
            repo.account, repo.region, repo.name
        );
        let reader = cx
            .blobs()
            .read(&blob_name(&digest), layer.size, 0, layer.size, None)?;
        cx.answer_with(BodyOut::new(vec![reader]));
        Ok(json!({"downloadUrl": url, "layerDigest": digest}))
    }
}
