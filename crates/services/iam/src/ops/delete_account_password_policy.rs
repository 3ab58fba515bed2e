//! Takes what was said of passwords away.

use sekisho_engine::prelude::*;

use crate::account::{self, PASSWORDS};

pub(crate) struct DeleteAccountPasswordPolicy;

#[derive(Deserialize)]
pub(crate) struct Input {}

impl Operation for DeleteAccountPasswordPolicy {
    const ID: OpId = OpId::new("iam", "DeleteAccountPasswordPolicy");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new("iam:DeleteAccountPasswordPolicy", "*")])
    }

    fn run(cx: &mut Cx<'_>, _: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        account::passwords(cx)?;
        let account = cx.account().to_owned();
        cx.delete(&PASSWORDS, &account);
        Ok(json!({}))
    }
}
