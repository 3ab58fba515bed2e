//! Images for source actions: generated, or given as an OCI layout or a `docker save` archive.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use flate2::Compression;
use flate2::write::GzEncoder;
use sekisho_iac::{Problem, Reason};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Client, Options};

/// `--image REPO[:TAG]=PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageArgument {
    pub(super) repository: String,
    pub(super) tag: Option<String>,
    path: PathBuf,
}

impl fmt::Display for ImageArgument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        write!(f, "={}", self.path.display())
    }
}

impl FromStr for ImageArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, path) = text.split_once('=').ok_or("expected REPO[:TAG]=PATH")?;
        let (repository, tag) = match name.split_once(':') {
            Some((repository, tag)) => (repository, Some(tag.to_owned())),
            None => (name, None),
        };
        if repository.is_empty() || path.is_empty() {
            return Err("expected REPO[:TAG]=PATH".to_owned());
        }
        Ok(Self {
            repository: repository.to_owned(),
            tag,
            path: PathBuf::from(path),
        })
    }
}

/// An image: a manifest, and the blobs that it names, by digest.
struct Image {
    manifest: String,
    media_type: String,
    blobs: BTreeMap<String, Vec<u8>>,
}

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}

/// An image that a source action reads.
struct Wanted {
    repository: String,
    tag: String,
    /// The role of the action, whose account has the repository.
    role: Option<String>,
}

/// Pushes an image to each repository that the ECR source actions of a pipeline read, where there is one. The pipeline is
/// as Terraform has it.
pub(super) fn push_for(
    client: &Client,
    pipeline: &serde_json::Map<String, Value>,
    options: &Options,
    used: &mut BTreeSet<usize>,
) -> Result<(), Reason> {
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    for action in list(pipeline.get("stage"))
        .iter()
        .flat_map(|s| list(s.get("action")))
    {
        let text = |pointer: &str| action.pointer(pointer).and_then(Value::as_str);
        let ecr = text("/provider") == Some("ECR") && text("/category") == Some("Source");
        if let Some(repository) = text("/configuration/RepositoryName").filter(|_| ecr) {
            let wanted = Wanted {
                repository: repository.to_owned(),
                tag: text("/configuration/ImageTag")
                    .unwrap_or("latest")
                    .to_owned(),
                role: text("/role_arn").map(str::to_owned),
            };
            wanted.push(client, options, used)?;
        }
    }
    Ok(())
}

/// The same for a pipeline as GetPipeline answers it.
pub(super) fn push_for_definition(
    client: &Client,
    pipeline: &Value,
    options: &Options,
    used: &mut BTreeSet<usize>,
) -> Result<(), Reason> {
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    for action in list(pipeline.get("stages"))
        .iter()
        .flat_map(|s| list(s.get("actions")))
    {
        let text = |pointer: &str| action.pointer(pointer).and_then(Value::as_str);
        let (category, provider) = (
            text("/actionTypeId/category"),
            text("/actionTypeId/provider"),
        );
        let ecr = provider == Some("ECR") && category == Some("Source");
        if let Some(repository) = text("/configuration/RepositoryName").filter(|_| ecr) {
            let wanted = Wanted {
                repository: repository.to_owned(),
                tag: text("/configuration/ImageTag")
                    .unwrap_or("latest")
                    .to_owned(),
                role: text("/roleArn").map(str::to_owned),
            };
            wanted.push(client, options, used)?;
        }
    }
    Ok(())
}

impl Wanted {
    fn push(
        &self,
        client: &Client,
        options: &Options,
        used: &mut BTreeSet<usize>,
    ) -> Result<(), Reason> {
        let (repository, tag) = (self.repository.as_str(), self.tag.as_str());
        // A variable of a pipeline has no value yet, and CodePipeline takes none here: it says so.
        if repository.contains("#{") || tag.contains("#{") {
            return Ok(());
        }
        let account = self.role.as_deref().and_then(|r| r.split(':').nth(4));
        // What is pushed here was pushed before: no policy of the user is asked.
        let account = account.unwrap_or(&client.account);
        let owner = Client::owner(&client.engine, account, &client.region);
        let mut given = options.images.iter().enumerate();
        let given = given
            .find(|(_, i)| i.repository == repository && i.tag.as_deref().is_none_or(|t| t == tag));
        let image = match given {
            Some((index, argument)) => {
                used.insert(index);
                // Of what is no image nothing can be said.
                let unread = |why| Reason::unsupported(format!("--image {argument}: {why}"));
                read(&argument.path).map_err(unread)?
            }
            None if options.generate_images => generate(repository)?,
            None => return Ok(()),
        };
        // A repository that is not there is for the rehearsal to find out.
        let input = json!({"repositoryNames": [repository]});
        if owner.call("ecr", "DescribeRepositories", input).is_ok() {
            push(&owner, repository, tag, &image)?;
        }
        Ok(())
    }
}

