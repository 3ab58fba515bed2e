//! Attaches a managed policy to a group.

use sekisho_engine::Group;
use sekisho_engine::prelude::*;

use crate::holder;

pub(crate) struct AttachGroupPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    group_name: String,
    policy_arn: String,
}

impl Operation for AttachGroupPolicy {
    const ID: OpId = OpId::new("iam", "AttachGroupPolicy");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let arn = holder::arn::<Group>(lookup, &input.group_name)?;
        let check = Check::new("iam:AttachGroupPolicy", arn);
        let check =
            holder::bounded::<Group>(lookup, "AttachGroupPolicy", &input.group_name, check)?;
        Ok(vec![check.with("iam:PolicyARN", input.policy_arn.clone())])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        holder::attach::<Group>(cx, &input.group_name, &input.policy_arn)
    }
}
