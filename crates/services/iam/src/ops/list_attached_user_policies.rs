//! Lists the managed policies attached to a user.

use sekisho_engine::User;
use sekisho_engine::prelude::*;

use crate::holder;

pub(crate) struct ListAttachedUserPolicies;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    user_name: String,
    path_prefix: Option<String>,
}

impl Operation for ListAttachedUserPolicies {
    const ID: OpId = OpId::new("iam", "ListAttachedUserPolicies");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<User>(lookup, "ListAttachedUserPolicies", &input.user_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        holder::list_attached::<User>(cx, &input.user_name, input.path_prefix.as_deref())
    }
}
