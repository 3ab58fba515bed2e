//! Removes an inline policy of a group.

use sekisho_engine::Group;
use sekisho_engine::prelude::*;

use crate::holder;

pub(crate) struct DeleteGroupPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    group_name: String,
    policy_name: String,
}

impl Operation for DeleteGroupPolicy {
    const ID: OpId = OpId::new("iam", "DeleteGroupPolicy");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<Group>(lookup, "DeleteGroupPolicy", &input.group_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        holder::delete_inline::<Group>(cx, &input.group_name, &input.policy_name)
    }
}
