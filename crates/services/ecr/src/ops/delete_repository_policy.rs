//! Removes the policy of a repository and shows it once more.

use sekisho_engine::prelude::*;
use sekisho_engine::shown;

use crate::ops::get_repository_policy::no_policy;
use crate::repos;

pub(crate) struct DeleteRepositoryPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    registry_id: Option<String>,
    repository_name: String,
}

impl Operation for DeleteRepositoryPolicy {
    const ID: OpId = OpId::new("ecr", "DeleteRepositoryPolicy");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        repos::check(
            lookup,
            "DeleteRepositoryPolicy",
            input.registry_id.as_deref(),
            &input.repository_name,
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let repo = repos::find(cx, input.registry_id.as_deref(), &input.repository_name)?;
        let policy = repo.policy.as_ref().ok_or_else(|| no_policy(&repo))?;
        let text = shown(&cx.lookup(), policy)?;
        repos::change(
            cx,
            input.registry_id.as_deref(),
            &input.repository_name,
            |repo| {
                repo.policy = None;
                Ok(())
            },
        )?;
        Ok(json!({"registryId": repo.account, "repositoryName": repo.name, "policyText": text}))
    }
}
