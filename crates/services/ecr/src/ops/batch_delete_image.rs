//! Removes tags and images. The last tag takes its image with it.

use sekisho_engine::prelude::*;

use crate::images::{self, ImageId, TAGS};
use crate::repos::{self, inside};

pub(crate) struct BatchDeleteImage;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    registry_id: Option<String>,
    repository_name: String,
    image_ids: Vec<ImageId>,
}

impl Operation for BatchDeleteImage {
    const ID: OpId = OpId::new("ecr", "BatchDeleteImage");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        repos::check(
            lookup,
            "BatchDeleteImage",
            input.registry_id.as_deref(),
            &input.repository_name,
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let repo = repos::find(cx, input.registry_id.as_deref(), &input.repository_name)?;
        let mut deleted = Vec::new();
        let mut failures = Vec::new();
        for id in &input.image_ids {
            let Some(image) = images::image(cx, &repo, id)? else {
                failures.push(json!({
                    "imageId": id, "failureCode": "ImageNotFound", "failureReason": "Requested image not found",
                }));
                continue;
            };
            let tags = images::tags_of(cx, &repo, &image.digest)?;
            if let Some(tag) = id.image_tag.as_ref().filter(|_| tags.len() > 1) {
                cx.delete(&TAGS, &inside(&repo.row(), tag));
                deleted.push(json!({"imageDigest": image.digest, "imageTag": tag}));
                continue;
            }
            let parents: Vec<String> = images::all(cx, &repo)?
                .iter()
                .filter(|i| i.children.contains(&image.digest))
                .map(|i| i.digest.clone())
                .collect();
            if !parents.is_empty() {
                failures.push(json!({
                    "imageId": id, "failureCode": "ImageReferencedByManifestList",
                    "failureReason": format!("Requested image referenced by manifest list: [{}]", parents.join(",")),
                }));
                continue;
            }
            images::remove(cx, &repo, &image)?;
            if tags.is_empty() {
                deleted.push(json!({"imageDigest": image.digest}));
            }
            deleted.extend(
                tags.iter()
                    .map(|t| json!({"imageDigest": image.digest, "imageTag": t})),
            );
        }
        Ok(json!({"imageIds": deleted, "failures": failures}))
    }
}
