//! Puts a version of a managed policy in force.

use sekisho_engine::prelude::*;

use crate::managed;

pub(crate) struct SetDefaultPolicyVersion;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    policy_arn: String,
    version_id: String,
}

impl Operation for SetDefaultPolicyVersion {
    const ID: OpId = OpId::new("iam", "SetDefaultPolicyVersion");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(managed::check("SetDefaultPolicyVersion", &input.policy_arn))
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let number = managed::number(&input.version_id);
        let missing = managed::no_version(&input.policy_arn, &input.version_id);
        let now = cx.now_ms();
        managed::change(cx, &input.policy_arn, managed::Change::Default, |policy| {
            let version = policy
                .versions
                .iter()
                .find(|v| Some(v.number) == number)
                .ok_or(missing)?;
            policy.default_version = version.number;
            policy.updated_ms = now;
            Ok(())
        })?;
        Ok(json!({}))
    }
}
