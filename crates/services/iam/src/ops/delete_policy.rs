//! Removes a managed policy that nobody uses and that has one version.

use sekisho_engine::POLICIES;
use sekisho_engine::prelude::*;

use crate::managed;

pub(crate) struct DeletePolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    policy_arn: String,
}

impl Operation for DeletePolicy {
    const ID: OpId = OpId::new("iam", "DeletePolicy");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(managed::check("DeletePolicy", &input.policy_arn))
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let conflict = |m: &str| ApiError::new("DeleteConflict", m).status(409);
        managed::change(cx, &input.policy_arn, managed::Change::Deletion, |_| Ok(()))?;
        if managed::usage(cx, &input.policy_arn)? != (0, 0) {
            return Err(conflict("Cannot delete a policy attached to entities."));
        }
        if managed::find(cx, &input.policy_arn)?.versions.len() > 1 {
            return Err(conflict(
                "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
            ));
        }
        cx.delete(&POLICIES, &input.policy_arn);
        Ok(json!({}))
    }
}
