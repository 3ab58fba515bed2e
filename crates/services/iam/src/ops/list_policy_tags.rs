//! Lists the tags of a managed policy.

use sekisho_engine::prelude::*;

use crate::managed;
use crate::tags;

pub(crate) struct ListPolicyTags;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    policy_arn: String,
}

impl Operation for ListPolicyTags {
    const ID: OpId = OpId::new("iam", "ListPolicyTags");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(managed::check("ListPolicyTags", &input.policy_arn))
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let policy = managed::find(cx, &input.policy_arn)?;
        Ok(json!({"Tags": tags::render(&policy.tags), "IsTruncated": false}))
    }
}
