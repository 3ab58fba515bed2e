//! Reads a version of a managed policy with its document.

use sekisho_engine::prelude::*;

use crate::managed;
use crate::render;

pub(crate) struct GetPolicyVersion;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    policy_arn: String,
    version_id: String,
}

impl Operation for GetPolicyVersion {
    const ID: OpId = OpId::new("iam", "GetPolicyVersion");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(managed::check("GetPolicyVersion", &input.policy_arn))
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let policy = managed::find(cx, &input.policy_arn)?;
        let number = managed::number(&input.version_id);
        let version = policy.versions.iter().find(|v| Some(v.number) == number);
        let version =
            version.ok_or_else(|| managed::no_version(&input.policy_arn, &input.version_id))?;
        Ok(json!({"PolicyVersion": render::version(&policy, version, true)}))
    }
}
