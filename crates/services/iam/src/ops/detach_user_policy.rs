//! Detaches a managed policy from a user.

use sekisho_engine::User;
use sekisho_engine::prelude::*;

use crate::holder;

pub(crate) struct DetachUserPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    user_name: String,
    policy_arn: String,
}

impl Operation for DetachUserPolicy {
    const ID: OpId = OpId::new("iam", "DetachUserPolicy");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let arn = holder::arn::<User>(lookup, &input.user_name)?;
        let check = Check::new("iam:DetachUserPolicy", arn);
        let check = holder::bounded::<User>(lookup, "DetachUserPolicy", &input.user_name, check)?;
        Ok(vec![check.with("iam:PolicyARN", input.policy_arn.clone())])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        holder::detach::<User>(cx, &input.user_name, &input.policy_arn)
    }
}
