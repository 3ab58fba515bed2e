//! Removes tags from a role.

use sekisho_engine::Role;
use sekisho_engine::prelude::*;

use crate::holder;

pub(crate) struct UntagRole;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    role_name: String,
    tag_keys: Vec<String>,
}

impl Operation for UntagRole {
    const ID: OpId = OpId::new("iam", "UntagRole");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let mut checks = holder::check::<Role>(lookup, "UntagRole", &input.role_name)?;
        checks = checks
            .into_iter()
            .map(|c| c.with_list("aws:TagKeys", input.tag_keys.clone()))
            .collect();
        Ok(checks)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        holder::untag::<Role>(cx, &input.role_name, &input.tag_keys)
    }
}
