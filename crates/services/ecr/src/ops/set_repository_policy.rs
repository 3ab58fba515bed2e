//! Sets the policy of a repository.

use sekisho_engine::prelude::*;

use crate::{policy, repos};

pub(crate) struct SetRepositoryPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    registry_id: Option<String>,
    repository_name: String,
    policy_text: String,
    #[serde(default)]
    force: bool,
}

impl Operation for SetRepositoryPolicy {
    const ID: OpId = OpId::new("ecr", "SetRepositoryPolicy");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        repos::check(
            lookup,
            "SetRepositoryPolicy",
            input.registry_id.as_deref(),
            &input.repository_name,
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let accepted = policy::accept(&cx.lookup(), &input.policy_text)?;
        if !input.force {
            let checks = Self::authz(&cx.lookup(), &input)?;
            policy::locks_nobody_out(&cx.lookup(), &accepted, &checks)?;
        }
        let text = accepted.text.clone();
        let repo = repos::change(
            cx,
            input.registry_id.as_deref(),
            &input.repository_name,
            |repo| {
                repo.policy = Some(accepted);
                Ok(())
            },
        )?;
        Ok(json!({"registryId": repo.account, "repositoryName": repo.name, "policyText": text}))
    }
}
