//! Removes tags from a repository.

use sekisho_engine::prelude::*;

use crate::repos;

pub(crate) struct UntagResource;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    resource_arn: String,
    tag_keys: Vec<String>,
}

impl Operation for UntagResource {
    const ID: OpId = OpId::new("ecr", "UntagResource");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![
            Check::new("ecr:UntagResource", input.resource_arn.clone())
                .with_list("aws:TagKeys", input.tag_keys.clone()),
        ])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let (account, name) = repos::of_arn(&cx.lookup(), &input.resource_arn)?;
        repos::change(cx, Some(&account), &name, |repo| {
            repo.tags.retain(|(k, _)| !input.tag_keys.contains(k));
            Ok(())
        })?;
        Ok(json!({}))
    }
}
