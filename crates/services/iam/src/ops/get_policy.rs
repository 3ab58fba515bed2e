//! Reads a managed policy.

use sekisho_engine::prelude::*;

use crate::managed;
use crate::render;

pub(crate) struct GetPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    policy_arn: String,
}

impl Operation for GetPolicy {
    const ID: OpId = OpId::new("iam", "GetPolicy");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(managed::check("GetPolicy", &input.policy_arn))
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let policy = managed::find(cx, &input.policy_arn)?;
        let (attached, boundaries) = managed::usage(cx, &input.policy_arn)?;
        Ok(json!({"Policy": render::policy(&policy, attached, boundaries, true)}))
    }
}
