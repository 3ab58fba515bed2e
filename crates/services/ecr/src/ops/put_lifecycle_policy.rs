//! Sets the lifecycle policy of a repository; the document is kept, nothing expires here.

use sekisho_engine::prelude::*;

use crate::lifecycle::accept;
use crate::repos;

pub(crate) struct PutLifecyclePolicy;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    registry_id: Option<String>,
    repository_name: String,
    lifecycle_policy_text: String,
}

impl Operation for PutLifecyclePolicy {
    const ID: OpId = OpId::new("ecr", "PutLifecyclePolicy");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        repos::check(
            lookup,
            "PutLifecyclePolicy",
            input.registry_id.as_deref(),
            &input.repository_name,
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let text = accept(&input.lifecycle_policy_text)?;
        let shown = text.clone();
        let repo = repos::change(
            cx,
            input.registry_id.as_deref(),
            &input.repository_name,
            |repo| {
                repo.lifecycle = Some(text);
                Ok(())
            },
        )?;
        Ok(
            json!({"registryId": repo.account, "repositoryName": repo.name, "lifecyclePolicyText": shown}),
        )
    }
}