fn push(client: &Client, repository: &str, tag: &str, image: &Image) -> Result<(), String> {
    let failed = |e: sekisho_engine::ApiError| {
        format!("the image for {repository}:{tag} could not be pushed: {e}")
    };
    for (digest, bytes) in &image.blobs {
        let upload = client
            .call(
                "ecr",
                "InitiateLayerUpload",
                json!({"repositoryName": repository}),
            )
            .map_err(failed)?;
        let id = upload.get("uploadId").cloned().unwrap_or_default();
        let part = json!({
            "repositoryName": repository, "uploadId": id, "partFirstByte": 0, "partLastByte": bytes.len(), "layerPartBlob": "",
        });
        client
            .send("ecr", "UploadLayerPart", part, bytes)
            .map_err(failed)?;
        let done = json!({"repositoryName": repository, "uploadId": id, "layerDigests": [digest]});
        match client.call("ecr", "CompleteLayerUpload", done) {
            Err(e) if e.code != "LayerAlreadyExistsException" => return Err(failed(e)),
            _ => {}
        }
    }
    let put = json!({
        "repositoryName": repository, "imageTag": tag, "imageManifest": image.manifest, "imageManifestMediaType": image.media_type,
    });
    match client.call("ecr", "PutImage", put) {
        Err(e) if e.code != "ImageAlreadyExistsException" => Err(failed(e)),
        _ => Ok(()),
    }
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .map_err(|e| e.to_string())
}

fn assemble(layers: Vec<(Vec<u8>, String)>, config: Vec<u8>) -> Image {
    let descriptor = |kind: &str, bytes: &[u8]| json!({"mediaType": kind, "digest": digest(bytes), "size": bytes.len()});
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": descriptor(CONFIG, &config),
        "layers": layers.iter().map(|(bytes, kind)| descriptor(kind, bytes)).collect::<Vec<_>>(),
    })
    .to_string();
    let mut blobs: BTreeMap<String, Vec<u8>> = layers
        .into_iter()
        .map(|(bytes, _)| (digest(&bytes), bytes))
        .collect();
    blobs.insert(digest(&config), config);
    Image {
        manifest,
        media_type: MANIFEST.to_owned(),
        blobs,
    }
}

/// A small image with one file; the same name gives the same bytes.
fn generate(repository: &str) -> Result<Image, String> {
    let content = format!("an image for {repository}, made for a rehearsal\n");
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    archive
        .append_data(&mut header, "etc/rehearsal", content.as_bytes())
        .map_err(|e| e.to_string())?;
    let layer = archive.into_inner().map_err(|e| e.to_string())?;
    let config = json!({
        "architecture": "amd64", "os": "linux", "config": {},
        "rootfs": {"type": "layers", "diff_ids": [digest(&layer)]},
    });
    Ok(assemble(
        vec![(gzip(&layer)?, LAYER.to_owned())],
        config.to_string().into_bytes(),
    ))
}

/// Reads an OCI layout (a directory) or a `docker save` archive (a file).
fn read(path: &Path) -> Result<Image, String> {
    if path.is_dir() {
        read_layout(path)
    } else {
        read_archive(path)
    }
}

/// Files larger than this are no image layers: 8 GiB.
const MAX_FILE: u64 = 8 << 30;

