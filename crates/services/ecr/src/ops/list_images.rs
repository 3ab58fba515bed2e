//! Lists digests and tags.

use sekisho_engine::prelude::*;

use crate::images;
use crate::ops::describe_images::Filter;
use crate::repos;

pub(crate) struct ListImages;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    registry_id: Option<String>,
    repository_name: String,
    filter: Option<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

impl Operation for ListImages {
    const ID: OpId = OpId::new("ecr", "ListImages");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        repos::check(
            lookup,
            "ListImages",
            input.registry_id.as_deref(),
            &input.repository_name,
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let repo = repos::find(cx, input.registry_id.as_deref(), &input.repository_name)?;
        let status = input.filter.and_then(|f| f.tag_status);
        let mut ids = Vec::new();
        for image in images::all(cx, &repo)? {
            let tags = images::tags_of(cx, &repo, &image.digest)?;
            if tags.is_empty() && status.as_deref() != Some("TAGGED") {
                ids.push(json!({"imageDigest": image.digest}));
            }
            if status.as_deref() != Some("UNTAGGED") {
                ids.extend(
                    tags.iter()
                        .map(|t| json!({"imageDigest": image.digest, "imageTag": t})),
                );
            }
        }
        let skip = input
            .next_token
            .and_then(|t| t.parse::<usize>().ok())
            .unwrap_or(0);
        let limit = input.max_results.unwrap_or(100);
        let more = ids.len() > skip + limit;
        let page: Vec<Value> = ids.into_iter().skip(skip).take(limit).collect();
        let mut output = json!({"imageIds": page});
        if let (true, Some(map)) = (more, output.as_object_mut()) {
            map.insert("nextToken".to_owned(), json!((skip + limit).to_string()));
        }
        Ok(output)
    }
}
