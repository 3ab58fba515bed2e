//! What ECR reads in a manifest. The bytes themselves are kept as they came.

use serde::Deserialize;

#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Manifest {
    pub(crate) media_type: Option<String>,
    pub(crate) schema_version: u32,
    pub(crate) config: Option<Descriptor>,
    #[serde(default)]
    pub(crate) layers: Vec<Descriptor>,
    #[serde(default)]
    pub(crate) manifests: Vec<Descriptor>,
    pub(crate) artifact_type: Option<String>,
}

#[derive(Deserialize, Debug, Clone)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    pub(crate) media_type: String,
    pub(crate) digest: String,
    pub(crate) size: u64,
}

/// Largest manifest, in bytes.
pub(crate) const MAX_MANIFEST: usize = 4 * 1024 * 1024;

const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";

impl Manifest {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let manifest: Self = serde_json::from_str(text).ok()?;
        (manifest.schema_version == 2
            && (manifest.config.is_some()
                || !manifest.manifests.is_empty()
                || text.contains("\"manifests\"")))
        .then_some(manifest)
    }

    pub(crate) fn is_index(&self) -> bool {
        self.config.is_none()
    }

    /// The media type: what the manifest says, else what the client says, else what it looks like.
    pub(crate) fn kind(&self, given: Option<&str>) -> String {
        let guess = if self.is_index() {
            OCI_INDEX
        } else {
            OCI_MANIFEST
        };
        self.media_type
            .as_deref()
            .or(given)
            .unwrap_or(guess)
            .to_owned()
    }

    /// Every blob that must be in the repository: layers first, then the config. Layers that live elsewhere by
    /// their media type need not be.
    pub(crate) fn blobs(&self) -> impl Iterator<Item = &Descriptor> {
        let foreign = |d: &&Descriptor| {
            !d.media_type.contains("foreign") && !d.media_type.contains("nondistributable")
        };
        self.layers.iter().filter(foreign).chain(&self.config)
    }
}
