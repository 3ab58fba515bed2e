//! Attaches a managed policy to a role.

use sekisho_engine::Role;
use sekisho_engine::prelude::*;

use crate::holder;

pub(crate) struct AttachRolePolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    role_name: String,
    policy_arn: String,
}

impl Operation for AttachRolePolicy {
    const ID: OpId = OpId::new("iam", "AttachRolePolicy");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let arn = holder::arn::<Role>(lookup, &input.role_name)?;
        let check = Check::new("iam:AttachRolePolicy", arn);
        let check = holder::bounded::<Role>(lookup, "AttachRolePolicy", &input.role_name, check)?;
        Ok(vec![check.with("iam:PolicyARN", input.policy_arn.clone())])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        holder::attach::<Role>(cx, &input.role_name, &input.policy_arn)
    }
}
