//! Reads manifests by digest or tag.

use sekisho_engine::prelude::*;

use crate::images::{self, ImageId};
use crate::repos;

pub(crate) struct BatchGetImage;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    registry_id: Option<String>,
    repository_name: String,
    image_ids: Vec<ImageId>,
    #[serde(default)]
    accepted_media_types: Vec<String>,
}

impl Operation for BatchGetImage {
    const ID: OpId = OpId::new("ecr", "BatchGetImage");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        repos::check(
            lookup,
            "BatchGetImage",
            input.registry_id.as_deref(),
            &input.repository_name,
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let repo = repos::find(cx, input.registry_id.as_deref(), &input.repository_name)?;
        let mut found = Vec::new();
        let mut failures = Vec::new();
        for id in &input.image_ids {
            match images::image(cx, &repo, id)? {
                Some(image) => {
                    let mut shown = images::shown(&repo, &image, id.image_tag.as_deref());
                    shown.insert("imageManifestSize".to_owned(), json!(image.manifest.len()));
                    found.push(Value::Object(shown));
                }
                None => failures.push(json!({
                    "imageId": id, "failureCode": "ImageNotFound", "failureReason": "Requested image not found",
                })),
            }
        }
        let _ = input.accepted_media_types;
        Ok(json!({"images": found, "failures": failures}))
    }
}
