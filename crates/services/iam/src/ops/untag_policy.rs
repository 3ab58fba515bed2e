//! Removes tags from a managed policy.

use sekisho_engine::prelude::*;

use crate::{managed, tags};

pub(crate) struct UntagPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    policy_arn: String,
    tag_keys: Vec<String>,
}

impl Operation for UntagPolicy {
    const ID: OpId = OpId::new("iam", "UntagPolicy");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let checks = managed::check("UntagPolicy", &input.policy_arn);
        Ok(checks
            .into_iter()
            .map(|c| c.with_list("aws:TagKeys", input.tag_keys.clone()))
            .collect())
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        managed::change(cx, &input.policy_arn, managed::Change::Tags, |policy| {
            tags::drop_exact(&mut policy.tags, &input.tag_keys);
            Ok(())
        })?;
        Ok(json!({}))
    }
}
