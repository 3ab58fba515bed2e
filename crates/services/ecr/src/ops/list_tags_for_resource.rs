//! Lists the tags of a repository.

use sekisho_engine::prelude::*;

use crate::repos;

pub(crate) struct ListTagsForResource;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    resource_arn: String,
}

impl Operation for ListTagsForResource {
    const ID: OpId = OpId::new("ecr", "ListTagsForResource");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new(
            "ecr:ListTagsForResource",
            input.resource_arn.clone(),
        )])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let (account, name) = repos::of_arn(&cx.lookup(), &input.resource_arn)?;
        let repo = repos::find(cx, Some(&account), &name)?;
        let mut tags = repo.tags.clone();
        tags.sort();
        let tags: Vec<Value> = tags
            .into_iter()
            .map(|(k, v)| json!({"Key": k, "Value": v}))
            .collect();
        Ok(json!({"tags": tags}))
    }
}
