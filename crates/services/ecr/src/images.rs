//! Images, tags, layers and uploads of a repository.

use std::collections::BTreeSet;

use sekisho_engine::{ApiError, Cx, Table, time};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::manifest::Descriptor;
use crate::repos::{Repo, inside};

/// Layers by repository and digest. Their bytes are blobs, named by digest and stored once.
pub(crate) const LAYERS: Table<Layer> = Table::new("ecr/layer");
/// Which repositories use a blob, by digest and repository; the last one takes the blob with it.
pub(crate) const USES: Table<bool> = Table::new("ecr/blob-use");
/// Images by repository and digest.
pub(crate) const IMAGES: Table<Image> = Table::new("ecr/image");
/// Digests by repository and tag.
pub(crate) const TAGS: Table<String> = Table::new("ecr/tag");
/// Uploads under way, by id.
pub(crate) const UPLOADS: Table<Upload> = Table::new("ecr/upload");

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Layer {
    pub(crate) size: u64,
    /// What the manifests call it; unknown until one does.
    pub(crate) media_type: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Image {
    pub(crate) digest: String,
    pub(crate) manifest: String,
    pub(crate) media_type: String,
    pub(crate) artifact_type: Option<String>,
    pub(crate) pushed_ms: i64,
    pub(crate) size: u64,
    pub(crate) blobs: Vec<String>,
    pub(crate) children: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Upload {
    pub(crate) repo: String,
    pub(crate) parts: Vec<Part>,
    pub(crate) size: u64,
    pub(crate) started_ms: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) blob: String,
    pub(crate) size: u64,
    pub(crate) sha256: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ImageId {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) image_digest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) image_tag: Option<String>,
}

/// The name of a layer's blob.
pub(crate) fn blob_name(digest: &str) -> String {
    digest.replace(':', "")
}

pub(crate) fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|h| {
        h.len() == 64
            && h.bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    })
}

pub(crate) fn tags_of(cx: &Cx<'_>, repo: &Repo, digest: &str) -> Result<Vec<String>, ApiError> {
    let prefix = inside(&repo.row(), "");
    let rows = cx.scan(&TAGS, &prefix)?;
    Ok(rows
        .iter()
        .filter(|(_, d)| d.as_str() == digest)
        .filter_map(|(k, _)| k.strip_prefix(&prefix).map(str::to_owned))
        .collect())
}

/// The digest that an id means: its own, or that of its tag. Both must agree if both are given.
pub(crate) fn digest_of(
    cx: &Cx<'_>,
    repo: &Repo,
    id: &ImageId,
) -> Result<Option<String>, ApiError> {
    let by_tag = match &id.image_tag {
        Some(tag) => match cx.get(&TAGS, &inside(&repo.row(), tag))? {
            Some(digest) => Some(digest.as_ref().clone()),
            None => return Ok(None),
        },
        None => None,
    };
    Ok(match (&id.image_digest, by_tag) {
        (Some(digest), Some(tagged)) if *digest != tagged => None,
        (Some(digest), _) => Some(digest.clone()),
        (None, tagged) => tagged,
    })
}

pub(crate) fn image(
    cx: &Cx<'_>,
    repo: &Repo,
    id: &ImageId,
) -> Result<Option<std::sync::Arc<Image>>, ApiError> {
    match digest_of(cx, repo, id)? {
        Some(digest) => cx.get(&IMAGES, &inside(&repo.row(), &digest)),
        None => Ok(None),
    }
}

pub(crate) fn all(cx: &Cx<'_>, repo: &Repo) -> Result<Vec<std::sync::Arc<Image>>, ApiError> {
    let mut rows: Vec<_> = cx
        .scan(&IMAGES, &inside(&repo.row(), ""))?
        .into_iter()
        .map(|(_, i)| i)
        .collect();
    rows.sort_by_key(|i| std::cmp::Reverse(i.pushed_ms));
    Ok(rows)
}

pub(crate) fn detail(cx: &Cx<'_>, repo: &Repo, image: &Image) -> Result<Value, ApiError> {
    let mut map = Map::new();
    map.insert("registryId".into(), json!(repo.account));
    map.insert("repositoryName".into(), json!(repo.name));
    map.insert("imageDigest".into(), json!(image.digest));
    let tags = tags_of(cx, repo, &image.digest)?;
    if !tags.is_empty() {
        map.insert("imageTags".into(), json!(tags));
    }
    map.insert("imageSizeInBytes".into(), json!(image.size));
    map.insert(
        "imagePushedAt".into(),
        json!(time::seconds(image.pushed_ms)),
    );
    map.insert("imageManifestMediaType".into(), json!(image.media_type));
    if let Some(kind) = &image.artifact_type {
        map.insert("artifactMediaType".into(), json!(kind));
    }
    map.insert("imageStatus".into(), json!("ACTIVE"));
    Ok(Value::Object(map))
}

pub(crate) fn shown(repo: &Repo, image: &Image, tag: Option<&str>) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("registryId".into(), json!(repo.account));
    map.insert("repositoryName".into(), json!(repo.name));
    let id = ImageId {
        image_digest: Some(image.digest.clone()),
        image_tag: tag.map(str::to_owned),
    };
    map.insert("imageId".into(), json!(id));
    map.insert("imageManifest".into(), json!(image.manifest));
    map.insert("imageManifestMediaType".into(), json!(image.media_type));
    map
}

/// Puts a layer into a repository; its bytes are in the blob already.
pub(crate) fn add_layer(
    cx: &mut Cx<'_>,
    repo: &Repo,
    digest: &str,
    size: u64,
) -> Result<(), ApiError> {
    cx.put(
        &LAYERS,
        &inside(&repo.row(), digest),
        Layer {
            size,
            media_type: None,
        },
    )?;
    cx.put(&USES, &format!("{digest} {}", repo.row()), true)
}

/// Takes a layer out of a repository; its bytes go when no repository uses them.
pub(crate) fn remove_layer(cx: &mut Cx<'_>, repo: &Repo, digest: &str) -> Result<(), ApiError> {
    cx.delete(&LAYERS, &inside(&repo.row(), digest));
    cx.delete(&USES, &format!("{digest} {}", repo.row()));
    if cx.page(&USES, &format!("{digest} "), "", 1)?.is_empty() {
        cx.remove_blob(&blob_name(digest));
    }
    Ok(())
}

/// Removes an image with its tags, and the layers that only it used.
pub(crate) fn remove(cx: &mut Cx<'_>, repo: &Repo, image: &Image) -> Result<(), ApiError> {
    for tag in tags_of(cx, repo, &image.digest)? {
        cx.delete(&TAGS, &inside(&repo.row(), &tag));
    }
    cx.delete(&IMAGES, &inside(&repo.row(), &image.digest));
    let used: BTreeSet<String> = all(cx, repo)?
        .iter()
        .flat_map(|i| i.blobs.clone())
        .collect();
    for digest in image.blobs.iter().filter(|d| !used.contains(*d)) {
        remove_layer(cx, repo, digest)?;
    }
    Ok(())
}

/// Remembers what a manifest calls its blobs.
pub(crate) fn name_layers<'a>(
    cx: &mut Cx<'_>,
    repo: &Repo,
    blobs: impl Iterator<Item = &'a Descriptor>,
) -> Result<(), ApiError> {
    for blob in blobs {
        let key = inside(&repo.row(), &blob.digest);
        if let Some(layer) = cx.get(&LAYERS, &key)? {
            let mut layer = layer.as_ref().clone();
            layer.media_type = Some(blob.media_type.clone());
            cx.put(&LAYERS, &key, layer)?;
        }
    }
    Ok(())
}
