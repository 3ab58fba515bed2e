//! Removes a version that is not the default.

use sekisho_engine::prelude::*;

use crate::managed;

pub(crate) struct DeletePolicyVersion;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    policy_arn: String,
    version_id: String,
}

impl Operation for DeletePolicyVersion {
    const ID: OpId = OpId::new("iam", "DeletePolicyVersion");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(managed::check("DeletePolicyVersion", &input.policy_arn))
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let number = managed::number(&input.version_id);
        let missing = managed::no_version(&input.policy_arn, &input.version_id);
        managed::change(
            cx,
            &input.policy_arn,
            managed::Change::VersionDeletion,
            |policy| {
                if Some(policy.default_version) == number {
                    let message = "Cannot delete the default version of a policy.";
                    return Err(ApiError::new("DeleteConflict", message).status(409));
                }
                let before = policy.versions.len();
                policy.versions.retain(|v| Some(v.number) != number);
                if policy.versions.len() == before {
                    Err(missing)
                } else {
                    Ok(())
                }
            },
        )?;
        Ok(json!({}))
    }
}
