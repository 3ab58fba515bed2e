//! Adds tags to a managed policy.

use sekisho_engine::prelude::*;

use crate::managed;
use crate::tags::{self, Tag};

pub(crate) struct TagPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    policy_arn: String,
    tags: Vec<Tag>,
}

impl Operation for TagPolicy {
    const ID: OpId = OpId::new("iam", "TagPolicy");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let checks = managed::check("TagPolicy", &input.policy_arn);
        Ok(checks
            .into_iter()
            .map(|c| c.with_tags(tags::pairs(&input.tags)))
            .collect())
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        managed::change(cx, &input.policy_arn, managed::Change::Tags, |policy| {
            tags::some(&input.tags)?;
            tags::merge_exact(&mut policy.tags, &input.tags)
        })?;
        Ok(json!({}))
    }
}
