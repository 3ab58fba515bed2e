//! Adds tags to a repository.

use sekisho_engine::prelude::*;

use crate::ops::create_repository::Tag;
use crate::repos;

pub(crate) struct TagResource;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    resource_arn: String,
    tags: Vec<Tag>,
}

impl Operation for TagResource {
    const ID: OpId = OpId::new("ecr", "TagResource");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![
            Check::new("ecr:TagResource", input.resource_arn.clone()).with_tags(
                input
                    .tags
                    .iter()
                    .map(|t| (t.key.as_str(), t.value.as_str())),
            ),
        ])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let (account, name) = repos::of_arn(&cx.lookup(), &input.resource_arn)?;
        repos::change(cx, Some(&account), &name, |repo| {
            for tag in input.tags {
                repo.tags.retain(|(k, _)| *k != tag.key);
                repo.tags.push((tag.key, tag.value));
            }
            if repo.tags.len() > 50 {
                return Err(ApiError::new(
                    "TooManyTagsException",
                    "Too many tags: a repository has 50 at most",
                ));
            }
            Ok(())
        })?;
        Ok(json!({}))
    }
}
