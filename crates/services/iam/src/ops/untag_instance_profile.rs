//! Removes tags from an instance profile.

use sekisho_engine::prelude::*;

use crate::profiles;
use crate::tags;

pub(crate) struct UntagInstanceProfile;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    instance_profile_name: String,
    tag_keys: Vec<String>,
}

impl Operation for UntagInstanceProfile {
    const ID: OpId = OpId::new("iam", "UntagInstanceProfile");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let check = profiles::check(lookup, "UntagInstanceProfile", &input.instance_profile_name)?;
        Ok(vec![check.with_list("aws:TagKeys", input.tag_keys.clone())])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        profiles::change(cx, &input.instance_profile_name, |profile| {
            tags::drop_exact(&mut profile.tags, &input.tag_keys);
            Ok(())
        })
    }
}
