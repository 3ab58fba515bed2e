//! Adds tags to a role.

use sekisho_engine::Role;
use sekisho_engine::prelude::*;

use crate::holder;
use crate::tags::{self, Tag};

pub(crate) struct TagRole;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    role_name: String,
    tags: Vec<Tag>,
}

impl Operation for TagRole {
    const ID: OpId = OpId::new("iam", "TagRole");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let mut checks = holder::check::<Role>(lookup, "TagRole", &input.role_name)?;
        checks = checks
            .into_iter()
            .map(|c| c.with_tags(tags::pairs(&input.tags)))
            .collect();
        Ok(checks)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        holder::tag::<Role>(cx, &input.role_name, &input.tags)
    }
}
