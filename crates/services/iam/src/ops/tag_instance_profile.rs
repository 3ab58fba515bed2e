//! Adds tags to an instance profile.

use sekisho_engine::prelude::*;

use crate::profiles;
use crate::tags::{self, Tag};

pub(crate) struct TagInstanceProfile;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    instance_profile_name: String,
    tags: Vec<Tag>,
}

impl Operation for TagInstanceProfile {
    const ID: OpId = OpId::new("iam", "TagInstanceProfile");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let check = profiles::check(lookup, "TagInstanceProfile", &input.instance_profile_name)?;
        Ok(vec![check.with_tags(tags::pairs(&input.tags))])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        tags::some(&input.tags)?;
        profiles::change(cx, &input.instance_profile_name, |profile| {
            tags::merge_exact(&mut profile.tags, &input.tags)
        })
    }
}
