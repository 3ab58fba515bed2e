//! Gives the account its alias, in place of one that it had. No two accounts have the same.

use sekisho_engine::prelude::*;

use crate::account::{self, ALIASES};

pub(crate) struct CreateAccountAlias;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    account_alias: String,
}

impl Operation for CreateAccountAlias {
    const ID: OpId = OpId::new("iam", "CreateAccountAlias");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new("iam:CreateAccountAlias", "*")])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let taken = cx.get(&ALIASES, &input.account_alias)?;
        if taken.is_some_and(|account| *account != cx.account()) {
            let message = format!("The account alias {} already exists.", input.account_alias);
            return Err(ApiError::new("EntityAlreadyExists", message).status(409));
        }
        for alias in account::aliases(cx)? {
            cx.delete(&ALIASES, &alias);
        }
        let own = cx.account().to_owned();
        cx.put(&ALIASES, &input.account_alias, own)?;
        Ok(json!({}))
    }
}
