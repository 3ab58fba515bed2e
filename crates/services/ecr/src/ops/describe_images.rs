//! Describes images: those that are named, or all.

use sekisho_engine::prelude::*;

use crate::images::{self, ImageId};
use crate::repos::{self, Repo};

pub(crate) struct DescribeImages;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    registry_id: Option<String>,
    repository_name: String,
    image_ids: Option<Vec<ImageId>>,
    filter: Option<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

impl Operation for DescribeImages {
    const ID: OpId = OpId::new("ecr", "DescribeImages");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        repos::check(
            lookup,
            "DescribeImages",
            input.registry_id.as_deref(),
            &input.repository_name,
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let repo = repos::find(cx, input.registry_id.as_deref(), &input.repository_name)?;
        let mut details = Vec::new();
        if let Some(ids) = input.image_ids.filter(|i| !i.is_empty()) {
            for id in ids {
                id.image_tag.as_deref().map_or(Ok(()), repos::check_tag)?;
                let image = images::image(cx, &repo, &id)?.ok_or_else(|| not_found(&repo, &id))?;
                details.push(images::detail(cx, &repo, &image)?);
            }
            return Ok(json!({"imageDetails": details}));
        }
        let status = input.filter.and_then(|f| f.tag_status);
        let skip = input
            .next_token
            .and_then(|t| t.parse::<usize>().ok())
            .unwrap_or(0);
        let limit = input.max_results.unwrap_or(100);
        for image in images::all(cx, &repo)? {
            let detail = images::detail(cx, &repo, &image)?;
            let tagged = detail.get("imageTags").is_some();
            match status.as_deref() {
                Some("TAGGED") if !tagged => {}
                Some("UNTAGGED") if tagged => {}
                _ => details.push(detail),
            }
        }
        let more = details.len() > skip + limit;
        let page: Vec<Value> = details.into_iter().skip(skip).take(limit).collect();
        let mut output = json!({"imageDetails": page});
        if let (true, Some(map)) = (more, output.as_object_mut()) {
            map.insert("nextToken".to_owned(), json!((skip + limit).to_string()));
        }
        Ok(output)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Filter {
    pub(crate) tag_status: Option<String>,
}

fn not_found(repo: &Repo, id: &ImageId) -> ApiError {
    let text = |t: &Option<String>| t.clone().unwrap_or_else(|| "null".to_owned());
    let message = format!(
        "The image with imageId {{imageDigest:'{}', imageTag:'{}'}} does not exist within the repository with name '{}' in the registry with id '{}'",
        text(&id.image_digest),
        text(&id.image_tag),
        repo.name,
        repo.account
    );
    ApiError::new("ImageNotFoundException", message)
}
