//! Removes tags from a user.

use sekisho_engine::User;
use sekisho_engine::prelude::*;

use crate::holder;

pub(crate) struct UntagUser;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    user_name: String,
    tag_keys: Vec<String>,
}

impl Operation for UntagUser {
    const ID: OpId = OpId::new("iam", "UntagUser");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let mut checks = holder::check::<User>(lookup, "UntagUser", &input.user_name)?;
        checks = checks
            .into_iter()
            .map(|c| c.with_list("aws:TagKeys", input.tag_keys.clone()))
            .collect();
        Ok(checks)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        holder::untag::<User>(cx, &input.user_name, &input.tag_keys)
    }
}
