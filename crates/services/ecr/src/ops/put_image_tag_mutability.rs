//! Says whether a tag may move.

use sekisho_engine::prelude::*;

use crate::ops::create_repository::check_mutability;
use crate::repos;

pub(crate) struct PutImageTagMutability;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    registry_id: Option<String>,
    repository_name: String,
    image_tag_mutability: String,
}

impl Operation for PutImageTagMutability {
    const ID: OpId = OpId::new("ecr", "PutImageTagMutability");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        repos::check(
            lookup,
            "PutImageTagMutability",
            input.registry_id.as_deref(),
            &input.repository_name,
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        check_mutability(&input.image_tag_mutability)?;
        let repo = repos::change(
            cx,
            input.registry_id.as_deref(),
            &input.repository_name,
            |repo| {
                repo.mutability.clone_from(&input.image_tag_mutability);
                Ok(())
            },
        )?;
        Ok(
            json!({"registryId": repo.account, "repositoryName": repo.name, "imageTagMutability": repo.mutability}),
        )
    }
}
