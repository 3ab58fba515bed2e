//! Writes an inline policy of a group.

use sekisho_engine::Group;
use sekisho_engine::prelude::*;

use crate::holder;

pub(crate) struct PutGroupPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    group_name: String,
    policy_name: String,
    policy_document: String,
}

impl Operation for PutGroupPolicy {
    const ID: OpId = OpId::new("iam", "PutGroupPolicy");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<Group>(lookup, "PutGroupPolicy", &input.group_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        holder::put_inline::<Group>(
            cx,
            &input.group_name,
            &input.policy_name,
            &input.policy_document,
        )
    }
}
