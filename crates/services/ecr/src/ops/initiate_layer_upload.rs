//! Begins the upload of a layer.

use sekisho_engine::prelude::*;

use crate::images::{UPLOADS, Upload};
use crate::repos;

pub(crate) struct InitiateLayerUpload;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    registry_id: Option<String>,
    repository_name: String,
}

impl Operation for InitiateLayerUpload {
    const ID: OpId = OpId::new("ecr", "InitiateLayerUpload");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        repos::check(
            lookup,
            "InitiateLayerUpload",
            input.registry_id.as_deref(),
            &input.repository_name,
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let repo = repos::find(cx, input.registry_id.as_deref(), &input.repository_name)?;
        let id = cx.ids().uuid();
        let now = cx.now_ms();
        // Uploads that nobody finished within a day are dropped.
        let stale: Vec<_> = cx
            .scan(&UPLOADS, "")?
            .into_iter()
            .filter(|(_, u)| u.started_ms + 86_400_000 < now)
            .collect();
        for (key, upload) in stale {
            upload.parts.iter().for_each(|p| cx.remove_blob(&p.blob));
            cx.delete(&UPLOADS, &key);
        }
        cx.put(
            &UPLOADS,
            &id,
            Upload {
                repo: repo.row(),
                parts: Vec::new(),
                size: 0,
                started_ms: now,
            },
        )?;
        Ok(json!({"uploadId": id, "partSize": 10_485_760}))
    }
}