fn read_layout(path: &Path) -> Result<Image, String> {
    let open = |file: PathBuf| std::fs::read(&file).map_err(|e| format!("{}: {e}", file.display()));
    let blob = |digest: &str| open(path.join("blobs").join(digest.replace(':', "/")));
    let parse = |bytes: &[u8]| {
        serde_json::from_slice::<Value>(bytes).map_err(|e| format!("{}: {e}", path.display()))
    };
    let digest_of = |v: &Value| v.get("digest").and_then(Value::as_str).map(str::to_owned);
    let index = parse(&open(path.join("index.json"))?)?;
    let children = |v: &Value| {
        v.get("manifests")
            .and_then(Value::as_array)
            .map_or(0, Vec::len)
    };
    if children(&index) > 1 {
        return Err(format!(
            "{}: the layout holds {} images: sekisho pushes layouts with one",
            path.display(),
            children(&index)
        ));
    }
    let first = index.pointer("/manifests/0").and_then(digest_of);
    let bytes =
        blob(&first.ok_or_else(|| format!("{}: index.json names no manifest", path.display()))?)?;
    let manifest = parse(&bytes)?;
    if children(&manifest) > 0 {
        return Err(format!(
            "{}: images for several platforms are not supported here yet: push it to `sekisho serve` instead",
            path.display()
        ));
    }
    let mut blobs = BTreeMap::new();
    let layers = manifest
        .get("layers")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    for descriptor in layers.iter().chain(manifest.get("config")) {
        let name = digest_of(descriptor)
            .ok_or_else(|| format!("{}: a blob without a digest", path.display()))?;
        blobs.insert(name.clone(), blob(&name)?);
    }
    let media_type = manifest
        .get("mediaType")
        .and_then(Value::as_str)
        .unwrap_or(MANIFEST)
        .to_owned();
    let text = String::from_utf8(bytes).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(Image {
        manifest: text,
        media_type,
        blobs,
    })
}

fn read_archive(path: &Path) -> Result<Image, String> {
    let failed = |e: &dyn std::fmt::Display| format!("{}: {e}", path.display());
    let file = std::fs::File::open(path).map_err(|e| failed(&e))?;
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut archive = tar::Archive::new(file);
    for entry in archive.entries().map_err(|e| failed(&e))? {
        let entry = entry.map_err(|e| failed(&e))?;
        if entry.header().entry_type().is_symlink() || entry.header().entry_type().is_hard_link() {
            // Old archives link equal layers; reading one as empty would be another image.
            return Err(failed(
                &"it holds links: save the image again with a newer docker",
            ));
        }
        let name = entry.path().map_err(|e| failed(&e))?.display().to_string();
        let mut bytes = Vec::new();
        entry
            .take(MAX_FILE)
            .read_to_end(&mut bytes)
            .map_err(|e| failed(&e))?;
        files.insert(name.trim_start_matches("./").to_owned(), bytes);
    }
    let manifest = files
        .get("manifest.json")
        .ok_or_else(|| failed(&"there is no manifest.json: not a docker save archive"))?;
    let manifest: Value = serde_json::from_slice(manifest).map_err(|e| failed(&e))?;
    let find = |name: &str| {
        files
            .get(name)
            .cloned()
            .ok_or_else(|| failed(&format!("{name} is missing")))
    };
    let config = find(
        manifest
            .pointer("/0/Config")
            .and_then(Value::as_str)
            .unwrap_or_default(),
    )?;
    let names = manifest
        .pointer("/0/Layers")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let mut layers = Vec::new();
    for name in names.iter().filter_map(Value::as_str) {
        let bytes = find(name)?;
        let zipped = bytes.starts_with(&[0x1f, 0x8b]);
        layers.push((if zipped { bytes } else { gzip(&bytes)? }, LAYER.to_owned()));
    }
    Ok(assemble(layers, config))
}

/// An image that no pipeline reads is a mistyped name: the rehearsal would be of another image.
pub(super) fn unused<'a>(
    options: &'a Options,
    used: &'a BTreeSet<usize>,
) -> impl Iterator<Item = Problem> + 'a {
    let unused = options.images.iter().enumerate();
    unused
        .filter(|(index, _)| !used.contains(index))
        .map(|(_, image)| {
            let tag = image.tag.as_deref().map(|t| format!(":{t}"));
            let message = format!(
                "--image {}{}: no ECR source action of a pipeline reads it",
                image.repository,
                tag.unwrap_or_default()
            );
            Problem::new(None, message)
        })
}
