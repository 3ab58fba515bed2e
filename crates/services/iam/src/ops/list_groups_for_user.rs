//! Groups of a user: there are none here, but the user must exist.

use sekisho_engine::User;
use sekisho_engine::prelude::*;

use crate::holder;

pub(crate) struct ListGroupsForUser;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    user_name: String,
}

impl Operation for ListGroupsForUser {
    const ID: OpId = OpId::new("iam", "ListGroupsForUser");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<User>(lookup, "ListGroupsForUser", &input.user_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        holder::find::<User>(cx, &input.user_name)?;
        Ok(json!({"Groups": [], "IsTruncated": false}))
    }
}
