//! Reads an inline policy of a group.

use sekisho_engine::Group;
use sekisho_engine::prelude::*;

use crate::holder;

pub(crate) struct GetGroupPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    group_name: String,
    policy_name: String,
}

impl Operation for GetGroupPolicy {
    const ID: OpId = OpId::new("iam", "GetGroupPolicy");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<Group>(lookup, "GetGroupPolicy", &input.group_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let document = holder::get_inline::<Group>(cx, &input.group_name, &input.policy_name)?;
        Ok(
            json!({"GroupName": input.group_name, "PolicyName": input.policy_name, "PolicyDocument": document}),
        )
    }
}
