//! Lists the versions of a managed policy, newest first.

use sekisho_engine::prelude::*;

use crate::managed;
use crate::render;

pub(crate) struct ListPolicyVersions;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    policy_arn: String,
}

impl Operation for ListPolicyVersions {
    const ID: OpId = OpId::new("iam", "ListPolicyVersions");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(managed::check("ListPolicyVersions", &input.policy_arn))
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let policy = managed::find(cx, &input.policy_arn)?;
        let list: Vec<Value> = policy
            .versions
            .iter()
            .rev()
            .map(|v| render::version(&policy, v, false))
            .collect();
        Ok(json!({"Versions": list, "IsTruncated": false}))
    }
}
