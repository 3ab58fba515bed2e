//! Replaces the policy of a key. It must leave the caller able to do so again.

use sekisho_engine::prelude::*;

use crate::{checks, keys, policy};

pub(crate) struct PutKeyPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    key_id: String,
    policy: String,
    #[serde(default)]
    bypass_policy_lockout_safety_check: bool,
}

impl Operation for PutKeyPolicy {
    const ID: OpId = OpId::new("kms", "PutKeyPolicy");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let check = checks::on_key(lookup, "PutKeyPolicy", &input.key_id)?.with(
            "kms:BypassPolicyLockoutSafetyCheck",
            input.bypass_policy_lockout_safety_check.to_string(),
        );
        Ok(vec![checks::of_policy(check, None)])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let key = keys::find(cx, &input.key_id)?;
        let accepted = policy::accept(
            &cx.lookup(),
            &key.arn,
            &key.tags,
            &input.policy,
            input.bypass_policy_lockout_safety_check,
        )?;
        keys::change(cx, &input.key_id, |key| {
            key.policy = accepted;
            Ok(())
        })?;
        Ok(json!({}))
    }
}
