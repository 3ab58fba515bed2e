//! Removes a repository; one with images only by force.

use sekisho_engine::prelude::*;

use crate::images::{self, LAYERS, UPLOADS};
use crate::repos::{self, REPOS, inside};

pub(crate) struct DeleteRepository;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    registry_id: Option<String>,
    repository_name: String,
    #[serde(default)]
    force: bool,
}

impl Operation for DeleteRepository {
    const ID: OpId = OpId::new("ecr", "DeleteRepository");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        repos::check(
            lookup,
            "DeleteRepository",
            input.registry_id.as_deref(),
            &input.repository_name,
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let repo = repos::find(cx, input.registry_id.as_deref(), &input.repository_name)?;
        let images = images::all(cx, &repo)?;
        if !images.is_empty() && !input.force {
            let message = format!(
                "The repository with name '{}' in registry with id '{}' cannot be deleted because it still contains images",
                repo.name, repo.account
            );
            return Err(ApiError::new("RepositoryNotEmptyException", message));
        }
        for image in images {
            images::remove(cx, &repo, &image)?;
        }
        let layers = inside(&repo.row(), "");
        for (key, _) in cx.scan(&LAYERS, &layers)? {
            images::remove_layer(cx, &repo, key.strip_prefix(&layers).unwrap_or_default())?;
        }
        for (key, upload) in cx
            .scan(&UPLOADS, "")?
            .into_iter()
            .filter(|(_, u)| u.repo == repo.row())
        {
            upload.parts.iter().for_each(|p| cx.remove_blob(&p.blob));
            cx.delete(&UPLOADS, &key);
        }
        let mut shown = repo.shown(cx);
        if let Some(map) = shown.as_object_mut() {
            map.remove("encryptionConfiguration");
            map.remove("imageScanningConfiguration");
        }
        cx.delete(&REPOS, &repo.row());
        Ok(json!({"repository": shown}))
    }
}
