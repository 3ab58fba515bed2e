//! Replaces the trust policy of a role.

use sekisho_engine::Role;
use sekisho_engine::prelude::*;

use crate::holder;
use crate::linked;
use crate::ops::create_role::trust_policy;

pub(crate) struct UpdateAssumeRolePolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    role_name: String,
    policy_document: String,
}

impl Operation for UpdateAssumeRolePolicy {
    const ID: OpId = OpId::new("iam", "UpdateAssumeRolePolicy");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<Role>(lookup, "UpdateAssumeRolePolicy", &input.role_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let trust = trust_policy(cx, &input.policy_document)?;
        holder::change::<Role>(cx, &input.role_name, |role| {
            linked::is_not(&role.arn)?;
            role.trust = trust;
            Ok(())
        })?;
        Ok(json!({}))
    }
}
