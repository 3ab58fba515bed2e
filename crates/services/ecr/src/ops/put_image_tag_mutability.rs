//! Says whether a tag may move.

use sekisho_engine::prelude::*;

use crate::mutability::{Filter, Mutability};
use crate::repos;
use serde_json::Map;

pub(crate) struct PutImageTagMutability;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    registry_id: Option<String>,
    repository_name: String,
    image_tag_mutability: String,
    #[serde(default)]
    image_tag_mutability_exclusion_filters: Vec<Filter>,
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
        let but = input.image_tag_mutability_exclusion_filters;
        let mutability = Mutability::accept(Some(input.image_tag_mutability), but)?;
        let repo = repos::change(
            cx,
            input.registry_id.as_deref(),
            &input.repository_name,
            |repo| {
                repo.mutability = mutability;
                Ok(())
            },
        )?;
        let mut shown = Map::from_iter([
            ("registryId".to_owned(), json!(repo.account)),
            ("repositoryName".to_owned(), json!(repo.name)),
        ]);
        repo.mutability.describe(&mut shown);
        Ok(Value::Object(shown))
    }
}
