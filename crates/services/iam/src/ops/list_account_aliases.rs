//! Lists the alias of the account: one, or none.

use sekisho_engine::prelude::*;

use crate::account;

pub(crate) struct ListAccountAliases;

#[derive(Deserialize)]
pub(crate) struct Input {}

impl Operation for ListAccountAliases {
    const ID: OpId = OpId::new("iam", "ListAccountAliases");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new("iam:ListAccountAliases", "*")])
    }

    fn run(cx: &mut Cx<'_>, _: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        Ok(json!({"AccountAliases": account::aliases(cx)?, "IsTruncated": false}))
    }
}
