//! Reads the policy of a repository.

use sekisho_engine::prelude::*;
use sekisho_engine::shown;

use crate::repos::{self, Repo};

pub(crate) struct GetRepositoryPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    registry_id: Option<String>,
    repository_name: String,
}

impl Operation for GetRepositoryPolicy {
    const ID: OpId = OpId::new("ecr", "GetRepositoryPolicy");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        repos::check(
            lookup,
            "GetRepositoryPolicy",
            input.registry_id.as_deref(),
            &input.repository_name,
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let repo = repos::find(cx, input.registry_id.as_deref(), &input.repository_name)?;
        let policy = repo.policy.as_ref().ok_or_else(|| no_policy(&repo))?;
        let text = shown(&cx.lookup(), policy)?;
        Ok(json!({"registryId": repo.account, "repositoryName": repo.name, "policyText": text}))
    }
}

pub(crate) fn no_policy(repo: &Repo) -> ApiError {
    let (name, account) = (&repo.name, &repo.account);
    let message = format!(
        "Repository policy does not exist for the repository with name '{name}' in the registry with id '{account}'"
    );
    ApiError::new("RepositoryPolicyNotFoundException", message)
}
