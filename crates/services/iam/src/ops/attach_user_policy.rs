//! Attaches a managed policy to a user.

use sekisho_engine::User;
use sekisho_engine::prelude::*;

use crate::holder;

pub(crate) struct AttachUserPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    user_name: String,
    policy_arn: String,
}

impl Operation for AttachUserPolicy {
    const ID: OpId = OpId::new("iam", "AttachUserPolicy");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let arn = holder::arn::<User>(lookup, &input.user_name)?;
        let check = Check::new("iam:AttachUserPolicy", arn);
        let check = holder::bounded::<User>(lookup, "AttachUserPolicy", &input.user_name, check)?;
        Ok(vec![check.with("iam:PolicyARN", input.policy_arn.clone())])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        holder::attach::<User>(cx, &input.user_name, &input.policy_arn)
    }
}
