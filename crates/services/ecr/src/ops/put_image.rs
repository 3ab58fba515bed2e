//! Puts a manifest into a repository, if everything that it names is there.

use sekisho_engine::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::images::{self, IMAGES, Image, LAYERS, TAGS};
use crate::manifest::{MAX_MANIFEST, Manifest};
use crate::repos::{self, Repo, inside};

pub(crate) struct PutImage;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    registry_id: Option<String>,
    repository_name: String,
    image_manifest: String,
    image_manifest_media_type: Option<String>,
    image_tag: Option<String>,
    image_digest: Option<String>,
}

impl Operation for PutImage {
    const ID: OpId = OpId::new("ecr", "PutImage");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        repos::check(
            lookup,
            "PutImage",
            input.registry_id.as_deref(),
            &input.repository_name,
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let repo = repos::find(cx, input.registry_id.as_deref(), &input.repository_name)?;
        if input.image_manifest.len() > MAX_MANIFEST {
            return Err(repos::invalid(
                "ImageManifest",
                "Member must have length less than or equal to 4194304",
            ));
        }
        input
            .image_tag
            .as_deref()
            .map_or(Ok(()), repos::check_tag)?;
        let manifest = Manifest::parse(&input.image_manifest)
            .ok_or_else(|| repos::invalid("ImageManifest", "Invalid JSON syntax"))?;
        let digest = format!(
            "sha256:{}",
            hex::encode(Sha256::digest(input.image_manifest.as_bytes()))
        );
        if let Some(given) = input.image_digest.as_ref().filter(|d| **d != digest) {
            let (name, account) = (&repo.name, &repo.account);
            let message = format!(
                "The image with digest '{given}' in repository '{name}' and registry ID '{account}' does not match the image digest that Amazon ECR has calculated."
            );
            return Err(ApiError::new("ImageDigestDoesNotMatchException", message));
        }
        all_there(cx, &repo, &manifest)?;
        let key = inside(&repo.row(), &digest);
        let known = cx.get(&IMAGES, &key)?;
        tag_may_move(
            cx,
            &repo,
            &digest,
            input.image_tag.as_deref(),
            known.is_some(),
        )?;
        let image = match known {
            Some(image) => image.as_ref().clone(),
            None => {
                let media_type = manifest.kind(input.image_manifest_media_type.as_deref());
                images::name_layers(cx, &repo, manifest.blobs())?;
                let image = Image {
                    digest: digest.clone(),
                    manifest: input.image_manifest,
                    media_type,
                    artifact_type: manifest
                        .artifact_type
                        .clone()
                        .or_else(|| manifest.config.as_ref().map(|c| c.media_type.clone())),
                    pushed_ms: cx.now_ms(),
                    size: manifest
                        .layers
                        .iter()
                        .chain(&manifest.config)
                        .fold(0, |all, d| u64::saturating_add(all, d.size)),
                    blobs: manifest.blobs().map(|d| d.digest.clone()).collect(),
                    children: manifest
                        .manifests
                        .iter()
                        .map(|d| d.digest.clone())
                        .collect(),
                };
                cx.put(&IMAGES, &key, image.clone())?;
                image
            }
        };
        if let Some(tag) = &input.image_tag {
            cx.put(&TAGS, &inside(&repo.row(), tag), digest)?;
        }
        Ok(json!({"image": images::shown(&repo, &image, input.image_tag.as_deref())}))
    }
}

/// Every blob and every child of an index must be in the same repository.
fn all_there(cx: &Cx<'_>, repo: &Repo, manifest: &Manifest) -> Result<(), ApiError> {
    let (name, account) = (&repo.name, &repo.account);
    let mut missing = Vec::new();
    for blob in manifest.blobs() {
        if cx
            .get(&LAYERS, &inside(&repo.row(), &blob.digest))?
            .is_none()
        {
            missing.push(blob.digest.clone());
        }
    }
    if !missing.is_empty() {
        let list = missing.join(",");
        let message = format!(
            "Layers with digests '[{list}]' required for pushing image into repository with name '{name}' in the registry with id '{account}' do not exist"
        );
        return Err(ApiError::new("LayersNotFoundException", message));
    }
    for child in &manifest.manifests {
        if cx
            .get(&IMAGES, &inside(&repo.row(), &child.digest))?
            .is_none()
        {
            missing.push(child.digest.clone());
        }
    }
    if !missing.is_empty() {
        let list = missing.join(",");
        let message = format!(
            "Images with digests '[{list}]' required for pushing image into repository with name '{name}' in the registry with id '{account}' do not exist"
        );
        return Err(ApiError::new("ReferencedImagesNotFoundException", message));
    }
    Ok(())
}

/// The same image under the same tag is refused first, an immutable tag after it.
fn tag_may_move(
    cx: &Cx<'_>,
    repo: &Repo,
    digest: &str,
    tag: Option<&str>,
    known: bool,
) -> Result<(), ApiError> {
    let (name, account) = (&repo.name, &repo.account);
    let Some(tag) = tag else {
        if known {
            let message = format!(
                "Image with digest '{digest}' already exists in the repository with name '{name}' in registry with id '{account}'"
            );
            return Err(ApiError::new("ImageAlreadyExistsException", message));
        }
        return Ok(());
    };
    match cx.get(&TAGS, &inside(&repo.row(), tag))? {
        Some(current) if current.as_str() == digest => {
            let message = format!(
                "Image with digest '{digest}' and tag '{tag}' already exists in the repository with name '{name}' in registry with id '{account}'"
            );
            Err(ApiError::new("ImageAlreadyExistsException", message))
        }
        Some(_) if repo.mutability.keeps(tag) => {
            let message = format!(
                "The image tag '{tag}' already exists in the '{name}' repository and cannot be overwritten because the tag is immutable."
            );
            Err(ApiError::new("ImageTagAlreadyExistsException", message))
        }
        _ => Ok(()),
    }
}
