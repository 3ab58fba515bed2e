//! Reads the public access block of an account.

use sekisho_engine::prelude::*;

use super::{BLOCKS, OnAccount, check};

pub(crate) struct GetPublicAccessBlock;

impl Operation for GetPublicAccessBlock {
    const ID: OpId = OpId::new("s3control", "GetPublicAccessBlock");
    const WRITES: bool = false;
    type Input = OnAccount;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnAccount) -> Result<Vec<Check>, ApiError> {
        check(lookup, "s3:GetAccountPublicAccessBlock", &input.account_id)
    }

    fn run(cx: &mut Cx<'_>, input: OnAccount, _: &Permit<Self>) -> Result<Value, ApiError> {
        let block = cx.get(&BLOCKS, &input.account_id)?.ok_or_else(|| {
            let message = "The public access block configuration was not found";
            ApiError::new("NoSuchPublicAccessBlockConfiguration", message)
                .status(404)
                .field("AccountId", input.account_id.clone())
        })?;
        Ok(json!({"PublicAccessBlockConfiguration": *block}))
    }
}
