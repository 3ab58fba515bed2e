//! Drops an upload and its parts.

use sekisho_engine::prelude::*;

use crate::checks;
use crate::upload::{self, UPLOADS};

pub(crate) struct AbortMultipartUpload;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    key: String,
    expected_bucket_owner: Option<String>,
    upload_id: String,
}

impl Operation for AbortMultipartUpload {
    const ID: OpId = OpId::new("s3", "AbortMultipartUpload");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![checks::on_object(
            lookup,
            "s3:AbortMultipartUpload",
            &input.bucket,
            &input.key,
            input.expected_bucket_owner.as_deref(),
        )?])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let upload = upload::find(cx, &input.bucket, &input.key, &input.upload_id)?;
        upload
            .parts
            .values()
            .for_each(|p| cx.remove_blob(&p.stored.blob));
        cx.delete(&UPLOADS, &input.upload_id);
        Ok(json!({}))
    }
}
