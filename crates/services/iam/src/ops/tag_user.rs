//! Adds tags to a user.

use sekisho_engine::User;
use sekisho_engine::prelude::*;

use crate::holder;
use crate::tags::{self, Tag};

pub(crate) struct TagUser;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    user_name: String,
    tags: Vec<Tag>,
}

impl Operation for TagUser {
    const ID: OpId = OpId::new("iam", "TagUser");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let mut checks = holder::check::<User>(lookup, "TagUser", &input.user_name)?;
        checks = checks
            .into_iter()
            .map(|c| c.with_tags(tags::pairs(&input.tags)))
            .collect();
        Ok(checks)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        holder::tag::<User>(cx, &input.user_name, &input.tags)
    }
}
