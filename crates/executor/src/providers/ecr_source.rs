//! ECR source: describes an image, and writes `imageDetail.json` as its artifact.

use std::collections::BTreeMap;

use sekisho_engine::{Caller, time};
use sekisho_pipeline::Outcome;
use serde_json::{Value, json};

use crate::artifacts::{self, once, zip_of};
use crate::failure::{self, Failed};
use crate::session::Run;

pub(crate) fn run(
    run: &Run,
    caller: &Caller,
    configuration: &BTreeMap<String, String>,
) -> Result<Outcome, Failed> {
    let repository = configuration
        .get("RepositoryName")
        .cloned()
        .unwrap_or_default();
    let tag = configuration
        .get("ImageTag")
        .cloned()
        .unwrap_or_else(|| "latest".to_owned());
    let pinned = run
        .execution
        .overrides
        .iter()
        .find(|o| o.action_name == run.attempt.action && o.revision_type == "IMAGE_DIGEST")
        .map(|o| o.revision_value.clone());
    let id = match &pinned {
        Some(digest) => json!({"imageDigest": digest}),
        None => json!({"imageTag": tag}),
    };
    let answer = run
        .call(
            caller,
            "ecr",
            "DescribeImages",
            json!({"repositoryName": repository, "imageIds": [id]}),
        )
        .map_err(|e| failure::repository(&repository, &e))?;
    let image = answer
        .pointer("/imageDetails/0")
        .cloned()
        .unwrap_or_default();
    let detail = Detail::read(&image, &run.region);
    let zip = zip_of("imageDetail.json", detail.document(&image).as_bytes())?;
    let name = artifacts::output(run)?;
    let artifact = artifacts::put(run, caller, &name, "", once(zip))?;
    let mut variables = BTreeMap::from([
        ("RegistryId".to_owned(), detail.registry.clone()),
        ("RepositoryName".to_owned(), detail.repository.clone()),
        ("ImageDigest".to_owned(), detail.digest.clone()),
        ("ImageURI".to_owned(), detail.uri.clone()),
    ]);
    if pinned.is_none() {
        variables.insert("ImageTag".to_owned(), tag);
    }
    Ok(Outcome {
        outputs: vec![(name, artifact)],
        variables,
        external_id: Some(detail.digest.clone()),
        summary: Some(format!("Amazon ECR image digest: {}", detail.digest)),
        revision: Some(detail.digest),
        ..Outcome::default()
    })
}

struct Detail {
    registry: String,
    repository: String,
    digest: String,
    uri: String,
}

impl Detail {
    fn read(image: &Value, region: &str) -> Self {
        let text = |name: &str| artifacts::text(image, name).to_owned();
        let (registry, repository, digest) = (
            text("registryId"),
            text("repositoryName"),
            text("imageDigest"),
        );
        let uri = format!("{registry}.dkr.ecr.{region}.amazonaws.com/{repository}@{digest}");
        Self {
            registry,
            repository,
            digest,
            uri,
        }
    }

    /// `imageDetail.json`: all values are texts but for the list of tags (user guide, file reference).
    fn document(&self, image: &Value) -> String {
        let seconds = image
            .get("imagePushedAt")
            .and_then(Value::as_f64)
            .unwrap_or_default();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "milliseconds of this age fit"
        )]
        let pushed = time::java((seconds * 1000.0) as i64);
        let size = image
            .get("imageSizeInBytes")
            .and_then(Value::as_u64)
            .unwrap_or_default();
        let document = json!({
            "ImageSizeInBytes": size.to_string(),
            "ImageDigest": self.digest,
            "Version": "1.0",
            "ImagePushedAt": pushed,
            "RegistryId": self.registry,
            "RepositoryName": self.repository,
            "ImageURI": self.uri,
            "ImageTags": image.get("imageTags").cloned().unwrap_or_else(|| json!([])),
        });
        document.to_string()
    }
}
