//! Reads the lifecycle policy of a repository.

use sekisho_engine::prelude::*;

use crate::repos::{self, Repo};

pub(crate) struct GetLifecyclePolicy;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    registry_id: Option<String>,
    repository_name: String,
}

impl Operation for GetLifecyclePolicy {
    const ID: OpId = OpId::new("ecr", "GetLifecyclePolicy");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        repos::check(
            lookup,
            "GetLifecyclePolicy",
            input.registry_id.as_deref(),
            &input.repository_name,
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let missing = |repo: &Repo| {
            let (name, account) = (&repo.name, &repo.account);
            let message = format!(
                "Lifecycle policy does not exist for the repository with name '{name}' in the registry with id '{account}'"
            );
            ApiError::new("LifecyclePolicyNotFoundException", message)
        };
        let repo = repos::find(cx, input.registry_id.as_deref(), &input.repository_name)?;
        let text = repo.lifecycle.clone().ok_or_else(|| missing(&repo))?;
        Ok(
            json!({"registryId": repo.account, "repositoryName": repo.name, "lifecyclePolicyText": text, "lastEvaluatedAt": 0.0}),
        )
    }
}
