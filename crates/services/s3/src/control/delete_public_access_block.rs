//! Takes the public access block of an account away.

use sekisho_engine::prelude::*;

use super::{BLOCKS, OnAccount, check};

pub(crate) struct DeletePublicAccessBlock;

impl Operation for DeletePublicAccessBlock {
    const ID: OpId = OpId::new("s3control", "DeletePublicAccessBlock");
    const WRITES: bool = true;
    type Input = OnAccount;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnAccount) -> Result<Vec<Check>, ApiError> {
        check(lookup, "s3:PutAccountPublicAccessBlock", &input.account_id)
    }

    fn run(cx: &mut Cx<'_>, input: OnAccount, _: &Permit<Self>) -> Result<Value, ApiError> {
        cx.delete(&BLOCKS, &input.account_id);
        Ok(json!({}))
    }
}
