//! Lists the managed policies attached to a group.

use sekisho_engine::Group;
use sekisho_engine::prelude::*;

use crate::holder;

pub(crate) struct ListAttachedGroupPolicies;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    group_name: String,
    path_prefix: Option<String>,
}

impl Operation for ListAttachedGroupPolicies {
    const ID: OpId = OpId::new("iam", "ListAttachedGroupPolicies");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<Group>(lookup, "ListAttachedGroupPolicies", &input.group_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        holder::list_attached::<Group>(cx, &input.group_name, input.path_prefix.as_deref())
    }
}
