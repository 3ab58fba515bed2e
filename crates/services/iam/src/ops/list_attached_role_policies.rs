//! Lists the managed policies attached to a role.

use sekisho_engine::Role;
use sekisho_engine::prelude::*;

use crate::holder;

pub(crate) struct ListAttachedRolePolicies;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    role_name: String,
    path_prefix: Option<String>,
}

impl Operation for ListAttachedRolePolicies {
    const ID: OpId = OpId::new("iam", "ListAttachedRolePolicies");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<Role>(lookup, "ListAttachedRolePolicies", &input.role_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        holder::list_attached::<Role>(cx, &input.role_name, input.path_prefix.as_deref())
    }
}
