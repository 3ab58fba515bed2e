//! Takes the alias of the account away.

use sekisho_engine::prelude::*;

use crate::account::{self, ALIASES};
use crate::holder;

pub(crate) struct DeleteAccountAlias;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    account_alias: String,
}

impl Operation for DeleteAccountAlias {
    const ID: OpId = OpId::new("iam", "DeleteAccountAlias");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new("iam:DeleteAccountAlias", "*")])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        if !account::aliases(cx)?.contains(&input.account_alias) {
            let alias = input.account_alias;
            let message = format!("The account alias {alias} was not found.");
            return Err(holder::no_such_entity(message));
        }
        cx.delete(&ALIASES, &input.account_alias);
        Ok(json!({}))
    }
}
